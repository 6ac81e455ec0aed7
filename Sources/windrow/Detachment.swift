import ArgumentParser
import ClusterKeys
import Glibc
import Processes

/// A daemon that goes on when the command that started it has returned.
struct Detachment: ParsableArguments {
    @Flag(help: "Return as soon as the daemon is at work; it goes on in the background.")
    var detach = false

    @Option(
        help: ArgumentHelp(
            "With --detach, where its messages go (default: windrow in XDG_STATE_HOME or "
                + "~/.local/state).", valueName: "file"),
        completion: .file())
    var log: String?

    func validate() throws {
        if log != nil, !detach { throw ValidationError("--log: expected --detach, too") }
        if log == "" { throw ValidationError("--log '': expected a file") }
    }

    /// Set for the daemon: the descriptor on which it says that it is at work.
    private static let variable = "WINDROW_DETACHED"
    private static let channel: Int32 = 3

    /// Starts this program again without `--detach`, and waits until it is at work.
    ///
    /// - Parameters:
    ///   - name: of the log file, unless there is `--log`.
    ///   - patience: seconds after which a daemon that is still waiting for something is left to it.
    ///   - readsInput: whether it needs this process's standard input.
    /// - Returns: whether the caller is the command that the user has given, and is done.
    func leave(
        _ name: String, patience: Double, readsInput: Bool = false, _ console: Console
    ) throws -> Bool {
        guard detach else { return false }
        let path = try logPath(name, console)
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            console.complain("\(path): cannot be written: \(String(cString: strerror(errno)))")
            throw ExitStatus.notPermitted.code
        }
        let messages = Descriptor(file)
        let start = lseek(file, 0, SEEK_END)
        let (reading, writing) = try Descriptor.pipe()
        let null = try Descriptor.null()
        let child = try ChildProcess.start(
            ChildProcess.thisProgram, ["windrow"] + Self.withoutDetachment(CommandLine.arguments),
            environment: ChildProcess.currentEnvironment() + ["\(Self.variable)=1"],
            descriptors: .init(
                input: readsInput ? 0 : null.number, output: messages.number,
                error: messages.number, channel: writing.number))
        withExtendedLifetime(messages) {}
        switch Self.wait(for: reading, child, patience) {
        case .atWork: console.say("Started", "process \(child.pid), messages in \(path)")
        case .stillWaiting:
            console.say(
                "Started", "process \(child.pid), which still waits; messages in \(path)", .warning)
        case .ended(let exit):
            for line in Self.lines(of: path, from: Int(start)) { console.relay(line) }
            guard case .code(let code) = exit else { throw ExitStatus.internalError.code }
            throw ExitCode(code)
        }
        return true
    }

    private enum Outcome {
        case atWork
        case stillWaiting
        case ended(ChildProcess.Exit)
    }

    private static func wait(
        for reading: Descriptor, _ child: ChildProcess, _ patience: Double
    ) -> Outcome {
        var left = patience
        while left > 0 {
            var item = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
            let step = min(left, 0.05)
            if poll(&item, 1, Int32(step * 1000)) > 0 {
                var byte: UInt8 = 0
                if read(reading.number, &byte, 1) == 1 { return .atWork }
                // This process has the other end, too: only the daemon's end tells of its end.
            }
            if let exit = child.poll() { return .ended(exit) }
            left -= step
        }
        return .stillWaiting
    }

    /// The lines that the daemon has written.
    private static func lines(of path: String, from start: Int) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        fseek(file, start, SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    private static func withoutDetachment(_ arguments: [String]) -> [String] {
        var result: [String] = []
        var skipsNext = false
        for argument in arguments.dropFirst() {
            if skipsNext {
                skipsNext = false
            } else if argument == "--log" {
                skipsNext = true
            } else if argument != "--detach", !argument.hasPrefix("--log=") {
                result.append(argument)
            }
        }
        return result
    }

    private func logPath(_ name: String, _ console: Console) throws -> String {
        if let log { return log }
        let folder = Self.folder
        do {
            try SecretFile.makeFolder(folder)
        } catch {
            console.complain("\(error)")
            throw ExitStatus.notPermitted.code
        }
        return folder + "/" + name
    }

    /// The folder of daemons' messages.
    static var folder: String {
        let variable = { (name: String) in getenv(name).map { String(cString: $0) } ?? "" }
        let state = variable("XDG_STATE_HOME")
        return (state.hasPrefix("/") ? state : variable("HOME") + "/.local/state") + "/windrow"
    }

    // MARK: In the daemon

    /// Takes the descriptor, so that no child of the daemon keeps it open; ignores hang-ups.
    static func prepare() {
        guard getenv(variable) != nil else { return }
        _ = fcntl(channel, F_SETFD, FD_CLOEXEC)
        signal(SIGHUP, SIG_IGN)
    }

    /// Says that the daemon is at work.
    static func isAtWork() {
        guard getenv(variable) != nil else { return }
        unsetenv(variable)
        var byte = UInt8(ascii: "!")
        _ = write(channel, &byte, 1)
        close(channel)
    }
}
