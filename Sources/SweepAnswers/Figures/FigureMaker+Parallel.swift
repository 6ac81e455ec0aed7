import SweepCore

extension FigureMaker {
    /// More lines than this are thinned: the best ones stay, and some of the others.
    private static let mostLines = 600

    /// Every setting as a line across its parameters to the metric, the best in front.
    func parallel() throws -> Figure {
        let factors = (by + roles.tuned).filter { observations.factors[$0].tellsApart }.sorted()
        guard !factors.isEmpty else {
            throw Problem("no parameter differs between settings; there is nothing to compare")
        }
        guard factors.count <= 12 else {
            throw Problem("\(factors.count) parameters differ; at most 12 fit: name some with --by")
        }
        let means = groups.flatMap(\.settings).compactMap {
            $0.summary(observations, measure: measure)?.mean
        }
        let top = ceiling(means)
        guard let low = means.min(), let high = means.filter({ $0 <= top }).max() else {
            throw Problem("no setting has a finite mean of '\(goal.name)'")
        }
        let isLog = isLogarithmic(.y, means)
        var figure = Figure()
        figure.colors = Figure.Scale.fitting(
            means.filter { $0 <= top }, label: meanLabel(goal.name), isLogarithmic: isLog)
        figure.colors?.range = low < high ? low...high : (low - 0.5)...(high + 0.5)
        figure.hasReversedColors = goal.goal == .maximize
        func height(_ mean: Double) -> Double {
            guard low < high else { return 0.5 }
            let mean = min(mean, high)
            return isLog
                ? logarithm(mean / low) / logarithm(high / low) : (mean - low) / (high - low)
        }
        figure.notes += noteOnCeiling(means, top)
        let axes = factors.map(axis)
        for facet in panels {
            var lines: [(points: [Figure.Point], z: Double)] = []
            var diverged = 0
            for setting in groups.filter({ levels($0, facets) == facet }).flatMap(\.settings) {
                guard let row = setting.rows.first else { continue }
                guard let mean = setting.summary(observations, measure: measure)?.mean else {
                    diverged += 1
                    continue
                }
                var points = zip(factors, axes).enumerated().map { place, pair in
                    Figure.Point(Double(place), pair.1.heights[observations.place(row, pair.0)])
                }
                points.append(Figure.Point(Double(factors.count), height(mean)))
                lines.append((points, mean))
            }
            // The worst first, so that the best are seen.
            lines.sort { BestTable.precedes($1.z, $0.z, goal.goal) ?? false }
            // Lines through one value lie beside each other, the best lowest.
            for place in lines.indices {
                let share = Double(place) / Double(max(1, lines.count - 1)) - 0.5
                let side = goal.goal == .minimize ? -share : share
                for point in lines[place].points.indices.dropLast() {
                    lines[place].points[point].y += 0.05 * side
                }
            }
            if lines.count > Self.mostLines {
                let best = lines.suffix(Self.mostLines / 2)
                let rest = lines.dropLast(Self.mostLines / 2)
                let step = Double(rest.count) / Double(Self.mostLines / 2)
                let some = (0..<Self.mostLines / 2).map {
                    rest[rest.startIndex + Int(Double($0) * step)]
                }
                figure.notes.append(
                    "\(lines.count) settings; drawn are the best \(Self.mostLines / 2) and as many "
                        + "of the others.")
                lines = some + best
            }
            if diverged > 0 { figure.notes.append("\(diverged) diverged settings are not drawn.") }
            figure.panels.append(
                panel(
                    title(facet), lines, axes, metric: means.filter { $0 <= top },
                    isLogarithmic: isLog, height))
        }
        return figure
    }

    private func panel(
        _ title: String, _ lines: [(points: [Figure.Point], z: Double)], _ axes: [ParallelAxis],
        metric: [Double], isLogarithmic: Bool, _ height: (Double) -> Double
    ) -> Figure.Panel {
        let names = axes.map(\.name) + [label(goal.name)]
        var panel = Figure.Panel(
            title: title,
            x: Figure.Scale(
                label: "", range: -0.45...(Double(axes.count) + 0.45),
                ticks: names.enumerated().map { (Double($0.offset), $0.element) }),
            y: Figure.Scale(label: "", range: -0.12...1.08), hasFrame: false)
        var words: [(x: Double, y: Double, text: String, place: Figure.Alignment, isLight: Bool)] =
            []
        for (place, axis) in axes.enumerated() {
            words += axis.ticks.map { (Double(place) - 0.04, $0.at, $0.text, .right, false) }
        }
        let low = metric.min() ?? 0
        let high = metric.max() ?? 1
        let shown = Figure.Scale.fitting(metric, label: "", isLogarithmic: isLogarithmic)
        let marks =
            (shown?.ticks?.map(\.at) ?? Self.marks(low, high, isLogarithmic)).filter {
                $0 >= low && $0 <= high
            }
        words += marks.map {
            (Double(axes.count) + 0.04, height($0), Figure.Scale.text($0), .left, false)
        }
        panel.layers = [
            .paths(lines), .rules((0...axes.count).map { Double($0) }), .words(words),
        ]
        return panel
    }

    private static func marks(_ low: Double, _ high: Double, _ isLogarithmic: Bool) -> [Double] {
        guard isLogarithmic else { return (0...4).map { low + (high - low) * Double($0) / 4 } }
        var mark = 1.0
        while mark > low { mark /= 10 }
        while mark < low { mark *= 10 }
        var marks: [Double] = []
        while mark <= high {
            marks.append(mark)
            mark *= 10
        }
        while marks.count > 8 {
            marks = marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }
        return marks.count < 2 ? [low, high] : marks
    }

    /// One parameter's axis between 0 and 1.
    private struct ParallelAxis {
        var name: String
        /// The height of each level.
        var heights: [Double]
        var ticks: [(at: Double, text: String)]
    }

    private func axis(_ factor: Int) -> ParallelAxis {
        let known = observations.factors[factor]
        let tail = known.name.split(separator: ".").last.map(String.init) ?? known.name
        let isShared =
            observations.factors.count { $0.name.hasSuffix(".\(tail)") || $0.name == tail } > 1
        let name = label(isShared ? known.name : tail)
        let order = known.levels.indices.filter { !known.levels[$0].text.isEmpty }.sorted {
            ranks[factor][$0] < ranks[factor][$1]
        }
        // What does not apply lies below the axis.
        var heights = [Double](repeating: -0.08, count: known.levels.count)
        if known.isNumeric {
            let numbers = order.compactMap { known.levels[$0].number }
            let isLog = RefinedSweep.isLogarithmic(Array(Set(numbers)).sorted())
            let low = numbers.first ?? 0
            let high = numbers.last ?? 1
            for level in order {
                guard let number = known.levels[level].number else { continue }
                heights[level] =
                    low == high
                    ? 0.5
                    : isLog
                        ? logarithm(number / low) / logarithm(high / low)
                        : (number - low) / (high - low)
            }
        } else {
            for (place, level) in order.enumerated() {
                heights[level] = order.count == 1 ? 0.5 : Double(place) / Double(order.count - 1)
            }
        }
        var last = -1.0
        var ticks: [(at: Double, text: String)] = []
        for level in order where heights[level] - last >= 0.05 {
            ticks.append((heights[level], shown(known.levels[level])))
            last = heights[level]
        }
        if order.count < known.levels.count { ticks.append((-0.08, "–")) }
        return ParallelAxis(name: name, heights: heights, ticks: ticks)
    }
}
