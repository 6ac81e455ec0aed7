import CProcess
import Glibc

/// A program that does not outlive this process, whatever ends it: see `windrow_guard`.
///
/// The program leads a process group; its guard kills the whole group, grandchildren included.
package struct GuardedProcess: Sendable {
    private let process: ChildProcess
    /// Becomes readable when the program has ended.
    package let end: Descriptor

    /// Starts a program; the channel of its descriptors is not used.
    ///
    /// - Parameters:
    ///   - program: its path, or a name to be searched in PATH.
    ///   - arguments: all of them, the program's own name first.
    ///   - environment: `NAME=value`.
    ///   - directory: its working directory.
    ///   - descriptors: its input and outputs.
    ///   - memory: bytes that it may map; nil: as many as this process.
    /// - Throws: `SystemError` when it cannot be started or executed.
    package static func start(
        _ program: String, _ arguments: [String], environment: [String], directory: String,
        descriptors: ChildProcess.Descriptors, memory: Int? = nil
    ) throws(SystemError) -> GuardedProcess {
        let pid = ChildProcess.withChild(
            program, arguments, environment, directory, descriptors, SIGKILL, memory
        ) { windrow_spawn_guarded($0) }
        guard pid > 0 else { throw SystemError(code: -pid, operation: "start \(program)") }
        let process = ChildProcess(pid: pid)
        let watch = windrow_watch(pid)
        guard watch >= 0 else {
            let code = errno
            Self.end(process)
            throw SystemError(code: code, operation: "watch \(program)")
        }
        return GuardedProcess(process: process, end: Descriptor(watch))
    }

    /// How the program has ended; nil while it runs.
    ///
    /// It is not reaped yet, so that its group's number stays its own.
    ///
    /// - Throws: `SystemError` when somebody else has reaped it.
    package func poll() throws(SystemError) -> ChildProcess.Exit? {
        var code: Int32 = 0
        var signal: Int32 = 0
        let answer = windrow_ended(process.pid, &code, &signal)
        guard answer >= 0 else {
            throw SystemError(code: -answer, operation: "learn how a program has ended")
        }
        guard answer > 0 else { return nil }
        return code >= 0 ? .code(code) : .signal(signal)
    }

    /// Kills the program and what is left of its group.
    package func kill() { process.kill() }

    /// Kills what is left and reaps the program; to be called once.
    package func reap() { Self.end(process) }

    private static func end(_ process: ChildProcess) {
        process.kill()
        windrow_unguard(process.pid)
        _ = process.wait()
    }
}
