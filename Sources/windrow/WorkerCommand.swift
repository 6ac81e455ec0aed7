import ArgumentParser
import Experiments
import Glibc
import Processes
import SweepCore
import SweepWire
import SweepWorker

/// `windrow worker …`: the daemon that runs trials, and what operators do to it.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run trials for a coordinator.",
        subcommands: [
            Start.self, List.self, Info.self, Drain.self, Undrain.self, Stop.self,
        ])

    /// `windrow worker start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a worker; it serves until its coordinator sends it away.",
            discussion: """
                It may start before its coordinator, and waits for it. Ctrl-C or SIGTERM: it \
                begins nothing more, finishes what runs, delivers it and leaves. Twice: at once.
                """)

        @Option(
            help: "The coordinator's endpoint (default: the one that this user has started here).")
        var connect: String?

        @Option(help: "How many trials run at once (default: one for each core).")
        var slots: Int?

        @OptionGroup var features: WorkerFeatures

        @Option(
            help: "A folder for results that are not delivered when this worker ends.",
            completion: .directory)
        var state: String?

        func validate() throws {
            if state == "" { throw ValidationError("--state '': expected a folder") }
            if let slots, !(1...4096).contains(slots) {
                throw ValidationError("--slots \(slots): expected 1 … 4096")
            }
        }

        func run() async throws {
            let console = Console(color: .auto, isPlain: false, isQuiet: false)
            let endpoint: Endpoint
            do {
                endpoint = try Endpoint(connect ?? RuntimeFolder().endpoint, isBound: false)
            } catch {
                console.complain(error.message)
                throw ExitStatus.usage.code
            }
            if endpoint.obstacle == .forbidden {
                console.complain("\(endpoint.text): not permitted; it belongs to another user")
                throw ExitStatus.notPermitted.code
            }
            if connect == nil, endpoint.obstacle == nil {
                do {
                    try RuntimeFolder().check()
                } catch {
                    console.complain(error.message)
                    throw ExitStatus.notPermitted.code
                }
            }
            var identity = Registration(
                version: Version.text, host: Machine.host, pid: Int(getpid()),
                slots: slots ?? Machine.cores,
                experiments: ExperimentRegistry.builtIn.map {
                    "\($0.description.name)/\($0.description.version)"
                })
            identity.tags = features.tagList
            identity.gpus = features.gpuList
            let service = WorkerService(
                endpoint: endpoint.text, identity: identity, console: console, state: state)
            let exit: WorkerExit
            do {
                exit = try await service.run()
            } catch let error as SystemError where state != nil {
                throw refusal(error, console).code
            }
            switch exit {
            case .dismissed, .left:
                return
            case .refused(let reason), .slotsFail(let reason):
                console.complain("worker \(getpid()): \(reason)")
                throw ExitStatus.unreachable.code
            }
        }

        /// Says why the folder for results cannot be had, and what to do.
        private func refusal(_ error: SystemError, _ console: Console) -> ExitStatus {
            switch error.code {
            case EWOULDBLOCK:
                console.complain(
                    "--state \(state ?? ""): another worker has this folder; wait until it has "
                        + "ended, or name a folder of its own for each worker")
                return .interrupted
            case EACCES, EPERM, EROFS:
                console.complain("--state: \(error); name a folder that you may write to")
                return .notPermitted
            default:
                console.complain("--state: \(error); name a folder, or one that can be made")
                return .usage
            }
        }
    }
}
