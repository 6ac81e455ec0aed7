import SweepAnswers
import SweepCore
import SweepStore

/// A store at one moment, for tables and pictures: the rows that meet a condition, and the sweep
/// that they belong to.
///
/// Takes no lock, so it goes beside a running sweep.
struct StoreQuestion {
    /// The store's folder.
    let folder: String
    let account: StoreAccount
    let table: ResultsTable
    /// The grid of the sweep; nil where this version cannot read it.
    let grid: Grid?
    /// The rows that meet the condition.
    private(set) var rows: [Int]
    /// The condition as it was given.
    private(set) var condition: String?
    private var filter: ResultsFilter?

    /// Reads a store by the name that a person gave.
    init(_ name: String?, condition: String?) throws {
        folder = try StoreChoice.folder(name)
        account = try StoreAccount(folder)
        table = try ResultsTable.read(folder)
        grid = account.sweep.flatMap { try? Grid($0) }
        guard table.count > 0 else {
            throw InputError(
                "\(folder): no trial has finished yet; windrow run or windrow wait first")
        }
        (rows, filter) = try Self.rows(table, condition)
        self.condition = condition
    }

    /// The same store with a further condition.
    func narrowed(to condition: String?) throws(InputError) -> StoreQuestion {
        guard let condition else { return self }
        var question = self
        question.condition = self.condition.map { "(\($0)) and (\(condition))" } ?? condition
        (question.rows, question.filter) = try Self.rows(table, question.condition)
        return question
    }

    private static func rows(
        _ table: ResultsTable, _ condition: String?
    ) throws(InputError) -> ([Int], ResultsFilter?) {
        guard let condition else { return (Array(0..<table.count), nil) }
        let filter = try ResultsFilter(condition, table)
        let rows = (0..<table.count).filter { filter.matches(table, row: $0) }
        guard !rows.isEmpty else {
            throw InputError("none of \(counted(table.count, "row")) meets --where \(condition)")
        }
        return (rows, filter)
    }

    /// The store as a person names it: a merged one has its sweep's name, and a folder of its own.
    var store: String {
        let name = folder.dropFirst("runs/".count)
        return folder.hasPrefix("runs/") && !name.contains("/") ? String(name) : folder
    }

    // MARK: Names

    /// Names that are separated by commas, as headers of parameters.
    func parameters(_ names: String?, _ flag: String) throws(InputError) -> [String]? {
        guard let names else { return nil }
        var found: [String] = []
        for name in names.split(separator: ",").map({ $0.trimmed }) {
            let header = try parameter(name, flag)
            guard !found.contains(header) else {
                throw InputError("\(flag) \(names): '\(name)' stands twice")
            }
            found.append(header)
        }
        return found
    }

    /// A parameter's column.
    func parameter(_ name: String, _ flag: String) throws(InputError) -> String {
        let header = name.replacing("-", with: "_").replacing(".", with: "_")
        if table.parameters.contains(header) { return header }
        let onAxes = account.sweep?.columnsOnAxes ?? []
        // As tables show it: `k` for `compressor.k`, where no other parameter ends so.
        let ending = onAxes.filter { $0.hasSuffix(".\(name)") }
        if ending.count == 1 {
            return ending[0].replacing("-", with: "_").replacing(".", with: "_")
        }
        throw InputError(
            "\(flag): "
                + unknown(name, "parameter", among: onAxes.isEmpty ? table.parameters : onAxes))
    }

    /// A metric's column, or `duration_s`.
    func measure(_ name: String, _ flag: String) throws(InputError) -> String {
        let header = name.replacing("-", with: "_")
        let known = table.metrics + ["duration_s"]
        if known.contains(header) { return header }
        throw InputError("\(flag): " + unknown(name, "metric", among: known))
    }

