import ArgumentParser
import ClusterKeys
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
            Start.self, List.self, Info.self, Drain.self, Undrain.self, Stop.self, Invite.self,
            Revoke.self, Deploy.self, Allocate.self,
        ])

    /// `windrow worker start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a worker; it serves until its coordinator sends it away.",
            discussion: """
                It may start before its coordinator, and waits for it. Ctrl-C or SIGTERM: it \
                begins nothing more, finishes what runs, or gives it back after --grace, delivers \
                what there is and leaves. Twice: at once.
                """)

        @Option(
            help: "The coordinator's endpoint (default: the one that this user has started here).")
        var connect: String?

        @Option(
            help: ArgumentHelp(
                "A join file of windrow cluster init or worker invite; - reads it, or a join code, "
                    + "from standard input.", valueName: "file"),
            completion: .file(extensions: ["join"]))
        var join: String?

        @OptionGroup var keys: KeyOptions

        @Option(help: "How many trials run at once (default: one for each core).")
        var slots: Int?

        @OptionGroup var features: WorkerFeatures
        @OptionGroup var manners: WorkerManners
        @OptionGroup var detachment: Detachment

        @Option(
            help: "A folder for results that are not delivered when this worker ends.",
            completion: .directory)
        var state: String?

        func validate() throws {
            if join == "" { throw ValidationError("--join '': expected a file, or -") }
            if join?.hasPrefix(JoinCode.prefix) == true {
                throw ValidationError(
                    "--join: a join code on the command line can be read by everybody on this "
                        + "machine, in ps and in the shell's history; give --join - and paste it. "
                        + "This one is better revoked: windrow worker list --admitted")
            }
            if state == "" { throw ValidationError("--state '': expected a folder") }
            if let slots, !(1...4096).contains(slots) {
                throw ValidationError("--slots \(slots): expected 1 … 4096")
            }
        }

        func run() async throws {
            let console = Console(color: .auto, isPlain: false, isQuiet: false)
            if try detachment.leave(
                "worker-\(Machine.host).log", patience: 20, readsInput: join == "-", console)
            {
                return
            }
            Detachment.prepare()
            let way: WorkerWay
            do throws(OperatorError) {
                way = try WorkerWay(
                    connect: connect, join: join, keys: keys.folder, console: console)
            } catch {
                console.complain(error.message)
                throw error.status.code
            }
            let endpoint = way.endpoint
            if endpoint.obstacle == .forbidden {
                console.complain("\(endpoint.text): not permitted; it belongs to another user")
                throw ExitStatus.notPermitted.code
            }
            if way.isDefault, endpoint.obstacle == nil {
                do {
                    try RuntimeFolder().check()
                } catch {
                    console.complain(error.message)
                    throw ExitStatus.notPermitted.code
                }
            }
            var identity = Registration(
                version: Version.text, host: Machine.host, pid: Int(getpid()),
                slots: slots ?? way.slots ?? Machine.cores,
                experiments: ExperimentRegistry.builtIn.map {
                    "\($0.description.name)/\($0.description.version)"
                })
            identity.tags = features.tags == nil ? way.tags : features.tagList
            identity.gpus = features.gpuList
            let service = WorkerService(
                endpoint: endpoint.text, security: way.security, identity: identity,
                console: console, state: state, manners: manners)
            manners.beNice()
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
