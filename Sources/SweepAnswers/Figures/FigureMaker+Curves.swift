import SweepCore
import SweepStore

extension FigureMaker {
    /// One series in one panel: which trials, and where.
    private struct Place {
        var panel: Int
        var series: Int
        var rows: [Int]
        var setting: [Int]
    }

    /// A logged quantity against rounds or bits, for each combination at its best setting.
    func curves() throws -> Figure {
        guard let traces, !traces.columns.isEmpty else {
            throw Problem("no trial has a trace; a picture over rounds needs one")
        }
        let x = try column(
            request.x ?? (request.kind == .rounds ? "round" : "bits_up"), "--x", traces)
        let y = try column(request.y ?? goal.name, "--y", traces)
        let panels = panels
        let series = series()
        let styles = try styles(series)
        var figure = Figure()
        let places = groups.compactMap { group -> Place? in
            let levels = levels(group, by)
            guard let best = group.best(observations, measure: measure, goal: goal.goal) else {
                figure.notes.append("\(words(group.compared, of: roles.compared)): all diverged")
                return nil
            }
            return Place(
                panel: panels.firstIndex(of: self.levels(group, facets)) ?? 0,
                series: series.firstIndex(of: levels) ?? 0, rows: best.setting.rows,
                setting: best.setting.tuned)
        }
        let trials = Set(places.flatMap(\.rows).map { observations.trials[$0] })
        let rows = try traces.rows(of: trials, columns: [roundColumn(traces), x, y])
        let samples = places.map { place in
            Self.aligned(place.rows.compactMap { rows[observations.trials[$0]] })
        }
        let ys = samples.flatMap { $0.flatMap(\.ys) }
        guard !ys.isEmpty else {
            throw Problem("no round has a finite '\(y)' in all trials of a setting")
        }
        let isLogY = isLogarithmic(.y, ys)
        let isLogX = isLogarithmic(
            .x, samples.compactMap { $0.last?.x }, span: request.kind == .bits ? 30 : .infinity)
        let curves = samples.map { sample in
            Self.thinned(
                sample.compactMap { round -> Figure.Point? in
                    guard !isLogX || round.x > 0,
                        let summary = Summary(round.ys, logarithmic: isLogY)
                    else { return nil }
                    return Figure.Point(round.x, summary.mean, band: summary.band)
                })
        }
        let top = Self.ceiling(curves, isLogarithmic: isLogY)
        let points = curves.joined()
        guard
            let plain = Figure.Scale.fitting(
                points.map(\.x), label: label(x), isLogarithmic: isLogX),
            let yScale = Figure.Scale.fitting(
                points.flatMap { [$0.y, $0.low, $0.high] }.filter { $0 <= top }
                    .filter { !isLogY || $0 > 0 },
                label: meanLabel(y), isLogarithmic: isLogY)
        else { throw Problem("'\(y)' has no finite numbers to draw over '\(x)'") }
        let xScale = x.hasPrefix("bits") ? plain.withPrefixes() : plain
        figure.panels = panels.map { Figure.Panel(title: title($0), x: xScale, y: yScale) }
        add(curves, places, styles, to: &figure)
        let used = Set(places.map(\.series))
        figure.legend = series.indices.filter { used.contains($0) }.map { place in
            let settings = Set(places.filter { $0.series == place }.map(\.setting))
            var label = words(series[place], of: by)
            if settings.count == 1, let setting = settings.first, !setting.isEmpty {
                label += " (\(words(setting, of: roles.tuned)))"
            }
            return Figure.Entry(label: label, style: styles[place])
        }
        return figure
    }

    private func add(
        _ curves: [[Figure.Point]], _ places: [Place], _ styles: [Figure.Style],
        to figure: inout Figure
    ) {
        for (place, curve) in zip(places, curves) where !curve.isEmpty {
            let stride = max(1, curve.count / 8)
            let offset = stride * place.series / max(1, styles.count)
            figure.panels[place.panel].layers.append(
                .curve(curve, styles[place.series], stride: stride, offset: offset))
        }
    }

    /// A logged column by its name.
    private func column(
        _ name: String, _ flag: String, _ traces: StoreTraces
    ) throws(Problem) -> String {
        let header = name.replacing("-", with: "_")
        if traces.columns.contains(header) { return header }
        let meant = Spelling.nearest(to: name, among: traces.columns)
        throw Problem(
            "\(flag): no trace has a column '\(name)'; "
                + (meant.map { "did you mean '\($0)'? There" } ?? "there") + " are: "
                + traces.columns.joined(separator: ", "))
    }

    /// What rounds are counted by: `round`, or the first logged column.
    func roundColumn(_ traces: StoreTraces) -> String {
        traces.columns.contains("round") ? "round" : traces.columns[0]
    }

    /// One round of several trials: the mean of x, and every y.
    struct Round {
        var x: Double
        var ys: [Double]
    }

    /// The rounds that all trials have with finite numbers.
    ///
    /// - Parameter trials: rows of round, x, y. A trial that diverged ends the common part there.
    static func aligned(_ trials: [[[Double]]]) -> [Round] {
        guard let first = trials.first else { return [] }
        let known = trials.map { rows in
            Dictionary(rows.map { ($0[0], $0) }, uniquingKeysWith: { _, last in last })
        }
        return first.map { $0[0] }.compactMap { round in
            let rows = known.compactMap { $0[round] }
            guard rows.count == trials.count, rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
                return nil
            }
            return Round(
                x: rows.map { $0[1] }.reduce(0, +) / Double(rows.count), ys: rows.map { $0[2] })
        }.sorted { $0.x < $1.x }
    }

    /// At most 400 of the points, the ends among them.
    static func thinned(_ points: [Figure.Point]) -> [Figure.Point] {
        guard points.count > 400 else { return points }
        return (0..<400).map { points[$0 * (points.count - 1) / 399] }
    }

    /// How high a picture goes: what explodes would flatten everything else.
    private static func ceiling(_ curves: [[Figure.Point]], isLogarithmic: Bool) -> Double {
        let starts = curves.compactMap { $0.first?.y }.filter { $0 > 0 }
        guard let start = starts.max() else { return .infinity }
        return start * (isLogarithmic ? 1e4 : 100)
    }
}
