import SweepCore
import SweepStore

/// The best trials of a sweep, by the tuning protocol of the field.
///
/// Real-valued axes (step size, η, …) are tuned for each combination of the others (method,
/// compressor, k, split, …), and the metric is the mean over seeds. Settings with a diverged seed
/// come last.
struct BestTable: Encodable {
    /// One combination with its best setting.
    struct Row: Encodable {
        /// What is compared, in the order of `groups`.
        var group: [String]
        /// The best values of the tuned axes, in the order of `tuned`.
        var setting: [String]
        /// Mean of the metric over seeds; nil when a seed diverged.
        var mean: Double?
        /// Standard deviation over seeds; nil for a single seed.
        var deviation: Double?
        var seeds: Int
        /// Means of the other metrics at the best setting, in the order of `others`.
        var others: [Double?]
        /// Diverged trials among all settings of the group.
        var diverged: Int
        /// Trials of the group that are finished.
        var trials: Int
    }

    let metric: String
    let goal: MetricGoal.Goal
    /// Columns on the axes that are compared: all but real-valued ones and the seed.
    let groups: [String]
    /// Real-valued columns on the axes.
    let tuned: [String]
    /// The other metrics.
    let others: [String]
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
            case .real: tuned.append(place)
            default: groups.append(place)
            }
        }
        self.groups = groups.map { columns.all[$0].name }
        self.tuned = tuned.map { columns.all[$0].name }

        others = table.metrics.filter { $0 != goal.name }
        let otherPlaces = others.map { table.position(of: $0) }

        var tally: [[String]: [[String]: Sample]] = [:]
        for (row, index) in table.indices(in: grid).enumerated() {
            guard let index else { continue }
            let values = grid.trial(at: index).values
            let text = { (place: Int) in values[place].map { "\($0)" } ?? "" }
            tally[groups.map(text), default: [:]][tuned.map(text), default: Sample()].add(
                table.number(row: row, column: metric),
                others: otherPlaces.map { $0.flatMap { table.number(row: row, column: $0) } },
                isDiverged: table.text(row: row, column: status) == "diverged")
        }
        for (group, settings) in tally {
            guard let best = settings.min(by: { Self.isBetter($0, $1, goal.goal) }) else {
                continue
            }
            rows.append(
                Row(
                    group: group, setting: best.key, mean: best.value.mean,
                    deviation: best.value.deviation, seeds: best.value.count,
                    others: best.value.meansOfOthers,
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
        var others: [[Double?]] = []
        var count = 0
        var diverged = 0

        mutating func add(_ value: Double?, others: [Double?], isDiverged: Bool) {
            count += 1
            self.others.append(others)
            if isDiverged { diverged += 1 }
            if let value, value.isFinite { values.append(value) }
        }

        /// Nil unless every seed has a finite value.
        var mean: Double? {
            guard diverged == 0, values.count == count, count > 0 else { return nil }
            return values.reduce(0, +) / Double(count)
        }

        /// A mean is nil unless every seed has a finite value.
        var meansOfOthers: [Double?] {
            (others.first ?? []).indices.map { column in
                let values = others.compactMap { $0[column] }.filter(\.isFinite)
                guard values.count == count else { return nil }
                return values.reduce(0, +) / Double(count)
            }
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
        // Other metrics are shown where they tell the rows apart.
        let shown = others.indices.filter { column in
            Set(rows.map { $0.others[column].map(Self.short) ?? "" }).count > 1
        }
        var header = Self.short(names: groups + tuned) + [metric]
        if hasSpread { header += ["± std", "seeds"] }
        header += shown.map { others[$0] } + ["diverged"]
        var table = TextTable(header: header)
        for row in rows.prefix(Self.longest) {
            var cells = row.group + row.setting
            cells.append(row.mean.map(Self.short) ?? "diverged")
            if hasSpread { cells += [row.deviation.map(Self.short) ?? "", "\(row.seeds)"] }
            cells += shown.map { row.others[$0].map(Self.short) ?? "" }
            cells.append(row.diverged > 0 ? "\(row.diverged)/\(row.trials)" : "")
            table.append(cells)
        }
        var title = "Best by \(metric)"
        if hasSpread { title += ", mean over seeds" }
        if !tuned.isEmpty {
            title += ", each row at its best \(tuned.joined(separator: " and "))"
        }
        let more =
            rows.count > Self.longest ? "\n… and \(rows.count - Self.longest) more" : ""
        return title + "\n\n" + table.text + more
    }

    /// Column names without their owner where that leaves them different: `compressor.k` → `k`.
    private static func short(names: [String]) -> [String] {
        let tails = names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
        return zip(names, tails).map { name, tail in
            tails.count { $0 == tail } == 1 ? tail : name
        }
    }

    /// Four significant digits.
    private static func short(_ number: Double) -> String {
        guard number != 0, number.isFinite else { return "\(number)" }
        if let integer = Int(exactly: number), abs(integer) < 100_000 { return "\(integer)" }
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
        if exponent < -4 || exponent > 4 {
            let mantissa = (scaled * 1000).rounded() / 1000
            return (number < 0 ? "-" : "") + "\(mantissa)e\(exponent)"
        }
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return "\((number * factor).rounded() / factor)"
    }
}
