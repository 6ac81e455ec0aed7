import ArgumentParser
import SweepView
import SweepWire

/// `windrow coordinator …`: the daemon that serves many sweeps.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator", abstract: "Serve many sweeps to many workers.",
        subcommands: [Start.self, Info.self, Stop.self])

    /// `windrow coordinator start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a coordinator; it serves until it is stopped.",
            discussion: """
                Goes on with every sweep below the store root that was served when an earlier \
                coordinator ended, however it ended. Ctrl-C or SIGTERM: what has arrived is \
                stored, and the coordinator leaves; workers keep what they have and wait for the \
                next one. Twice: at once.
                """)

        @Option(
            help: ArgumentHelp(
                "Listen here, too: ipc://PATH, or tcp://*:PORT for other machines (needs windrow "
                    + "cluster init). May be repeated.",
                valueName: "endpoint"))
        var bind: [String] = []

        @Option(help: "The folder of the sweeps' stores.", completion: .directory)
        var storeRoot = "runs"

        @OptionGroup var keys: KeyOptions
        @OptionGroup var detachment: Detachment
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if storeRoot.isEmpty { throw ValidationError("--store-root '': expected a folder") }
        }

        func run() async throws {
            let console = output.console
            if try detachment.leave("coordinator.log", patience: 600, console) { return }
            Detachment.prepare()
            do {
                var endpoints: [Endpoint] = []
                for text in bind { endpoints.append(try Endpoint(text, isBound: true)) }
                let service = CoordinatorService(
                    storeRoot: storeRoot, endpoints: endpoints, keys: keys.folder,
                    console: console)
                try await service.run()
            } catch let error as InputError {
                console.complain(error.message)
                throw ExitStatus.badInput.code
            } catch let error as CoordinatorProblem {
                console.complain(error.message)
                throw error.status.code
            }
        }
    }

    /// `windrow coordinator info`.
    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether a coordinator is running, and where.")

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let reply = try connection.ask(.info, console: output.console)
            guard case .info(let info) = reply else { throw ExitStatus.internalError.code }
            try answer(output.json ? JSONText(CoordinatorReport(info)).text : info.text)
        }
    }

    /// `windrow coordinator stop`.
    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop the coordinator; what has arrived is stored first.",
            discussion: """
                Sweeps go on when it is started again on the same store root. Workers keep what \
                they have and wait for that; with --workers they finish what runs and go, and the \
                coordinator goes after them.
                """)

        @Flag(help: "Let the workers finish what runs, and send them away first.")
        var workers = false

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let console = output.console
            let info = try connection.ask(.info, console: console)
            _ = try connection.ask(.stop(workers: workers), console: console)
            console.say(
                "Stopping",
                workers
                    ? "the coordinator, when its workers have finished what runs"
                    : "the coordinator; its sweeps go on when it is started again", .note)
            if output.json, case .info(let info) = info {
                try answer(JSONText(CoordinatorReport(info)).text)
            }
        }
    }
}

/// A coordinator in JSON.
private struct CoordinatorReport: Encodable {
    var version: String
    var host: String
    var pid: Int
    var uptime: Double
    var storeRoot: String
    var endpoints: [String]
    var workers: Int
    var slots: Int
    var sweeps: Int

    init(_ info: CoordinatorInfo) {
        version = info.version
        host = info.host
        pid = info.pid
        uptime = info.uptime
        storeRoot = info.storeRoot
        endpoints = info.endpoints
        workers = info.workers
        slots = info.slots
        sweeps = info.sweeps
    }
}

extension CoordinatorInfo {
    /// The lines for a person.
    fileprivate var text: String {
        """
        coordinator  windrow \(version) on \(host), process \(pid), up \(words(forSeconds: uptime))
        stores       \(storeRoot)
        listens at   \(endpoints.joined(separator: "\n             "))
        workers      \(workers) with \(counted(slots, "slot"))
        sweeps       \(sweeps) not at \(sweeps == 1 ? "its" : "their") end
        """
    }
}
