import CProcess
import Glibc
import SweepWire
import ZeroMQ

/// A slot: a child process of the same binary, seen from its worker.
///
/// Commands and reports travel in frames over a socket of their own, so that nothing that a trial
/// prints can corrupt them.
final class SlotProcess {
    let pid: pid_t
    let page: SlotPage
    private let channel: Int32
    private let words: Int32
    private var frames = FrameBuffer()
    private var lastWords: [UInt8] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    /// Bytes of a slot's standard error that are kept for the report of its death.
    private static let maximumLastWords = 4096

    /// Starts the process: `windrow slot`.
    init() throws(ZeroMQError) {
        guard let page = SlotPage() else {
            throw ZeroMQError(code: errno, operation: "make a slot's shared page")
        }
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0, &pair) == 0 else {
            throw ZeroMQError(code: errno, operation: "make a slot's channel")
        }
        defer { close(pair[1]) }
        var pipes: [Int32] = [-1, -1]
        guard pipe2(&pipes, O_CLOEXEC | O_NONBLOCK) == 0 else {
            close(pair[0])
            throw ZeroMQError(code: errno, operation: "make a slot's pipe")
        }
        defer { close(pipes[1]) }
        // The slot writes as to any terminal; only this side must never block.
        _ = fcntl(pipes[1], F_SETFL, 0)
        pid = Self.spawn(channel: pair[1], output: pipes[1], page: page)
        guard pid > 0 else {
            close(pair[0])
            close(pipes[0])
            throw ZeroMQError(code: -pid, operation: "start a slot")
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        channel = pair[0]
        words = pipes[0]
        self.page = page
    }

    deinit {
        close(channel)
        close(words)
        scratch.deallocate()
    }

    private static func spawn(channel: Int32, output: Int32, page: SlotPage) -> pid_t {
        // The shared page travels as standard input: a slot reads nothing there.
        let arguments = ["windrow", "slot"].map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        // A trap is reported by its signal; a backtrace would take seconds.
        let variables =
            currentEnvironment().filter { !$0.hasPrefix("SWIFT_BACKTRACE=") }
            + ["SWIFT_BACKTRACE=enable=no"]
        let environment = variables.map { strdup($0) } + [nil]
        defer { for variable in environment { free(variable) } }
        return "/proc/self/exe".withCString { path in
            var child = windrow_child(
                path: path, arguments: arguments, environment: environment, directory: nil,
                input: page.descriptor, output: output, error: output, channel: channel,
                death_signal: SIGTERM)
            return windrow_spawn(&child)
        }
    }

    private static func currentEnvironment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    /// Descriptors to be watched: reports, and what the slot prints.
    var descriptors: (reports: Int32, words: Int32) { (channel, words) }

    /// Sends a command; a slot that cannot take it is about to be found dead.
    func send(_ command: SlotCommand) {
        if case .lease = command { page.lift() }
        let frame = FrameBuffer.frame(command.encoded())
        var sent = 0
        frame.withUnsafeBytes { bytes in
            while sent < bytes.count {
                let count = Glibc.send(
                    channel, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL.rawValue))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    kill()
                    return
                }
                sent += count
            }
        }
    }

    /// Reads what has arrived.
    ///
    /// - Returns: whole reports, and whether the slot has ended.
    func receive() -> (reports: [LeaseReport], hasEnded: Bool) {
        let count = recv(channel, scratch.baseAddress, scratch.count, Int32(MSG_DONTWAIT.rawValue))
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return ([], false) }
        guard count > 0 else { return ([], true) }
        frames.append(UnsafeRawBufferPointer(start: scratch.baseAddress, count: count))
        var reports: [LeaseReport] = []
        do {
            while let frame = try frames.next() {
                reports.append(try LeaseReport(decodingFromSlot: frame))
            }
        } catch {
            kill()
        }
        return (reports, false)
    }

    /// Reads what the slot printed; false at the end.
    func listen() -> Bool {
        let count = read(words, scratch.baseAddress, scratch.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return true }
        guard count > 0 else { return false }
        lastWords.append(contentsOf: scratch[..<count])
        if lastWords.count > 2 * Self.maximumLastWords {
            lastWords.removeFirst(lastWords.count - Self.maximumLastWords)
        }
        return true
    }

    /// Kills the slot with all that it started.
    func kill() { _ = Glibc.kill(-pid, SIGKILL) }

    /// Waits for the end of a slot whose channel has closed.
    func end() -> SlotEnd {
        let activity = page.activity
        kill()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        var pollItem = pollfd(fd: words, events: Int16(POLLIN), revents: 0)
        while poll(&pollItem, 1, 0) > 0, listen() {}
        var signal: Int32 = 0
        let code = windrow_exit_code(status, &signal)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return SlotEnd(
            activity: activity, exitCode: code >= 0 ? code : nil,
            signal: code >= 0 ? nil : signal,
            lastWords: String(decoding: lastWords.suffix(Self.maximumLastWords), as: UTF8.self)
                .trimmingSuffix(),
            time: Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9)
    }
}

extension String {
    /// The text without line ends after it.
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
