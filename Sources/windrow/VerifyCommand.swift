import ArgumentParser
import SweepStore

/// `windrow verify`: whether a store holds what was written, and all that was asked for.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a store, and which trials of the sweep it has.",
        discussion: """
            Checksums of all rows, one row for each trial, each trace whole, and the grid of the \
            sweep as it was last run. Changes nothing and takes no lock.

            Exit codes: 0 sound and complete, 3 sound, but some trials have failed, 65 damaged or \
            no store, 75 sound, but there are trials to go.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var store: String
        var problems: [String]
        var results: Int
        var traceRows: Int
        var trials: Int?
        var finished: Int
        var failed: Int
        var foreign: Int
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folder = try StoreChoice.folder(store)
            let found = try StoreVerification(folder)
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            store: folder, problems: found.problems.map { "\($0)" },
                            results: found.results, traceRows: found.traceRows,
                            trials: found.trials, finished: found.finished, failed: found.failed,
                            foreign: found.foreign)
                    ).text)
            }
            for problem in found.problems { console.complain("\(problem)") }
            guard found.problems.isEmpty else { return .badInput }
            console.say(
                "Sound",
                "\(folder): \(found.results) results rows, \(found.traceRows) trace rows")
            guard let trials = found.trials else {
                console.say(
                    "",
                    "the manifest's sweep cannot be read by this windrow: "
                        + "which trials are to go is not known", .warning)
                return .done
            }
            let remaining = trials - found.finished - found.failed
            var text = "\(found.finished) of \(trials) trials"
            if found.failed > 0 { text += ", \(found.failed) failed" }
            if remaining > 0 { text += ", \(remaining) to go" }
            if found.foreign > 0 { text += "; \(found.foreign) that the sweep does not ask for" }
            console.say("Grid", text, remaining + found.failed > 0 ? .warning : .good)
            return remaining > 0 ? .interrupted : found.failed > 0 ? .failedTrials : .done
        }
    }
}
