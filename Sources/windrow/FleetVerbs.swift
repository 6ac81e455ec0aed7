import ArgumentParser
import SweepCore
import SweepWire

/// What came of one machine.
private struct NodeReport: Encodable, Sendable {
    var node: String
    /// `joined`, `there`, `stopping`, `absent`, `failed`, `done`, or a worker's state.
    var state: String
    var worker: Int?
    var slots: Int?
    var running: Int?
    var message: String?
    var output: String?

    var isFailed: Bool { state == "failed" }

    static func failed(_ node: String, _ problem: DeploymentProblem) -> NodeReport {
        NodeReport(node: node, state: "failed", message: problem.message)
    }

    /// Shows a table, or JSON, and leaves with an error when a machine has failed.
    static func show(_ reports: [NodeReport], _ output: OutputOptions) throws {
        struct Answer: Encodable { var nodes: [NodeReport] }
        if output.json {
            try answer(JSONText(Answer(nodes: reports)).text)
        } else {
            var table = TextTable(header: ["node", "state", "worker", "slots", "busy", ""])
            for report in reports {
                table.append([
                    report.node, report.state, report.worker.map { "\($0)" } ?? "",
                    report.slots.map { "\($0)" } ?? "", report.running.map { "\($0)" } ?? "",
                    report.message ?? "",
                ])
            }
            try answer(table.text)
        }
        if reports.contains(where: \.isFailed) { throw ExitStatus.unreachable.code }
    }
}

extension Fleet.Member {
    /// The machine's own name, as its worker tells it.
    fileprivate func hostName() throws(DeploymentProblem) -> String {
        let output = try shell.run("uname -n | cut -d. -f1")
        return output.out.split(whereSeparator: \.isNewline).last.map(String.init) ?? node.host
    }
}

