import SweepCore

extension FigureMaker {
    /// The tuned number that lies along an axis.
    func tunedNumber(_ flag: String) throws(Problem) -> Int {
        if let name = request.x {
            guard let factor = observations.factor(name) else {
                throw Problem("\(flag): '\(name)' does not differ between trials")
            }
            guard observations.factors[factor].isNumeric else {
                throw Problem("\(flag): '\(name)' has values that are no numbers")
            }
            return factor
        }
        let numbers = roles.tuned.filter { observations.factors[$0].isNumeric }
        guard
            let factor = numbers.max(by: {
                observations.factors[$0].levels.count < observations.factors[$1].levels.count
            })
        else {
            throw Problem(
                "no number is tuned, such as a step size; name a parameter with --tune or \(flag)")
        }
        return factor
    }

    /// The numbers that were tried of a factor.
    func tried(_ factor: Int) -> [Double] {
        observations.factors[factor].levels.compactMap(\.number).sorted()
    }

    /// The metric against a tuned parameter; of the other tuned ones, the best values.
    func sensitivity() throws -> Figure {
        let factor = try tunedNumber("--x")
        let panels = panels
        let series = series(without: factor)
        let styles = try styles(series, without: factor)
        let metric = try metricPlace()
        let means = groups.flatMap(\.settings).compactMap {
            $0.summary(observations, measure: metric)?.mean
        }
        let isLogY = isLogarithmic(.y, means)
        let top = ceiling(means)
        let tried = tried(factor)
        let isLogX = request.logarithmic?.contains(.x) ?? RefinedSweep.isLogarithmic(tried)
        var figure = Figure()
        var curves: [(panel: Int, series: Int, points: [Figure.Point], diverged: [Double])] = []
        for panel in panels.indices {
            for place in series.indices {
                let mine = groups.filter {
                    levels($0, facets) == panels[panel]
                        && levels($0, by.filter { $0 != factor }) == series[place]
                }
                let (points, diverged) = line(mine, along: factor, metric, isLogY)
                curves.append((panel, place, points, diverged))
            }
        }
        let points = curves.flatMap(\.points)
        guard
            let x = Figure.Scale.fitting(
                points.map(\.x) + curves.flatMap(\.diverged),
                label: label(observations.factors[factor].name), isLogarithmic: isLogX,
                tried: tried),
            let y = Figure.Scale.fitting(
                points.filter { $0.y <= top }.flatMap { [$0.y, $0.low, min($0.high, top)] },
                label: meanLabel(goalName), isLogarithmic: isLogY)
        else { throw Problem("no setting has a finite mean of '\(goalName)'") }
        figure.panels = panels.map { Figure.Panel(title: title($0), x: x, y: y) }
        let edge =
            isLogY
            ? y.range.upperBound / power(y.range.upperBound / y.range.lowerBound, 0.02)
            : y.range.upperBound - (y.range.upperBound - y.range.lowerBound) * 0.02
        for curve in curves where !curve.points.isEmpty {
            figure.panels[curve.panel].layers.append(
                .curve(curve.points, styles[curve.series], stride: 1, offset: 0))
        }
        for curve in curves where !curve.diverged.isEmpty {
            figure.panels[curve.panel].layers.append(
                .marks(curve.diverged.map { Figure.Point($0, edge) }, .diverged, isOpen: false))
        }
        figure.legend = series.indices.filter { place in
            curves.contains { $0.series == place && !$0.points.isEmpty }
        }.map {
            Figure.Entry(
                label: words(series[$0], of: by.filter { $0 != factor }), style: styles[$0])
        }
        figure.notes += noteOnCeiling(points.map(\.y), top)
        if curves.contains(where: { !$0.diverged.isEmpty }) {
            figure.legend.append(Figure.Entry(label: "diverged", style: .diverged))
        }
        return figure
    }

    /// The measure that is drawn: `--y`, or the metric that decides.
    func metricPlace() throws(Problem) -> Int {
        guard let place = observations.measures.firstIndex(of: goalName) else {
            throw Problem(
                "no trial has a metric '\(goalName)'; there are: "
                    + observations.measures.joined(separator: ", "))
        }
        return place
    }

    /// Its name.
    var goalName: String {
        [.heatmap, .parallel].contains(request.kind)
            ? goal.name : request.y?.replacing("-", with: "_") ?? goal.name
    }

