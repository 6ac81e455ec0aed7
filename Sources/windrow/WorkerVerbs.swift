import ArgumentParser
import SweepView
import SweepWire

/// What the verbs about workers have in common.
struct WorkerOptions: ParsableArguments {
    @Argument(help: "Which ones: 1-3,7, last, all, tag:NAME, or a host's name.")
    var selection: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    /// Asks for workers, and shows them.
    func show(_ verb: OperatorRequest.Verb) throws {
        try WorkerTable.show(verb, connection, output)
    }
}

/// Workers for a person or another program.
enum WorkerTable {
    private struct Report: Encodable {
        struct Worker: Encodable {
            var number: Int
            var host: String
            var pid: Int
            var slots: Int
            var running: Int
            var state: String
            var version: String
            var silence: Double
            var tags: [String]
            var gpus: [String]
            var reason: String?
            var key: String?
        }
        var workers: [Worker]
    }

    /// Asks for workers, and shows them.
    static func show(
        _ verb: OperatorRequest.Verb, _ connection: ConnectOptions, _ output: OutputOptions
    ) throws {
        guard case .workers(let workers) = try connection.ask(verb, console: output.console)
        else { throw ExitStatus.internalError.code }
        if output.json {
            let report = Report(
                workers: workers.map {
                    Report.Worker(
                        number: $0.number, host: $0.host, pid: $0.pid, slots: $0.slots,
                        running: $0.running, state: $0.state.rawValue, version: $0.version,
                        silence: $0.silence, tags: $0.tags, gpus: $0.gpus,
                        reason: $0.reason, key: $0.key)
                })
            try answer(JSONText(report).text)
            return
        }
        guard !workers.isEmpty else {
            output.console.say("Next", "windrow worker start: no worker has joined", .note)
            return
        }
        var table = TextTable(
            header: [
                "worker", "host", "pid", "slots", "busy", "state", "version", "heard", "tags",
                "gpus", "key", "",
            ])
        for worker in workers {
            table.append([
                "\(worker.number)", worker.host, "\(worker.pid)", "\(worker.slots)",
                "\(worker.running)", worker.state.rawValue, worker.version,
                words(forSeconds: worker.silence) + " ago",
                worker.tags.joined(separator: " "), worker.gpus.joined(separator: " "),
                worker.key ?? "", worker.reason ?? "",
            ])
        }
        try answer(table.text)
    }
}

extension WorkerCommand {
    /// `windrow worker list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workers.")

        @Flag(help: "The keys that are known, and what became of them, instead.")
        var admitted = false

        @Flag(help: "Who was refused, and why, instead.")
        var refused = false

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if admitted, refused {
                throw ValidationError("--admitted and --refused: expected one of them")
            }
        }

        func run() throws {
            if admitted {
                guard case .keys(let keys) = try connection.ask(.keys, console: output.console)
                else { throw ExitStatus.internalError.code }
                try MembershipTable.show(keys: keys, output)
            } else if refused {
                guard
                    case .refusals(let refusals) = try connection.ask(
                        .refusals, console: output.console)
                else { throw ExitStatus.internalError.code }
                try MembershipTable.show(refusals: refusals, output)
            } else {
                try WorkerTable.show(.workers(selection: ""), connection, output)
            }
        }
    }

    /// `windrow worker info`.
    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show some of the workers.")
        @OptionGroup var workers: WorkerOptions
        func run() throws { try workers.show(.workers(selection: workers.selection)) }
    }

    /// `windrow worker drain`.
    struct Drain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let workers finish what runs, and give them nothing more.")
        @OptionGroup var workers: WorkerOptions
        func run() throws { try workers.show(.command(.drain, selection: workers.selection)) }
    }

    /// `windrow worker undrain`.
    struct Undrain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give drained and quarantined workers trials again.")
        @OptionGroup var workers: WorkerOptions
        func run() throws { try workers.show(.command(.undrain, selection: workers.selection)) }
    }

    /// `windrow worker stop`.
    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send workers away when they have finished what runs.")

        @Flag(help: "Give up what runs; its trials go back to the queue.")
        var now = false

        @OptionGroup var workers: WorkerOptions

        func run() throws {
            try workers.show(.command(.stop(atOnce: now), selection: workers.selection))
        }
    }
}
