import ArgumentParser
import Experiments
import SweepAnswers
import SweepCore
import SweepStore

/// `windrow best`: each combination at its best-tuned setting.
struct BestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "best",
        abstract: "Show each combination at its best-tuned setting, mean ± std over seeds.",
        discussion: """
            Takes no lock: it goes beside a running sweep. What is left out is chosen, and shown: \
            real-valued axes are tuned, the mean is over 'seed', and what remains is compared. With \
            --per alone, what it does not name is tuned.

            Exit codes: 0 shown, 64 usage, 65 no such store or column, nothing to compare, or a \
            damaged store.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @OptionGroup var comparison: ComparisonOptions

    @Option(help: "table, csv, json or markdown.")
    var format: ResultsCommand.Format = .table

    @Option(help: "At most so many rows (default: 100 in a table, otherwise all).")
    var limit: Int?

    @Flag(help: "Instead, print a sweep file with finer values around the best: > next.yaml.")
    var refine = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit \(limit): expected a number from 1 on")
        }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let question = try StoreQuestion(store, condition: comparison.tuning.condition)
            let answerer = try BestAnswer(question, comparison)
            if refine {
                try answer(Array(try refined(answerer).utf8))
                return .done
            }
            console.say("Asked", answerer.asked, .note)
            let form = output.json ? .json : format
            let table = answerer.table.limited(
                to: limit ?? (form == .table ? ResultsCommand.longestTable : .max))
            switch form {
            case .table:
                try answer(table.title + "\n\n" + table.table(table.rows, hasNotes: true).text)
            case .csv: try answer(table.csv)
            case .json: try answer(JSONText(table).text)
            case .markdown: try answer(table.markdown)
            }
            let more = answerer.table.rows.count - table.rows.count
            if more > 0 { console.say("Next", "\(more) more rows: --limit, --where", .note) }
            for (verb, text) in try answerer.warnings() { console.say(verb, text, .warning) }
            return .done
        }
    }

    private func refined(_ answerer: BestAnswer) throws -> String {
        let question = answerer.question
        guard let sweep = question.account.sweep else {
            throw InputError(
                "\(question.folder): this windrow cannot read the sweep in manifest.json, so it "
                    + "cannot refine it")
        }
        let refined: RefinedSweep
        do throws(RefinedSweep.Problem) {
            refined = try RefinedSweep(sweep, best: answerer.table)
        } catch {
            throw InputError("--refine: \(error.text)")
        }
        let text = SweepFileText.text(
            refined.sweep,
            comment: [
                "The next round of \(sweep.name), by windrow best --refine:", "",
            ] + refined.changes.map { "  \($0)" } + [
                "",
                "Relative paths start at the folder of this file; those of \(sweep.name) did at",
                sweep.directory,
            ])
        // What is printed must be what windrow plan accepts.
        do throws(SweepFileError) {
            _ = try Sweep.read(
                text: text, file: "the refined sweep", directory: sweep.directory, overrides: [],
                experiments: ExperimentRegistry.builtIn.map(\.description))
        } catch {
            throw InputError("--refine: \(error)")
        }
        for change in refined.changes { output.console.say("Refined", change) }
        return text
    }
}

extension MetricGoal.Goal: ExpressibleByArgument {}
