import SweepCore

/// Trials that differ in nothing but what means are taken over.
package struct Setting: Sendable {
    /// The level of each tuned factor.
    package var tuned: [Int]
    /// Its trials.
    package var rows: [Int] = []
}

/// All settings of one combination of the compared factors.
package struct SettingGroup: Sendable {
    /// The level of each compared factor.
    package var compared: [Int]
    /// In the order of the tuned levels.
    package var settings: [Setting]

    /// Sorts trials into groups and settings.
    ///
    /// - Parameters:
    ///   - observations: finished trials.
    ///   - roles: what the factors are to the question.
    ///   - order: for each factor, the rank of each of its levels.
    /// - Returns: the groups in the order of the compared levels.
    package static func all(
        _ observations: Observations, _ roles: ColumnRoles, order: [[Int]]
    ) -> [SettingGroup] {
        var rows: [[Int]: [[Int]: [Int]]] = [:]
        for row in 0..<observations.count {
            let compared = roles.compared.map { observations.place(row, $0) }
            let tuned = roles.tuned.map { observations.place(row, $0) }
            rows[compared, default: [:]][tuned, default: []].append(row)
        }
        func ranks(_ places: [Int], _ factors: [Int]) -> [Int] {
            zip(places, factors).map { order[$1][$0] }
        }
        /// In the order of the levels; ranks are worked out once for each element.
        func sorted<Element>(
            _ elements: [[Int]: Element], _ factors: [Int]
        ) -> [(key: [Int], value: Element)] {
            elements.map { (rank: ranks($0.key, factors), element: $0) }
                .sorted { $0.rank.lexicographicallyPrecedes($1.rank) }.map(\.element)
        }
        return sorted(rows, roles.compared).map { compared, settings in
            SettingGroup(
                compared: compared,
                settings: sorted(settings, roles.tuned).map { Setting(tuned: $0, rows: $1) })
        }
    }

    /// The setting with the best mean, if any has one: all its trials must be finite.
    package func best(
        _ observations: Observations, measure: Int, goal: MetricGoal.Goal
    ) -> (setting: Setting, summary: Summary)? {
        var best: (setting: Setting, summary: Summary)?
        for setting in settings {
            guard let summary = setting.summary(observations, measure: measure) else { continue }
            if let found = best?.summary.mean,
                BestTable.precedes(summary.mean, found, goal) != true
            {
                continue
            }
            best = (setting, summary)
        }
        return best
    }
}

extension Setting {
    /// Mean and spread of a measure; nil when a trial diverged or has no finite value.
    package func summary(
        _ observations: Observations, measure: Int, logarithmic: Bool = false
    ) -> Summary? {
        guard !rows.contains(where: { observations.hasDiverged[$0] }) else { return nil }
        return Summary(
            rows.map { observations.number($0, measure) }, logarithmic: logarithmic)
    }
}
