import Glibc
import Processes
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

    private let process: GuardedProcess
    private let output: Descriptor
    private let error: Descriptor

    /// Runs a program until it ends.
    ///
    /// What it prints is read all along, so it may print without end; only a bounded part is kept.
    ///
    /// - Parameters:
    ///   - memory: bytes that it, and each program that it starts, may map; nil: no bound.
    ///   - print: gets all of what is printed as well.
    ///   - look: is called once a second while it runs.
    static func run(
        _ arguments: [String], environment: [String], directory: String, memory: Int? = nil,
        print: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil, look: (() -> Void)? = nil
    ) throws(TrialFailure) -> Ending {
        let process: CommandProcess
        do {
            process = try CommandProcess(
                arguments, environment: environment, directory: directory, memory: memory)
        } catch {
            throw failure(error, program: arguments[0])
        }
        defer { process.process.reap() }
        return try process.listen(program: arguments[0], print: print, look: look)
    }

    private init(
        _ arguments: [String], environment: [String], directory: String, memory: Int?
    ) throws(SystemError) {
        let null = try Descriptor.null()
        let (output, outputEnd) = try Descriptor.pipe()
        let (error, errorEnd) = try Descriptor.pipe()
        process = try GuardedProcess.start(
            arguments[0], arguments, environment: environment, directory: directory,
            descriptors: .init(
                input: null.number, output: outputEnd.number, error: errorEnd.number),
            memory: memory)
        self.output = output
        self.error = error
    }

    private func listen(
        program: String, print: (@Sendable (UnsafeRawBufferPointer) -> Void)?,
        look: (() -> Void)?
    ) throws(TrialFailure) -> Ending {
        var results = ResultLines()
        var errors = ErrorTail()
        let takeResult = { (bytes: UnsafeRawBufferPointer) in
            results.append(bytes)
            print?(bytes)
        }
        let takeError = { (bytes: UnsafeRawBufferPointer) in
            errors.append(bytes)
            print?(bytes)
        }
        var isOpen = (output: true, error: true)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var exit: ChildProcess.Exit?
        var nextLook = Self.milliseconds + 1000
        while exit == nil {
            var watched = [
                pollfd(fd: process.end.number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen.output ? output.number : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isOpen.error ? error.number : -1, events: Int16(POLLIN), revents: 0),
            ]
            if look != nil, Self.milliseconds >= nextLook {
                look?()
                nextLook = Self.milliseconds + 1000
            }
            let patience = look == nil ? -1 : Int32(clamping: max(0, nextLook - Self.milliseconds))
            if poll(&watched, 3, patience) < 0 {
                if errno == EINTR { continue }
                throw TrialFailure("cannot wait for a program: \(String(cString: strerror(errno)))")
            }
            if watched[1].revents != 0 {
                isOpen.output = Self.read(output.number, buffer, takeResult) != .ended
            }
            if watched[2].revents != 0 {
                isOpen.error = Self.read(error.number, buffer, takeError) != .ended
            }
            do {
                if watched[0].revents != 0 { exit = try process.poll() }
            } catch {
                throw TrialFailure("\(program): \(error)")
            }
        }
        // The program has ended. What it left behind may hold the pipes open: it is not waited
        // for. What the program itself has printed lies in the pipes.
        process.kill()
        if isOpen.output { Self.drain(output.number, buffer, takeResult) }
        if isOpen.error { Self.drain(error.number, buffer, takeError) }
        results.endLine()
        var code: Int32?
        var signal: Int32?
        switch exit {
        case .code(let number): code = number
        case .signal(let number): signal = number
        case nil: break
        }
        return Ending(exitCode: code, signal: signal, resultLines: results, errors: errors.text)
    }

    private static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Takes what lies in a pipe, and no more than a pipe holds: somebody may go on writing.
    private static func drain(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer,
        _ take: (UnsafeRawBufferPointer) -> Void
    ) {
        var room = largestPipe
        while room > 0 {
            let reading = read(descriptor, buffer) {
                take($0)
                room -= $0.count
            }
            guard reading == .some else { return }
        }
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

    /// Why a program did not begin to run.
    private static func failure(_ error: SystemError, program: String) -> TrialFailure {
        let isPermanent = [ENOENT, EACCES, E2BIG, ENOTDIR, ELOOP].contains(error.code)
        guard isPermanent else { return TrialFailure(error.description) }
        return TrialFailure(
            "\(program): cannot be started: \(String(cString: strerror(error.code)))",
            isPermanent: true)
    }
}

extension CommandProcess.Ending {
    /// Why a program has no outcome.
    func reason(program: String, memory: Int? = nil) -> String {
        let ending =
            if let signal {
                "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
            } else {
                "exited with code \(exitCode ?? -1)"
            }
        let limit =
            memory.map {
                "; its memory was limited to \(Resources.words(forBytes: $0)) (resources: memory)"
            } ?? ""
        return "\(program) \(ending)" + limit + lastWords
    }

    /// The end of standard error, under a heading.
    var lastWords: String {
        errors.isEmpty
            ? "; standard error is empty" : "; the last lines of standard error:\n\(errors)"
    }
}
