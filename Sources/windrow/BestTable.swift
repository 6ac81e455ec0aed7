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

    /// Whether there are too many combinations to compare: then the rows are single trials.
    private(set) var isTooWide = false
    /// Finished trials of the grid that diverged.
    private(set) var diverged = 0

    /// Rows that are printed at most.
    private static let longest = 24
    /// Combinations that are compared at most; beyond it only the best trials are kept.
    private static let widest = 4096

    /// Reads a store in constant memory; nil when the sweep names no metric or the store does not
    /// have it.
    init?(_ folder: String, grid: Grid) throws(StoreError) {
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
        var tally = Tally(goal: goal.goal)
        try Store.visitResults(folder, grid: grid) { metrics in
            names = metrics
            let place = metrics.firstIndex(of: goal.name)
            return { trial in
                guard let place else { return }
                let values = grid.trial(at: trial.index).values
                let text = { (place: Int) in values[place].map { "\($0)" } ?? "" }
                tally.add(trial, metric: place, group: groups.map(text), setting: tuned.map(text))
            }
        }
        guard names.contains(goal.name) else { return nil }
        others = names.filter { $0 != goal.name }
        diverged = tally.diverged
        isTooWide = tally.isTooWide
        self.groups = groups.map { columns.all[$0].name }
        self.tuned = tuned.map { columns.all[$0].name }
        rows = tally.rows
    }

    /// What is kept of the trials while they pass by.
    private struct Tally {
        let goal: MetricGoal.Goal
        var samples: [[String]: [[String]: Sample]] = [:]
        var sampleCount = 0
        var diverged = 0
        /// The best single trials, best first.
        var best: [Row] = []
        var isTooWide = false

        init(goal: MetricGoal.Goal) { self.goal = goal }

        mutating func add(
            _ trial: FinishedTrial, metric: Int, group: [String], setting: [String]
        ) {
            let isDiverged = trial.status == .diverged
            if isDiverged { diverged += 1 }
            let value = trial.metrics[metric]
            var others = trial.metrics
            others.remove(at: metric)
            keep(
                Row(
                    group: group, setting: setting,
                    mean: isDiverged || !value.isFinite ? nil : value, deviation: nil, seeds: 1,
                    others: others.map { $0.isFinite ? $0 : nil }, diverged: isDiverged ? 1 : 0,
                    trials: 1))
            guard !isTooWide else { return }
            if samples[group]?[setting] == nil { sampleCount += 1 }
            samples[group, default: [:]][setting, default: Sample()].add(
                value, others: others, isDiverged: isDiverged)
            if sampleCount > BestTable.widest {
                isTooWide = true
                samples = [:]
            }
        }

        private mutating func keep(_ row: Row) {
            if best.count == BestTable.longest, let last = best.last,
                BestTable.precedes(row.mean, last.mean, goal) != true
            {
                return
            }
            let place = best.firstIndex { BestTable.precedes(row.mean, $0.mean, goal) == true }
            best.insert(row, at: place ?? best.count)
            if best.count > BestTable.longest { best.removeLast() }
        }

        var rows: [Row] {
            if isTooWide { return best }
            var rows: [Row] = []
            for (group, settings) in samples {
                guard let best = settings.min(by: { isBetter($0, $1) }) else { continue }
                rows.append(
                    Row(
                        group: group, setting: best.key, mean: best.value.mean,
                        deviation: best.value.deviation, seeds: best.value.count,
                        others: best.value.meansOfOthers,
                        diverged: settings.values.reduce(0) { $0 + $1.diverged },
                        trials: settings.values.reduce(0) { $0 + $1.count }))
            }
            return rows.sorted { left, right in
                BestTable.precedes(left.mean, right.mean, goal)
                    ?? (left.group.joined(separator: " ") < right.group.joined(separator: " "))
            }
        }

        private func isBetter(
            _ left: (key: [String], value: Sample), _ right: (key: [String], value: Sample)
        ) -> Bool {
            BestTable.precedes(left.value.mean, right.value.mean, goal)
                ?? (left.key.joined(separator: " ") < right.key.joined(separator: " "))
        }
    }

    /// The metrics of one setting over its seeds.
    private struct Sample {
        var count = 0
        var diverged = 0
        private var values: [Double] = []
        /// One list for each of the other metrics.
        private var others: [[Double]] = []

        mutating func add(_ value: Double, others row: [Double], isDiverged: Bool) {
            if others.isEmpty { others = Array(repeating: [], count: row.count) }
            count += 1
            if isDiverged { diverged += 1 }
            values.append(value)
            for (column, value) in row.enumerated() { others[column].append(value) }
        }

        /// Nil unless every seed has a finite value.
        var mean: Double? { diverged == 0 ? Self.mean(values) : nil }

        var meansOfOthers: [Double?] { others.map(Self.mean) }

        /// Nil for a single seed.
        var deviation: Double? {
            guard let mean, count > 1 else { return nil }
            let squares = values.map { ($0 - mean) * ($0 - mean) }.sorted().reduce(0, +)
            return (squares / Double(count - 1)).squareRoot()
        }

        private static func mean(_ values: [Double]) -> Double? {
            guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
            // Sorted, so that the order in which trials finished does not show.
            return values.sorted().reduce(0, +) / Double(values.count)
        }
    }

    /// Whether one mean is better; nil when they are equal.
    fileprivate static func precedes(
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
            cells.append(row.mean.map(Self.short) ?? (row.diverged > 0 ? "diverged" : "NaN"))
            if hasSpread { cells += [row.deviation.map(Self.short) ?? "", "\(row.seeds)"] }
            cells += shown.map { row.others[$0].map(Self.short) ?? "" }
            cells.append(row.diverged > 0 ? "\(row.diverged)/\(row.trials)" : "")
            table.append(cells)
        }
        var title = isTooWide ? "Best trials by \(metric)" : "Best by \(metric)"
        if hasSpread { title += ", mean over seeds" }
        if !tuned.isEmpty, !isTooWide {
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
        guard number.isFinite else { return "\(number)" }
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
