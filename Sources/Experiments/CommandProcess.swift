import CProcess
import Glibc
import SweepCore

/// One run of a program: started in a process group of its own, listened to until it ends, and
/// taken down with everything that it leaves behind.
struct CommandProcess {
    /// How a program ended, and what it said.
    struct Ending {
        /// Its exit code; nil when a signal ended it.
        let exitCode: Int32?
        /// The signal that ended it; nil when it exited.
        let signal: Int32?
        /// Lines of standard output that may be the result, the last one last.
        let resultLines: ResultLines
        /// The end of standard error.
        let errors: String
    }

    private let supervisor: pid_t
    private let output: Int32
    private let error: Int32
    private let report: Int32

    /// Runs a program until it ends.
    ///
    /// What it prints is read all along, so it may print without end; only a bounded part is kept.
    static func run(
        _ arguments: [String], environment: [String], directory: String
    ) throws(TrialFailure) -> Ending {
        let process = try CommandProcess(arguments, environment: environment, directory: directory)
        defer { process.end() }
        return try process.listen(program: arguments[0])
    }

    private init(
        _ arguments: [String], environment: [String], directory: String
    ) throws(TrialFailure) {
        var ends: [Int32] = []
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if null >= 0 { ends.append(null) }
        for _ in 0..<3 where null >= 0 {
            var pair: [Int32] = [-1, -1]
            guard windrow_pipe(&pair) == 0 else { break }
            ends += pair
        }
        guard ends.count == 7 else {
            let code = errno
            for end in ends { close(end) }
            throw TrialFailure("cannot start a program: \(String(cString: strerror(code)))")
        }
        supervisor = Self.start(
            arguments, environment, directory, input: ends[0], output: ends[2], error: ends[4],
            report: ends[6])
        for end in [ends[0], ends[2], ends[4], ends[6]] { close(end) }
        (output, error, report) = (ends[1], ends[3], ends[5])
        guard supervisor > 0 else {
            for end in [output, error, report] { close(end) }
            throw TrialFailure(
                "cannot start a program: \(String(cString: strerror(-supervisor)))")
        }
    }

    private static func start(
        _ arguments: [String], _ environment: [String], _ directory: String, input: Int32,
        output: Int32, error: Int32, report: Int32
    ) -> pid_t {
        let words = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        return words.withUnsafeBufferPointer { words in
            variables.withUnsafeBufferPointer { variables in
                directory.withCString { folder in
                    var child = windrow_child(
                        path: words[0], arguments: words.baseAddress,
                        environment: variables.baseAddress, directory: folder, input: input,
                        output: output, error: error, channel: -1, death_signal: 0)
                    return windrow_supervise(&child, report)
                }
            }
        }
    }

    /// Kills what is left of the program's process group, and takes leave of it.
    private func end() {
        kill(-supervisor, SIGKILL)
        kill(supervisor, SIGKILL)
        while waitpid(supervisor, nil, 0) < 0 && errno == EINTR {}
        for descriptor in [output, error, report] { close(descriptor) }
    }

    private func listen(program: String) throws(TrialFailure) -> Ending {
        var results = ResultLines()
        var errors = ErrorTail()
        var isOpen = (output: true, error: true)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var ending: windrow_ending?
        while ending == nil {
            var watched = [
                pollfd(fd: report, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen.output ? output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen.error ? error : -1, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&watched, 3, -1) < 0 {
                if errno == EINTR { continue }
                throw TrialFailure("cannot wait for a program: \(String(cString: strerror(errno)))")
            }
            if watched[1].revents != 0 {
                isOpen.output = Self.read(output, buffer) { results.append($0) } != .ended
            }
            if watched[2].revents != 0 {
                isOpen.error = Self.read(error, buffer) { errors.append($0) } != .ended
            }
            if watched[0].revents != 0 { ending = try readReport() }
        }
        // The program has ended. What it left behind may hold the pipes open: it is not waited
        // for. What the program itself has printed lies in the pipes.
        kill(-supervisor, SIGKILL)
        var room = Self.largestPipe
        while isOpen.output, room > 0,
            Self.read(
                output, buffer,
                {
                    results.append($0); room -= $0.count
                }) == .some
        {}
        room = Self.largestPipe
        while isOpen.error, room > 0,
            Self.read(
                error, buffer,
                {
                    errors.append($0); room -= $0.count
                }) == .some
        {}
        results.endLine()
        return try Self.ending(ending, program, results, errors)
    }

    /// The most that a pipe holds without special rights.
    private static let largestPipe = 1 << 20

    private enum Reading {
        case some, none, ended
    }

    private static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer,
        _ take: (UnsafeRawBufferPointer) -> Void
    ) -> Reading {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return .some
            }
            if count == 0 { return .ended }
            if errno != EINTR { return errno == EAGAIN ? .none : .ended }
        }
    }

    /// What the supervisor says; nil when it says nothing yet.
    private func readReport() throws(TrialFailure) -> windrow_ending? {
        var ending = windrow_ending(error: 0, status: 0)
        let size = MemoryLayout<windrow_ending>.size
        let count = withUnsafeMutableBytes(of: &ending) { Glibc.read(report, $0.baseAddress, size) }
        if count == size { return ending }
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        throw TrialFailure(
            "the program has killed its own process group, so its end is not known",
            signal: SIGKILL)
    }

    private static func ending(
        _ ending: windrow_ending?, _ program: String, _ results: ResultLines, _ errors: ErrorTail
    ) throws(TrialFailure) -> Ending {
        guard let ending else { throw TrialFailure("\(program): its end is not known") }
        guard ending.error == 0 else {
            let permanent = [ENOENT, EACCES, ENOEXEC, E2BIG, ENOTDIR, ELOOP].contains(ending.error)
            let hint =
                ending.error == ENOEXEC ? " (a script needs a first line such as #!/bin/sh)" : ""
            throw TrialFailure(
                "\(program): cannot be started: \(String(cString: strerror(ending.error)))\(hint)",
                isPermanent: permanent)
        }
        var signal: Int32 = 0
        let code = windrow_exit_code(ending.status, &signal)
        return Ending(
            exitCode: signal == 0 ? code : nil, signal: signal == 0 ? nil : signal,
            resultLines: results, errors: errors.text)
    }
}

extension CommandProcess.Ending {
    /// Why a program has no outcome.
    func reason(program: String) -> String {
        let ending =
            if let signal {
                "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
            } else {
                "exited with code \(exitCode ?? -1)"
            }
        return "\(program) \(ending)" + lastWords
    }

    /// The end of standard error, under a heading.
    var lastWords: String {
        errors.isEmpty
            ? "; standard error is empty" : "; the last lines of standard error:\n\(errors)"
    }
}