    private func unknown(_ name: String, _ what: String, among names: [String]) -> String {
        guard names.contains(where: { !$0.isEmpty }) else {
            return "no \(what) '\(name)'; there are none in \(folder)"
        }
        let meant = Spelling.nearest(to: name, among: names)
        return "no \(what) '\(name)'; " + (meant.map { "did you mean '\($0)'? There" } ?? "there")
            + " are: \(names.joined(separator: ", "))"
    }

    /// What decides: the metric that is asked for, or the sweep's.
    func goal(by name: String?, _ asked: MetricGoal.Goal?) throws(InputError) -> MetricGoal {
        let own = account.sweep?.metric
        guard let name else {
            guard let own else {
                throw InputError(
                    "\(folder): the sweep names no metric; say by which one, such as --by "
                        + (table.metrics.first ?? "duration_s") + "; there are: "
                        + table.metrics.joined(separator: ", "))
            }
            guard table.metrics.contains(own.name) else {
                throw InputError(
                    "\(folder): no trial has the sweep's metric '\(own.name)'; name one with --by: "
                        + table.metrics.joined(separator: ", "))
            }
            return MetricGoal(name: own.name, goal: asked ?? own.goal)
        }
        let column = try measure(name, "--by")
        let usual = column == own?.name ? own?.goal : nil
        return MetricGoal(name: column, goal: asked ?? usual ?? .minimize)
    }

    // MARK: What there is

    /// The chosen rows as factors and measures.
    ///
    /// - Parameter named: columns that are factors even if they do not differ.
    func observations(named: [String] = []) -> Observations {
        Observations(table, rows: rows, sweep: account.sweep, named: Set(named))
    }

    /// Observations, and what their factors are to a question in names of columns.
    ///
    /// - Parameter known: observations of the same rows and names, where they are at hand.
    func observations(
        per: [String]?, tune: [String]?, over: [String]?, others: [String] = [],
        known: Observations? = nil
    ) throws(InputError) -> (Observations, ColumnRoles) {
        let all = [per, tune, over].flatMap { $0 ?? [] }
        if let twice = all.first(where: { name in all.count { $0 == name } > 1 }) {
            throw InputError(
                "'\(twice)' is to be compared, tuned or averaged over; name it for one of them")
        }
        let observations = known ?? observations(named: all + others)
        func places(_ names: [String]?) -> [Int]? {
            names.map { $0.compactMap { observations.factor($0) } }
        }
        let roles = ColumnRoles(
            observations.factors, per: places(per), tune: places(tune), over: places(over))
        return (observations, roles)
    }

    /// How far the sweep has come: trials, and those that are finished or given up; nil where the
    /// grid is not known.
    func progress() throws(StoreError) -> (count: Int, finished: Int, failed: Int)? {
        guard let grid else { return nil }
        let finished = table.indices(in: grid).count { $0 != nil }
        return (grid.count, finished, try givenUp(meetingCondition: false).count)
    }

    /// Trials that were given up, have not finished since, and meet the condition; by their texts.
    func givenUp(
        meetingCondition: Bool = true
    ) throws(StoreError) -> [(trial: GivenUpTrial, cells: [String: String])] {
        let finished = Set(
            (0..<table.count).compactMap { table.text(row: $0, column: 0) })
        return try Store.givenUp(folder).compactMap { trial in
            guard !finished.contains("\(trial.id)") else { return nil }
            let cells = cells(of: trial)
            let columns = table.columns
            guard !meetingCondition || filter?.matches({ cells[columns[$0]] }) ?? true else {
                return nil
            }
            return (trial, cells)
        }
    }

    private func cells(of trial: GivenUpTrial) -> [String: String] {
        var cells = ["trial": "\(trial.id)", "status": "failed"]
        guard let grid, (0..<grid.count).contains(trial.index) else { return cells }
        let point = grid.trial(at: trial.index)
        guard grid.id(of: point) == trial.id else { return cells }
        for (column, value) in zip(grid.columns.all, point.values) {
            if let value { cells[column.header] = "\(value)" }
        }
        return cells
    }
}

extension StringProtocol {
    /// Without blanks at either end.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
