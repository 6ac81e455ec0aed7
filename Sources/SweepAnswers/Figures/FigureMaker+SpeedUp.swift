import SweepCore
import SweepStore

extension FigureMaker {
    /// Names of parameters that count who computes.
    static let counts = [
        "clients", "workers", "nodes", "slots", "threads", "processes", "n", "gpus",
    ]

    /// The factor that counts who computes.
    static func countingFactor(
        _ observations: Observations, _ request: PlotRequest
    ) throws(Problem) -> Int {
        if let name = request.x {
            guard let factor = observations.factor(name), observations.factors[factor].isNumeric
            else { throw Problem("--x: '\(name)' is no number that differs between trials") }
            return factor
        }
        for name in counts {
            if let factor = observations.factor(name),
                observations.factors[factor].levels.count > 1
            {
                return factor
            }
        }
        throw Problem(
            "no parameter counts clients or workers; name one with --x (looked for: "
                + counts.joined(separator: ", ") + ")")
    }

    /// How much sooner a target is reached with more clients.
    ///
    ///     S(n) = T(n₀)/T(n)
    ///
    /// *T* is the first logged round at which the metric reaches the target, the mean over seeds at
    /// the setting with the least mean; without traces, or for `--y duration_s`, the time that a
    /// trial takes at its best setting. *n₀* is the least count. The band is that of *T(n)*.
    func speedUp() throws -> Figure {
        let factor = try Self.countingFactor(observations, request)
        let panels = panels
        let series = series(without: factor)
        let styles = try styles(series, without: factor)
        let isTimed =
            request.y == "duration_s" || request.y == "duration-s" || traces == nil
            || traces?.columns.contains(goal.name) != true
        var figure = Figure()
        var costs: [[Int]: Summary] = [:]
        let target: Double?
        if isTimed {
            target = nil
            costs = durations()
        } else if let traces {
            let goalValue = try request.target ?? defaultTarget()
            target = goalValue
            costs = try roundsToTarget(goalValue, traces)
        } else {
            target = nil
        }
        let counts = tried(factor)
        guard let least = counts.first, least > 0, counts.count > 1 else {
            throw Problem(
                "'\(observations.factors[factor].name)' needs two values above zero at least")
        }
        var curves: [(panel: Int, series: Int, points: [Figure.Point])] = []
        for panel in panels.indices {
            for place in series.indices {
                let mine = groups.filter {
                    levels($0, facets) == panels[panel]
                        && levels($0, by.filter { $0 != factor }) == series[place]
                }
                let points = ratios(mine, factor, costs)
                if points.isEmpty {
                    figure.notes.append(
                        words(series[place], of: by.filter { $0 != factor })
                            + ": no value at the least count")
                } else {
                    curves.append((panel, place, points))
                }
            }
        }
        let isLog = request.logarithmic.map { !$0.isEmpty } ?? RefinedSweep.isLogarithmic(counts)
        let ideal = counts.map { Figure.Point($0, $0 / least) }
        let points = curves.flatMap(\.points)
        guard !points.isEmpty,
            let x = Figure.Scale.fitting(
                counts, label: label(observations.factors[factor].name), isLogarithmic: isLog,
                tried: counts),
            let y = Figure.Scale.fitting(
                points.flatMap { [$0.y, $0.low, $0.high] } + ideal.map(\.y),
                label: target == nil ? "speed-up in time" : "speed-up in rounds",
                isLogarithmic: isLog)
        else { throw Problem("no combination has a value at the least count to compare with") }
        if let target {
            figure.title =
                "rounds until \(label(goal.name)) \(goal.goal == .minimize ? "≤" : "≥") "
                + Figure.Scale.text(target)
        }
        figure.panels = panels.map {
            Figure.Panel(
                title: title($0), x: x, y: y,
                layers: [.curve(ideal, .reference, stride: 1, offset: 0)])
        }
        for curve in curves {
            figure.panels[curve.panel].layers.append(
                .curve(curve.points, styles[curve.series], stride: 1, offset: 0))
        }
        figure.legend =
            series.indices.filter { place in curves.contains { $0.series == place } }.map {
                Figure.Entry(
                    label: words(series[$0], of: by.filter { $0 != factor }), style: styles[$0])
            } + [Figure.Entry(label: "linear speed-up", style: .reference)]
        return figure
    }

    /// T(n₀)/T(n) for each count.
    private func ratios(
        _ groups: [SettingGroup], _ factor: Int, _ costs: [[Int]: Summary]
    ) -> [Figure.Point] {
        let known = groups.compactMap { group -> (count: Double, cost: Summary)? in
            guard let cost = costs[group.compared], cost.mean > 0,
                let row = group.settings.first?.rows.first,
                let count = observations.level(row, factor).number
            else { return nil }
            return (count, cost)
        }.sorted { $0.count < $1.count }
        guard let first = known.first, first.count == tried(factor).first else { return [] }
        return known.map { count, cost in
            let base = first.cost.mean
            let low = cost.band.lowerBound
            return Figure.Point(
                count, base / cost.mean,
                band: (base / cost.band.upperBound)...(base / (low > 0 ? low : cost.mean)))
        }
    }

    private func durations() -> [[Int]: Summary] {
        guard let place = observations.measures.firstIndex(of: "duration_s") else { return [:] }
        var costs: [[Int]: Summary] = [:]
        for group in groups {
            let best = group.best(observations, measure: measure, goal: goal.goal)
            costs[group.compared] = best?.setting.summary(observations, measure: place)
        }
        return costs
    }

    /// A value that every combination reaches at its best setting with every seed.
    private func defaultTarget() throws(Problem) -> Double {
        let finals = groups.flatMap { group in
            group.best(observations, measure: measure, goal: goal.goal)?.setting.rows.map {
                observations.number($0, measure)
            } ?? []
        }
        guard let worst = goal.goal == .minimize ? finals.max() : finals.min() else {
            throw Problem("no setting has a finite mean of '\(goal.name)'")
        }
        return worst
    }

    private func roundsToTarget(
        _ target: Double, _ traces: StoreTraces
    ) throws -> [[Int]: Summary] {
        var costs: [[Int]: Summary] = [:]
        let columns = [roundColumn(traces), goal.name]
        for group in groups {
            let trials = Set(group.settings.flatMap(\.rows).map { observations.trials[$0] })
            let rows = try traces.rows(of: trials, columns: columns)
            for setting in group.settings {
                let rounds = setting.rows.compactMap { row -> Double? in
                    rows[observations.trials[row]]?.first {
                        goal.goal == .minimize ? $0[1] <= target : $0[1] >= target
                    }?[0]
                }
                guard rounds.count == setting.rows.count, let summary = Summary(rounds),
                    summary.mean < costs[group.compared]?.mean ?? .infinity
                else { continue }
                costs[group.compared] = summary
            }
        }
        guard !costs.isEmpty else {
            throw Problem("no combination reaches \(target); give another --target")
        }
        if let early = costs.first(where: { $0.value.mean <= 0 }) {
            throw Problem(
                "'\(goal.name)' is \(Figure.Scale.text(target)) at the very start for "
                    + "\(words(early.key, of: roles.compared)); give a harder --target")
        }
        return costs
    }
}