extension ClusterCommand {
    /// `windrow cluster up`.
    struct Up: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deploy a worker on each machine of the list.",
            discussion: """
                All at once, at most 32 at a time; machines that fail do not hold up the rest. What \
                is right already is left as it is.
                """)

        @Option(
            help: ArgumentHelp("The program to copy (default: this one).", valueName: "file"),
            completion: .file())
        var program: String?

        @OptionGroup var fleet: FleetOptions
        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let console = output.console
            let fleet = try fleet.fleet(console)
            // One clear word when there is no coordinator, rather than one for each machine.
            _ = try connection.ask(.info, console: console)
            let ask = connection.requester
            let program = program
            let reports = fleet.each { member in
                Self.deploy(member, program, ask)
            } done: { member, report in
                console.say(
                    report.isFailed ? "Failed" : report.state == "there" ? "There" : "Joined",
                    member.shell.name + (report.message.map { ": " + $0 } ?? ""),
                    report.isFailed ? .bad : .good)
            }
            try NodeReport.show(reports, output)
        }

        private static func deploy(
            _ member: Fleet.Member, _ program: String?,
            _ ask:
                @escaping @Sendable (OperatorRequest.Verb) throws(OperatorError)
                -> OperatorReply.Body
        ) -> NodeReport {
            let node = member.node
            var deployment = Deployment(shell: member.shell, ask: ask)
            deployment.program = program
            deployment.slots = node.slots
            deployment.tags = node.tags
            deployment.usesSystemd = node.systemd
            deployment.manners = options(of: node)
            do throws(DeploymentProblem) {
                let outcome = try deployment.run { _ in }
                return NodeReport(
                    node: member.shell.name, state: outcome.wasThere ? "there" : "joined",
                    worker: outcome.worker.number, slots: outcome.worker.slots,
                    message: outcome.warnings.isEmpty
                        ? nil : outcome.warnings.joined(separator: "; "))
            } catch {
                return .failed(member.shell.name, error)
            }
        }

        private static func options(of node: ClusterInventory.Node) -> [String] {
            var options: [String] = []
            if let nice = node.nice { options += ["--nice", "\(nice)"] }
            if let only = node.only { options += ["--only", only] }
            if let time = node.idleExit { options += ["--idle-exit", time] }
            if node.yieldsToUsers { options.append("--yield-to-users") }
            if !node.gpus.isEmpty { options += ["--gpus", node.gpus.joined(separator: ",")] }
            return options
        }
    }

    /// `windrow cluster down`.
    struct Down: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send the workers of the list's machines away when what runs has finished.")

        @Flag(help: "Give up what runs; its trials go back to the queue.")
        var now = false

        @OptionGroup var fleet: FleetOptions
        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let console = output.console
            let fleet = try fleet.fleet(console)
            let workers = try connection.workers(console)
            let ask = connection.requester
            let action = WorkerAction.stop(atOnce: now)
            let reports = fleet.each { member in
                Self.stop(member, workers, action, ask)
            } done: { _, _ in
            }
            try NodeReport.show(reports, output)
        }

        private static func stop(
            _ member: Fleet.Member, _ workers: [WorkerSummary], _ action: WorkerAction,
            _ ask: @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body
        ) -> NodeReport {
            do throws(DeploymentProblem) {
                let host = try member.hostName()
                if member.node.systemd {
                    _ = try member.shell.run(
                        "XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} "
                            + "systemctl --user disable windrow-worker.service")
                }
                let theirs = workers.filter { $0.host == host && $0.key != nil }
                var stopping: [WorkerSummary] = []
                for worker in theirs where try stop(worker, action, ask) { stopping.append(worker) }
                guard let worker = stopping.first else {
                    return NodeReport(node: member.shell.name, state: "absent")
                }
                return NodeReport(
                    node: member.shell.name, state: "stopping", worker: worker.number,
                    slots: worker.slots, running: worker.running)
            } catch {
                return .failed(member.shell.name, error)
            }
        }

        /// Sends one worker away; false: it has left by itself since it was listed.
        private static func stop(
            _ worker: WorkerSummary, _ action: WorkerAction,
            _ ask: @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body
        ) throws(DeploymentProblem) -> Bool {
            let selection = "\(worker.number)"
            do throws(OperatorError) {
                do throws(OperatorError) {
                    _ = try ask(.command(action, selection: selection))
                    return true
                } catch {
                    guard case .workers(let there) = try ask(.workers(selection: "")),
                        !there.contains(where: { $0.number == worker.number })
                    else { throw error }
                    return false
                }
            } catch {
                throw DeploymentProblem(error.message, error.status)
            }
        }
    }

    /// `windrow cluster status`.
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say for each machine of the list whether it is reached and what it does.")

        @OptionGroup var fleet: FleetOptions
        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let console = output.console
            let fleet = try fleet.fleet(console)
            let workers = try connection.workers(console)
            let reports = fleet.each { member in
                do throws(DeploymentProblem) {
                    let host = try member.hostName()
                    guard let worker = workers.last(where: { $0.host == host && $0.key != nil })
                    else { return NodeReport(node: member.shell.name, state: "absent") }
                    return NodeReport(
                        node: member.shell.name, state: worker.state.rawValue,
                        worker: worker.number, slots: worker.slots, running: worker.running,
                        message: worker.reason)
                } catch {
                    return .failed(member.shell.name, error)
                }
            } done: { _, _ in
            }
            try NodeReport.show(reports, output)
        }
    }

    /// `windrow cluster exec`.
    struct Exec: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a line of shell on each machine of the list.")

        @Argument(help: "The command, as for a shell; behind -- if it has options.")
        var command: [String]

        @OptionGroup var fleet: FleetOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let line = command.joined(separator: " ")
            try Self.run(line, try fleet.fleet(output.console), output)
        }

        /// Runs a line everywhere, and shows what it has printed.
        static func run(_ line: String, _ fleet: Fleet, _ output: OutputOptions) throws {
            let reports = fleet.each { member in
                do throws(DeploymentProblem) {
                    let result = try member.shell.run(line, seconds: 600)
                    var report = NodeReport(
                        node: member.shell.name, state: result.code == 0 ? "done" : "failed",
                        output: result.out)
                    if result.code != 0 {
                        report.message = "exit code \(result.code)"
                        report.output = result.out + result.err
                    }
                    return report
                } catch {
                    return .failed(member.shell.name, error)
                }
            } done: { _, _ in
            }
            if output.json {
                try NodeReport.show(reports, output)
                return
            }
            for report in reports {
                for text in (report.output ?? "").split(separator: "\n") {
                    try answer("\(report.node): \(text)")
                }
                if let message = report.message {
                    output.console.complain("\(report.node): \(message)")
                }
            }
            if reports.contains(where: \.isFailed) { throw ExitStatus.unreachable.code }
        }
    }

    /// `windrow cluster logs`.
    struct Logs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the workers of the list's machines have said last.")

        @Option(help: ArgumentHelp("Lines of each.", valueName: "n"))
        var lines = 20

        @OptionGroup var fleet: FleetOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...100_000).contains(lines) else {
                throw ValidationError("--lines \(lines): expected 1 … 100000")
            }
        }

        func run() throws {
            let line =
                "f=\"${XDG_STATE_HOME:-$HOME/.local/state}/windrow/worker-$(uname -n | cut -d. "
                + "-f1).log\"; if [ -e \"$f\" ]; then tail -n \(lines) \"$f\"; else journalctl "
                + "--user -u windrow-worker -n \(lines) --no-pager -o cat 2>/dev/null; fi"
            try Exec.run("sh -c \(quoted(line))", try fleet.fleet(output.console), output)
        }
    }
}

extension ConnectOptions {
    /// The workers, as the coordinator knows them.
    fileprivate func workers(_ console: Console) throws -> [WorkerSummary] {
        guard case .workers(let list) = try ask(.workers(selection: ""), console: console) else {
            throw ExitStatus.internalError.code
        }
        return list
    }
}
