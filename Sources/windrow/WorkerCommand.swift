import ArgumentParser
import Experiments
import Glibc
import SweepCore
import SweepWire
import SweepWorker

/// `windrow worker …`: the daemon that runs trials.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run trials for a coordinator.",
        subcommands: [Start.self])

    /// `windrow worker start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a worker; it serves until its coordinator sends it away.")

        @Option(help: "The coordinator's endpoint: ipc://PATH.")
        var connect: String

        @Option(help: "How many trials run at once (default: one for each core).")
        var slots: Int?

        func validate() throws {
            guard connect.hasPrefix("ipc://") else {
                throw ValidationError(
                    "'\(connect)' is not an endpoint on this machine: expected ipc://PATH")
            }
            if let slots, !(1...4096).contains(slots) {
                throw ValidationError("--slots \(slots): expected 1 … 4096")
            }
        }

        func run() async throws {
            let registration = Registration(
                version: Version.text, host: Machine.host, pid: Int(getpid()),
                slots: slots ?? Machine.cores,
                experiments: ExperimentRegistry.builtIn.map {
                    "\($0.description.name)/\($0.description.version)"
                })
            let shell = try WorkerShell(endpoint: connect, identity: registration)
            switch try await shell.run() {
            case .dismissed:
                return
            case .refused(let reason), .slotsFail(let reason):
                Console(color: .auto, isPlain: false, isQuiet: false)
                    .complain("worker \(getpid()): \(reason)")
                throw ExitStatus.unreachable.code
            }
        }
    }
}
