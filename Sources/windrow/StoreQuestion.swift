import ArgumentParser
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
    let rows: [Int]
    private let filter: ResultsFilter?

    /// Reads a store by the name that a person gave.
    init(_ name: String?, condition: String?) throws {
        folder = try StoreChoice.folder(name)
        account = try StoreAccount(folder)
        table = try ResultsTable.read(folder)
        grid = account.sweep.flatMap { try? Grid($0) }
        let table = table
        let filter = try condition.map { text throws(InputError) in try ResultsFilter(text, table) }
        self.filter = filter
        rows = (0..<table.count).filter { filter?.matches(table, row: $0) ?? true }
        guard !rows.isEmpty else {
            throw InputError(
                table.count == 0
                    ? "\(folder): no trial has finished yet; windrow run or windrow wait first"
                    : "\(folder): none of \(counted(table.count, "row")) meets --where "
                        + (condition ?? ""))
        }
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

    /// How far the sweep has come: trials, and those that are finished or given up; nil where the
    /// grid is not known.
    func progress() throws(StoreError) -> (count: Int, finished: Int, failed: Int)? {
        guard let grid else { return nil }
        let finished = table.indices(in: grid).count { $0 != nil }
        return (grid.count, finished, try givenUp().count)
    }

    /// Trials that were given up, have not finished since, and meet the condition; by their texts.
    func givenUp() throws(StoreError) -> [(trial: GivenUpTrial, cells: [String: String])] {
        let finished = Set(
            (0..<table.count).compactMap { table.text(row: $0, column: 0) })
        return try Store.givenUp(folder).compactMap { trial in
            guard !finished.contains("\(trial.id)") else { return nil }
            let cells = cells(of: trial)
            let columns = table.columns
            guard filter?.matches({ cells[columns[$0]] }) ?? true else { return nil }
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
