import ArgumentParser
import SweepCore
import SweepWire

extension WorkerCommand {
    /// `windrow worker deploy`.
    struct Deploy: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a machine join over ssh: copy windrow there, and start a worker.",
            discussion: """
                With the user's own ssh and its configuration; it never asks for a password. What \
                is right already is left as it is: a second time changes nothing. The new worker \
                makes a key of its own there; an invitation for it goes over ssh, and ends with it.
                """)

        @Argument(help: "The machine as ssh knows it: HOST, USER@HOST or HOST:PORT.")
        var host: String

        @Option(help: "How many trials run at once there (default: one for each core).")
        var slots: Int?

        @OptionGroup var features: WorkerFeatures
        @OptionGroup var manners: WorkerManners

        @Flag(help: "As a unit of the user's systemd there, which starts it again after a reboot.")
        var systemd = false

        @Option(
            help: ArgumentHelp(
                "The program to copy (default: this one); for another architecture or an older "
                    + "system.", valueName: "file"), completion: .file())
        var program: String?

        @Option(
            help: ArgumentHelp(
                "An ssh_config in place of the user's own.", valueName: "file"),
            completion: .file())
        var sshConfig: String?

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if let slots, !(1...4096).contains(slots) {
                throw ValidationError("--slots \(slots): expected 1 … 4096")
            }
        }

        private struct Report: Encodable {
            var host: String
            var worker: Int
            var slots: Int
            var copied: Bool
            var wasThere: Bool
            var warnings: [String]
        }

        func run() throws {
            let console = output.console
            let outcome: Deployment.Outcome
            do throws(DeploymentProblem) {
                outcome = try deployment().run { console.draw("Deploying", $0) }
                console.erase()
            } catch {
                console.erase()
                console.complain("\(host): \(error.message)")
                throw error.status.code
            }
            for warning in outcome.warnings { console.say("Note", "\(host): \(warning)", .warning) }
            let worker = outcome.worker
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            host: host, worker: worker.number, slots: worker.slots,
                            copied: outcome.wasCopied, wasThere: outcome.wasThere,
                            warnings: outcome.warnings)
                    ).text)
            }
            console.say(
                outcome.wasThere ? "There" : "Joined",
                "worker \(worker.number) \(worker.host) (\(counted(worker.slots, "slot")))")
        }

        private func deployment() throws(DeploymentProblem) -> Deployment {
            let shell: RemoteShell
            do {
                shell = try RemoteShell(host, configuration: sshConfig)
            } catch {
                throw DeploymentProblem(error.message, .usage)
            }
            let options = connection
            var deployment = Deployment(shell: shell, ask: options.requester)
            deployment.program = program
            deployment.slots = slots
            deployment.tags = features.tagList
            deployment.manners = manners.arguments + (features.gpus.map { ["--gpus", $0] } ?? [])
            deployment.usesSystemd = systemd
            return deployment
        }
    }
}

extension ConnectOptions {
    /// Asks the coordinator, from any thread, over a connection of its own each time.
    var requester: @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body {
        let endpoint = connect
        let folder = keys.folder
        return { verb throws(OperatorError) in
            try OperatorClient(endpoint, keys: folder, patience: 15).ask(verb)
        }
    }
}
