import SweepCore
import SweepStore

/// The best trials of a sweep, by the tuning protocol of the field: for each combination of kinds
/// and choices (method, compressor, split, …) the other axes are tuned, and the metric is the mean
/// over seeds. Settings with a diverged seed come last.
struct BestTable: Encodable {
    /// One combination with its best setting.
    struct Row: Encodable {
        /// Kinds and choices, in the order of `groups`.
        var group: [String]
        /// The best values of the other axes, in the order of `tuned`.
        var setting: [String]
        /// Mean of the metric over seeds; nil when a seed diverged.
        var mean: Double?
        /// Standard deviation over seeds; nil for a single seed.
        var deviation: Double?
        var seeds: Int
        /// Diverged trials among all settings of the group.
        var diverged: Int
        /// Trials of the group that are finished.
        var trials: Int
    }

    let metric: String
    let goal: MetricGoal.Goal
    /// Columns of kinds and choices on the axes.
    let groups: [String]
    /// Other columns on the axes, the seed excepted.
    let tuned: [String]
    private(set) var rows: [Row] = []

    /// Rows that are printed at most.
    private static let longest = 24

    /// Nil when the sweep names no metric or the store does not have it.
    init?(_ table: ResultsTable, sweep: Sweep, grid: Grid) {
        guard let goal = sweep.metric, let metric = table.position(of: goal.name),
            let status = table.position(of: "status")
        else { return nil }
        self.metric = goal.name
        self.goal = goal.goal
        let columns = Columns(sweep.columns)
        let axes = sweep.columnsOnAxes.compactMap { columns.position(of: $0) }.sorted()
        var groups: [Int] = []
        var tuned: [Int] = []
        for place in axes where columns.all[place].name != "seed" {
            switch columns.all[place].type {
            case .variant, .choice: groups.append(place)
            default: tuned.append(place)
            }
        }
        self.groups = groups.map { columns.all[$0].name }
        self.tuned = tuned.map { columns.all[$0].name }

        var tally: [[String]: [[String]: Sample]] = [:]
        for (row, index) in table.indices(in: grid).enumerated() {
            guard let index else { continue }
            let values = grid.trial(at: index).values
            let text = { (place: Int) in values[place].map { "\($0)" } ?? "" }
            tally[groups.map(text), default: [:]][tuned.map(text), default: Sample()].add(
                table.number(row: row, column: metric),
                isDiverged: table.text(row: row, column: status) == "diverged")
        }
        for (group, settings) in tally {
            guard let best = settings.min(by: { Self.isBetter($0, $1, goal.goal) }) else { continue }
            rows.append(
                Row(
                    group: group, setting: best.key, mean: best.value.mean,
                    deviation: best.value.deviation, seeds: best.value.count,
                    diverged: settings.values.reduce(0) { $0 + $1.diverged },
                    trials: settings.values.reduce(0) { $0 + $1.count }))
        }
        rows.sort { left, right in
            Self.precedes(left.mean, right.mean, goal.goal)
                ?? (left.group.joined(separator: " ") < right.group.joined(separator: " "))
        }
    }

    /// The metric's values of one setting.
    private struct Sample {
        var values: [Double] = []
        var count = 0
        var diverged = 0

        mutating func add(_ value: Double?, isDiverged: Bool) {
            count += 1
            if isDiverged { diverged += 1 }
            if let value, value.isFinite { values.append(value) }
        }

        /// Nil unless every seed has a finite value.
        var mean: Double? {
            guard diverged == 0, values.count == count, count > 0 else { return nil }
            return values.reduce(0, +) / Double(count)
        }

        var deviation: Double? {
            guard let mean, count > 1 else { return nil }
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (squares / Double(count - 1)).squareRoot()
        }
    }

    private static func isBetter(
        _ left: (key: [String], value: Sample), _ right: (key: [String], value: Sample),
        _ goal: MetricGoal.Goal
    ) -> Bool {
        precedes(left.value.mean, right.value.mean, goal)
            ?? (left.key.joined(separator: " ") < right.key.joined(separator: " "))
    }

    /// Whether one mean is better; nil when they are equal.
    private static func precedes(
        _ left: Double?, _ right: Double?, _ goal: MetricGoal.Goal
    ) -> Bool? {
        guard let left, let right else {
            return (left == nil) == (right == nil) ? nil : right == nil
        }
        if left == right { return nil }
        return goal == .minimize ? left < right : left > right
    }

    // MARK: Text

    /// The table for a person.
    var text: String {
        let hasSpread = rows.contains { $0.deviation != nil }
        var header = groups + tuned
        header.append(hasSpread ? "\(metric), mean over seeds" : metric)
        if hasSpread { header += ["± std", "seeds"] }
        header.append("diverged")
        var table = TextTable(header: header)
        for row in rows.prefix(Self.longest) {
            var cells = row.group + row.setting
            cells.append(row.mean.map(Self.short) ?? "diverged")
            if hasSpread { cells += [row.deviation.map(Self.short) ?? "", "\(row.seeds)"] }
            cells.append(row.diverged > 0 ? "\(row.diverged)/\(row.trials)" : "")
            table.append(cells)
        }
        let title =
            groups.isEmpty
            ? "Best by \(metric)"
            : "Best by \(metric) for each \(groups.joined(separator: ", ")), "
                + (tuned.isEmpty ? "over all seeds" : "\(tuned.joined(separator: ", ")) tuned")
        let more =
            rows.count > Self.longest ? "\n… and \(rows.count - Self.longest) more" : ""
        return title + "\n\n" + table.text + more
    }

    /// Four significant digits.
    private static func short(_ number: Double) -> String {
        guard number != 0, number.isFinite else { return "\(number)" }
        var exponent = 0
        var scaled = abs(number)
        while scaled >= 10 {
            scaled /= 10
            exponent += 1
        }
        while scaled < 1 {
            scaled *= 10
            exponent -= 1
        }
        let digits = max(0, 3 - exponent)
        if exponent < -4 || exponent > 6 {
            let mantissa = (scaled * 1000).rounded() / 1000
            return (number < 0 ? "-" : "") + "\(mantissa)e\(exponent)"
        }
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return "\((number * factor).rounded() / factor)"
    }
}
