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

    @Argument(help: .init(stringLiteral: StoreChoice.help))
    var store: String?

    @Option(help: "A row for each combination of these: method,compressor.")
    var per: String?

    @Option(help: "Parameters to choose the best values of: step-size.")
    var tune: String?

    @Option(help: "Parameters to take means over: seed.")
    var over: String?

    @Option(help: "The metric that decides (default: the sweep's).")
    var by: String?

    @Option(help: "minimize or maximize (default: the sweep's for its metric, else minimize).")
    var goal: MetricGoal.Goal?

    @Option(
        name: .customLong("where"),
        help: "Only rows that meet this: 'split=sorted and clients>4'.")
    var condition: String?

    @Option(help: "table, csv, json or markdown.")
    var format: ResultsCommand.Format = .table

    @Flag(help: "Instead, print a sweep file with finer values around the best: > next.yaml.")
    var refine = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let question = try StoreQuestion(store, condition: condition)
            let answerer = try BestAnswer(
                question, per: per, tune: tune, over: over, by: by, goal: goal)
            if refine {
                try answer(Array(try refined(answerer).utf8))
                return .done
            }
            console.say("Asked", answerer.asked, .note)
            let table = answerer.table
            switch output.json ? .json : format {
            case .table:
                try answer(table.title + "\n\n" + table.table(table.rows, hasNotes: true).text)
            case .csv: try answer(table.csv)
            case .json: try answer(JSONText(table).text)
            case .markdown: try answer(table.markdown)
            }
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

/// The table of `windrow best`, and what must be said with it.
struct BestAnswer {
    let question: StoreQuestion
    let observations: Observations
    let roles: ColumnRoles
    let goal: MetricGoal
    let table: BestTable

    init(
        _ question: StoreQuestion, per: String?, tune: String?, over: String?, by: String?,
        goal: MetricGoal.Goal?
    ) throws {
        self.question = question
        self.goal = try question.goal(by: by, goal)
        (observations, roles) = try question.observations(
            per: question.parameters(per, "--per"), tune: question.parameters(tune, "--tune"),
            over: question.parameters(over, "--over"))
        let observations = observations
        let roles = roles
        var failed: [[String]: Int] = [:]
        for trial in try question.givenUp() {
            let group = roles.compared.map { trial.cells[observations.factors[$0].header] ?? "" }
            failed[group, default: 0] += 1
        }
        table = BestTable(
            observations, metric: observations.measures.firstIndex(of: self.goal.name) ?? 0,
            goal: self.goal.goal, roles: roles, failed: failed)
    }

    /// The question in full, as a command line would ask it.
    var asked: String {
        func list(_ places: [Int]) -> String {
            places.map { observations.factors[$0].name }.joined(separator: ",")
        }
        var words = ["windrow best \(question.account.name)"]
        for (flag, places) in [
            ("--per", roles.compared), ("--tune", roles.tuned), ("--over", roles.averaged),
        ] where !places.isEmpty {
            words.append("\(flag) \(list(places))")
        }
        return words.joined(separator: " ") + " --by \(goal.name) --goal \(goal.goal.rawValue)"
    }

    /// What the table alone would not tell.
    func warnings() throws -> [(verb: String, text: String)] {
        var found: [(String, String)] = []
        if !roles.unasked.isEmpty {
            let names = roles.unasked.map { observations.factors[$0].name }
            found.append(
                (
                    "Compared",
                    "\(names.joined(separator: ", ")), too: no flag names it; add it to --tune or "
                        + "--over if rows should not differ by it"
                ))
        }
        for name in table.tuned {
            for end in [BestTable.Edge.End.lowest, .highest] {
                let count = table.rows.count { row in
                    row.edges.contains { $0.column == name && $0.end == end }
                }
                guard count > 0 else { continue }
                found.append(
                    (
                        "Edge",
                        "the best \(name) is the \(end.rawValue) that was tried in \(count) of "
                            + "\(counted(table.rows.count, "row")): a better one may lie beyond; "
                            + "--refine goes there"
                    ))
            }
        }
        let most = table.rows.map(\.seeds).max() ?? 0
        let fewer = table.rows.count { $0.seeds < most }
        if fewer > 0, !roles.averaged.isEmpty {
            found.append(
                (
                    "Fewer",
                    "\(counted(fewer, "row")) rest on fewer than \(most) trials: "
                        + "others failed or have not finished"
                ))
        }
        if table.diverged > 0 {
            found.append(
                (
                    "Diverged",
                    "\(table.diverged) of \(counted(observations.count, "trial")); a setting with "
                        + "one that did comes last"
                ))
        }
        let progress = try question.progress()
        if let progress, progress.failed > 0 {
            found.append(
                (
                    "Failed",
                    "\(counted(progress.failed, "trial")): see \(question.folder)/failures.csv"
                ))
        }
        if let progress, progress.finished + progress.failed < progress.count {
            found.append(
                (
                    "So far",
                    "\(progress.finished) of \(counted(progress.count, "trial")) have finished"
                ))
        }
        return found
    }
}