    /// The best of each value along a factor, and the values at which everything diverged.
    private func line(
        _ groups: [SettingGroup], along factor: Int, _ metric: Int, _ isLogarithmic: Bool
    ) -> (points: [Figure.Point], diverged: [Double]) {
        var best: [Double: (deciding: Double, summary: Summary)] = [:]
        var tried: Set<Double> = []
        for setting in groups.flatMap(\.settings) {
            guard let row = setting.rows.first,
                let value = observations.level(row, factor).number
            else { continue }
            tried.insert(value)
            guard let deciding = setting.summary(observations, measure: measure)?.mean,
                let summary = setting.summary(
                    observations, measure: metric, logarithmic: isLogarithmic)
            else { continue }
            if let found = best[value]?.deciding,
                BestTable.precedes(deciding, found, goal.goal) != true
            {
                continue
            }
            best[value] = (deciding, summary)
        }
        let points = best.sorted { $0.key < $1.key }.map {
            Figure.Point($0.key, $0.value.summary.mean, band: $0.value.summary.band)
        }
        return (points, tried.filter { best[$0] == nil }.sorted())
    }

    /// Each combination's best value of a tuned parameter, among those that were tried, with the
    /// metric that it gives.
    func bestValues() throws -> Figure {
        let factor = try tunedNumber("--x")
        let metric = try metricPlace()
        let tried = tried(factor)
        let isLogX = request.logarithmic?.contains(.x) ?? RefinedSweep.isLogarithmic(tried)
        guard
            let x = Figure.Scale.fitting(
                tried, label: label(observations.factors[factor].name), isLogarithmic: isLogX,
                tried: tried)
        else { throw Problem("'\(observations.factors[factor].name)' has no numbers to draw") }
        var figure = Figure()
        for facet in panels {
            let mine = groups.filter { levels($0, facets) == facet }.map { group in
                (group, group.best(observations, measure: measure, goal: goal.goal))
            }.sorted { left, right in
                // The best stands on top, so the last place is its own.
                BestTable.precedes(right.1?.summary.mean, left.1?.summary.mean, goal.goal) ?? false
            }
            let names = mine.map { words(levels($0.0, by), of: by) }
            var panel = Figure.Panel(
                title: title(facet), x: x, y: Figure.Scale.words(names, label: ""))
            var spans: [Figure.Point] = []
            var bars: [Figure.Point] = []
            var inside: [Figure.Point] = []
            var edges: [Figure.Point] = []
            for (row, (group, best)) in mine.enumerated() {
                let y = Double(row)
                let values = Set(
                    group.settings.compactMap { setting in
                        setting.rows.first.flatMap { observations.level($0, factor).number }
                    }
                ).sorted()
                guard let low = values.first, let high = values.last else { continue }
                spans.append(Figure.Point(low, y, band: low...high))
                bars += values.map { Figure.Point($0, y) }
                guard let best, let first = best.setting.rows.first,
                    let value = observations.level(first, factor).number
                else {
                    panel.remarks.append((y, "diverged"))
                    continue
                }
                let isEdge =
                    low < high && (value == low || value == high)
                    && !observations.factors[factor].isBound(value)
                if isEdge {
                    edges.append(Figure.Point(value, y))
                } else {
                    inside.append(Figure.Point(value, y))
                }
                let summary = best.setting.summary(observations, measure: metric)
                var remark = Figure.Scale.text(summary?.mean ?? .nan, digits: 4)
                if let deviation = summary?.deviation {
                    remark += " ± " + Figure.Scale.text(deviation, digits: 2)
                }
                panel.remarks.append((y, remark))
            }
            panel.layers = [.spans(spans), .bars(bars)]
            let style = Figure.Style.series(color: 1, marker: 0, dash: 0)
            if !inside.isEmpty { panel.layers.append(.marks(inside, style, isOpen: false)) }
            if !edges.isEmpty { panel.layers.append(.marks(edges, style, isOpen: true)) }
            panel.remarks.append((Double(mine.count) - 0.1, meanLabel(goalName)))
            figure.panels.append(panel)
        }
        let hasEdges = figure.panels.contains { panel in
            panel.layers.contains {
                if case .marks(_, _, let isOpen) = $0 { isOpen } else { false }
            }
        }
        if hasEdges {
            for place in figure.panels.indices {
                figure.panels[place].x.label += " (open: the lowest or highest that was tried)"
            }
        }
        return figure
    }
}
