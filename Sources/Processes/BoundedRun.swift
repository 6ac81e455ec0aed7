import Glibc

/// A program that was run to its end, for so long and for so many words at most.
///
/// It has no input, leads a process group of its own, does not outlive this process, and leaves no
/// process of its group behind.
package struct BoundedRun: Sendable {
    /// Why it is over.
    package enum Ending: Sendable, Hashable {
        case code(Int32)
        case signal(Int32)
        /// It took too long, and was killed.
        case late
        /// It said too much, and was killed.
        case verbose
    }

    package let ending: Ending
    /// Its standard output, as far as it was kept.
    package private(set) var out: String
    /// Its standard error, as far as it was kept.
    package private(set) var err: String

    /// Runs a program, and waits for its end.
    ///
    /// - Parameters:
    ///   - arguments: the program, to be searched in PATH, and its words.
    ///   - environment: `NAME=value`, all of it.
    ///   - seconds: after which it is killed.
    ///   - bytes: of either output; when there are more, it is killed.
    /// - Throws: `SystemError` when it cannot be started.
    package init(
        _ arguments: [String], environment: [String], seconds: Double, bytes: Int
    ) throws(SystemError) {
        let null = try Descriptor.null()
        let out = try Descriptor.pipe()
        let err = try Descriptor.pipe()
        let process = try GuardedProcess.start(
            arguments[0], arguments, environment: environment, directory: ".",
            descriptors: .init(
                input: null.number, output: out.writing.number, error: err.writing.number))
        var outputs = [Output(out.reading, most: bytes), Output(err.reading, most: bytes)]
        defer { process.reap() }
        let deadline = ContinuousClock.now + .seconds(seconds)
        var ending: Ending?
        while ending == nil {
            let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            var waits = [pollfd(fd: process.end.number, events: Int16(POLLIN), revents: 0)]
            for output in outputs {
                let number = output.isOpen ? output.descriptor.number : -1
                waits.append(pollfd(fd: number, events: Int16(POLLIN), revents: 0))
            }
            _ = Glibc.poll(&waits, nfds_t(waits.count), Int32(max(0, min(left.rounded(.up), 1e9))))
            for index in outputs.indices { outputs[index].read() }
            if outputs.contains(where: \.isTooLong) {
                ending = .verbose
            } else if let exit = try process.poll() {
                ending =
                    switch exit {
                    case .code(let code): .code(code)
                    case .signal(let number): .signal(number)
                    }
            } else if ContinuousClock.now >= deadline {
                ending = .late
            }
        }
        process.kill()
        for index in outputs.indices { outputs[index].read() }
        self.ending = outputs.contains(where: \.isTooLong) ? .verbose : ending ?? .late
        self.out = outputs[0].text
        self.err = outputs[1].text
    }

    /// One of its outputs.
    private struct Output {
        let descriptor: Descriptor
        let most: Int
        private var bytes: [UInt8] = []
        private(set) var isOpen = true

        init(_ descriptor: Descriptor, most: Int) {
            self.descriptor = descriptor
            self.most = most
        }

        var isTooLong: Bool { bytes.count > most }
        var text: String { String(decoding: bytes.prefix(most), as: UTF8.self) }

        /// Reads what is there; the descriptor refuses to wait.
        mutating func read() {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while isOpen, !isTooLong {
                let count = Glibc.read(descriptor.number, &buffer, buffer.count)
                if count > 0 {
                    bytes += buffer[..<count]
                } else if count == 0 {
                    isOpen = false
                } else if errno != EINTR {
                    // Nothing is there now, or nothing can be had any more.
                    if errno != EAGAIN { isOpen = false }
                    return
                }
            }
        }
    }
}
