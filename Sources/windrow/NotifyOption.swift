import ArgumentParser
import Glibc
import Processes
import SweepWire

/// `--notify`: what happens when everything has ended and nobody looks.
struct NotifyOption: ParsableArguments {
    @Option(
        help: """
            At the end run this with sh, which finds WINDROW_SWEEP, WINDROW_STATE, WINDROW_EXIT, \
            WINDROW_FINISHED and WINDROW_FAILED; bell: ring the terminal's.
            """)
    var notify: String?

    func validate() throws {
        if notify == "" { throw ValidationError("--notify '': expected a command, or bell") }
    }

    /// Tells that sweeps have ended.
    func notify(of sweeps: [SweepSummary], _ status: ExitStatus, _ console: Console) {
        notify(
            name: sweeps.map(\.name).joined(separator: " "),
            state: sweeps.count == 1 ? sweeps[0].state.rawValue : "ended",
            finished: sweeps.reduce(0) { $0 + $1.finished },
            failed: sweeps.reduce(0) { $0 + $1.failed }, status, console)
    }

    /// Tells that something has ended.
    ///
    /// A command that fails is complained about; what was computed is no worse for it.
    func notify(
        name: String, state: String, finished: Int, failed: Int, _ status: ExitStatus,
        _ console: Console
    ) {
        guard let notify else { return }
        if notify == "bell" {
            _ = write(2, "\u{7}", 1)
            return
        }
        let variables = [
            "WINDROW_SWEEP=\(name)", "WINDROW_STATE=\(state)", "WINDROW_EXIT=\(status.rawValue)",
            "WINDROW_FINISHED=\(finished)", "WINDROW_FAILED=\(failed)",
        ]
        do throws(SystemError) {
            let null = try Descriptor.null()
            // Its output belongs to the messages: the answer on standard output is the verb's.
            let process = try ChildProcess.start(
                "/bin/sh", ["sh", "-c", notify],
                environment: ChildProcess.currentEnvironment() + variables,
                descriptors: .init(input: null.number, output: 2, error: 2))
            switch process.wait() {
            case .code(0): break
            case .code(let code):
                console.complain("--notify \(notify): ended with exit code \(code)")
            case .signal(let number):
                console.complain("--notify \(notify): ended by signal \(number)")
            }
        } catch {
            console.complain("--notify \(notify): \(error)")
        }
    }
}
