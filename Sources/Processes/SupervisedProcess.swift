import CProcess
import Glibc

/// A program under a supervisor: a small process that leads the program's group and takes all of it
/// down when the thread that started it dies in any way, grandchildren included.
package struct SupervisedProcess: Sendable {
    private let supervisor: ChildProcess
    /// Becomes readable when the program has ended or could not be started.
    package let report: Descriptor

    /// What the supervisor says of its program.
    package enum Ending: Sendable, Hashable {
        case exit(ChildProcess.Exit)
        /// The program could not be started: an `errno` value.
        case notStarted(Int32)
        /// The supervisor was killed, so nothing is known.
        case unknown
    }

    /// Starts a program; the channel of its descriptors is not used.
    ///
    /// - Throws: `SystemError` when the supervisor cannot be started.
    package static func start(
        _ program: String, _ arguments: [String], environment: [String], directory: String,
        descriptors: ChildProcess.Descriptors
    ) throws(SystemError) -> SupervisedProcess {
        let (reading, writing) = try Descriptor.pipe()
        let pid = ChildProcess.withChild(
            program, arguments, environment, directory, descriptors, 0
        ) { windrow_supervise($0, writing.number) }
        guard pid > 0 else { throw SystemError(code: -pid, operation: "start a supervisor") }
        return SupervisedProcess(supervisor: ChildProcess(pid: pid), report: reading)
    }

    /// How the program has ended; nil while it runs.
    package func poll() -> Ending? {
        var ending = windrow_ending(error: 0, status: 0)
        let size = MemoryLayout<windrow_ending>.size
        let count = withUnsafeMutableBytes(of: &ending) {
            read(report.number, $0.baseAddress, size)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return nil }
        guard count == size else { return .unknown }
        return ending.error == 0
            ? .exit(ChildProcess.exit(ending.status)) : .notStarted(ending.error)
    }

    /// Kills what is left of the program's group; the supervisor still is to be reaped.
    package func kill() { supervisor.kill() }

    /// Kills what is left and reaps the supervisor.
    package func end() {
        supervisor.kill()
        _ = Glibc.kill(supervisor.pid, SIGKILL)
        _ = supervisor.wait()
    }
}
