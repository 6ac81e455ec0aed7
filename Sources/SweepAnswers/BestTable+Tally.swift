import SweepCore

extension BestTable {
    /// What is kept of the trials while they pass by.
    struct Tally {
        let goal: MetricGoal.Goal
        /// Combinations that are compared at most.
        let widest: Int
        private var samples: [[String]: [[String]: Sample]] = [:]
        private var sampleCount = 0
        private(set) var diverged = 0
        /// The best single trials, best first.
        private var best: [Row] = []
        private(set) var isTooWide = false

        init(goal: MetricGoal.Goal, widest: Int) {
            self.goal = goal
            self.widest = widest
        }

        /// Takes a trial in.
        ///
        /// - Parameter metric: the position among the metrics of the one that decides.
        mutating func add(
            _ metrics: [Double], metric: Int, isDiverged: Bool, group: [String], setting: [String]
        ) {
            if isDiverged { diverged += 1 }
            let value = metrics[metric]
            var others = metrics
            others.remove(at: metric)
            if widest < .max {
                keep(
                    Row(
                        group: group, setting: setting,
                        mean: isDiverged || !value.isFinite ? nil : value, deviation: nil,
                        seeds: 1, others: others.map { $0.isFinite ? $0 : nil },
                        diverged: isDiverged ? 1 : 0, trials: 1))
            }
            guard !isTooWide else { return }
            if samples[group]?[setting] == nil { sampleCount += 1 }
            samples[group, default: [:]][setting, default: Sample()].add(
                value, others: others, isDiverged: isDiverged)
            if sampleCount > widest {
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

        /// The rows, best first.
        func rows(tuned: [Observations.Factor]) -> [Row] {
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
                        trials: settings.values.reduce(0) { $0 + $1.count },
                        edges: best.value.mean == nil
                            ? [] : Self.edges(of: best.key, among: settings.keys, tuned)))
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

        /// The columns in which the best setting stands at an end of what was tried, and not at a
        /// bound of what can be.
        private static func edges(
            of best: [String], among settings: some Collection<[String]>,
            _ tuned: [Observations.Factor]
        ) -> [Edge] {
            tuned.enumerated().compactMap { place, factor in
                guard let value = Double(best[place]), !factor.isBound(value) else { return nil }
                let tried = settings.compactMap { Double($0[place]) }
                guard let low = tried.min(), let high = tried.max(), low < high,
                    value == low || value == high
                else { return nil }
                return Edge(
                    column: factor.name, value: best[place], end: value == low ? .lowest : .highest)
            }
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

        private var summary: Summary? { diverged == 0 ? Summary(values) : nil }

        /// Nil unless every seed has a finite value.
        var mean: Double? { summary?.mean }

        /// Nil for a single seed.
        var deviation: Double? { summary?.deviation }

        var meansOfOthers: [Double?] { others.map { Summary($0)?.mean } }
    }
}
