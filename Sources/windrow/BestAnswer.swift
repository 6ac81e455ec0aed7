import SweepAnswers
import SweepCore
import SweepStore

/// The table of `windrow best`, and what must be said with it.
struct BestAnswer {
    let question: StoreQuestion
    let observations: Observations
    let roles: ColumnRoles
    let goal: MetricGoal
    let table: BestTable

    init(_ question: StoreQuestion, _ asked: ComparisonOptions) throws {
        self.question = question
        self.goal = try question.goal(by: asked.by, asked.tuning.goal)
        (observations, roles) = try question.observations(
            per: question.parameters(asked.per, "--per"),
            tune: question.parameters(asked.tuning.tune, "--tune"),
            over: question.parameters(asked.tuning.over, "--over"))
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
        var words = ["windrow best \(question.store)"]
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
