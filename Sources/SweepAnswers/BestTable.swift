import SweepCore
import SweepStore

/// The best settings of a sweep, by the tuning protocol of the field.
///
/// Some columns are tuned (a step size, η, …) for each combination of those that are compared
/// (method, compressor, k, split, …), and the metric is the mean over seeds. Settings with a
/// diverged seed come last.
package struct BestTable: Sendable, Encodable {
    /// One combination with its best setting.
    package struct Row: Sendable, Encodable {
        /// What is compared, in the order of `groups`.
        package var group: [String]
        /// The best values of the tuned columns, in the order of `tuned`.
        package var setting: [String]
        /// Mean of the metric over seeds; nil when a seed diverged.
        package var mean: Double?
        /// Standard deviation over seeds; nil for a single seed.
        package var deviation: Double?
        /// Trials of the best setting.
        package var seeds: Int
        /// Means of the other metrics at the best setting, in the order of `others`.
        package var others: [Double?]
        /// Diverged trials among all settings of the group.
        package var diverged: Int
        /// Trials of the group that were given up.
        package var failed = 0
        /// Trials of the group that are finished.
        package var trials: Int
        /// Tuned columns whose best value is the lowest or highest that was tried.
        package var edges: [Edge] = []
    }

    /// A best value at an end of what was tried: a better one may lie beyond.
    package struct Edge: Sendable, Hashable, Encodable {
        package enum End: String, Sendable, Encodable {
            case lowest, highest
        }
        package var column: String
        package var value: String
        package var end: End
    }

    package let metric: String
    package let goal: MetricGoal.Goal
    /// Columns that are compared.
    package let groups: [String]
    /// Columns that are tuned.
    package let tuned: [String]
    /// The other metrics.
    package let others: [String]
    package var rows: [Row] = []

    /// Whether there are too many combinations to compare: then the rows are single trials.
    package internal(set) var isTooWide = false
    /// Finished trials that diverged.
    package internal(set) var diverged = 0

    /// Rows that are kept of single trials at most.
    package static let longest = 24
    /// Combinations that are compared at the end of a run at most; beyond it only the best trials
    /// are kept.
    static let widest = 4096

    /// Reads a store in constant memory; nil when the sweep names no metric or the store does not
    /// have it.
    ///
    /// Compared are all columns on axes but real-valued ones, which are tuned, and the seed.
    package init?(_ folder: String, grid: Grid) throws(StoreError) {
        let sweep = grid.sweep
        guard let goal = sweep.metric else { return nil }
        self.metric = goal.name
        self.goal = goal.goal
        let columns = Columns(sweep.columns)
        var groups: [Int] = []
        var tuned: [Int] = []
        let axes = sweep.columnsOnAxes.compactMap { columns.position(of: $0) }.sorted()
        for place in axes where columns.all[place].name != "seed" {
            switch columns.all[place].type {
            case .real: tuned.append(place)
            default: groups.append(place)
            }
        }
        var names: [String] = []
        var tally = Tally(goal: goal.goal, widest: Self.widest)
        try Store.visitResults(folder, grid: grid) { metrics in
            names = metrics
            let place = metrics.firstIndex(of: goal.name)
            return { trial in
                guard let place else { return }
                let values = grid.trial(at: trial.index).values
                let text = { (place: Int) in values[place].map { "\($0)" } ?? "" }
                tally.add(
                    trial.metrics, metric: place, isDiverged: trial.status == .diverged,
                    group: groups.map(text), setting: tuned.map(text))
            }
        }
        guard names.contains(goal.name) else { return nil }
        others = names.filter { $0 != goal.name }
        self.groups = groups.map { columns.all[$0].name }
        self.tuned = tuned.map { columns.all[$0].name }
        let bounds = tuned.map { place in
            Observations.Factor(
                name: columns.all[place].name, header: columns.all[place].header,
                type: columns.all[place].type, isOnAxis: true)
        }
        take(tally, bounds)
    }

    /// Answers a question about observations.
    ///
    /// - Parameters:
    ///   - observations: finished trials.
    ///   - metric: which measure decides, by its position.
    ///   - goal: the direction that is better.
    ///   - roles: what the factors are to the question.
    ///   - failed: for each combination of compared levels, how many trials were given up.
    package init(
        _ observations: Observations, metric: Int, goal: MetricGoal.Goal, roles: ColumnRoles,
        failed: [[String]: Int] = [:]
    ) {
        self.metric = observations.measures[metric]
        self.goal = goal
        let factors = observations.factors
        groups = roles.compared.map { factors[$0].name }
        tuned = roles.tuned.map { factors[$0].name }
        var kept = observations.measures.indices.filter {
            observations.measures[$0] != "duration_s"
        }
        if !kept.contains(metric) { kept.append(metric) }
        others = kept.filter { $0 != metric }.map { observations.measures[$0] }
        let place = kept.firstIndex(of: metric) ?? 0
        var tally = Tally(goal: goal, widest: .max)
        for row in 0..<observations.count {
            let text = { observations.level(row, $0).text }
            tally.add(
                kept.map { observations.number(row, $0) }, metric: place,
                isDiverged: observations.hasDiverged[row], group: roles.compared.map(text),
                setting: roles.tuned.map(text))
        }
        take(tally, roles.tuned.map { factors[$0] })
        for place in rows.indices { rows[place].failed = failed[rows[place].group] ?? 0 }
    }

    private mutating func take(_ tally: Tally, _ bounds: [Observations.Factor]) {
        diverged = tally.diverged
        isTooWide = tally.isTooWide
        rows = tally.rows(tuned: bounds)
    }

    /// Whether one mean is better; nil when they are equal.
    static func precedes(_ left: Double?, _ right: Double?, _ goal: MetricGoal.Goal) -> Bool? {
        guard let left, let right else {
            return (left == nil) == (right == nil) ? nil : right == nil
        }
        if left == right { return nil }
        return goal == .minimize ? left < right : left > right
    }
}
