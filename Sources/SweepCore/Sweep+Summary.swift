/// An axis in words, for `windrow plan`.
package struct AxisSummary: Sendable, Hashable {
    /// The parameters that the axis assigns.
    package var names: [String]
    /// How many positions it has.
    package var count: Int
    /// Its values in short: `0.001 … 1 (7, log)`.
    package var values: String
}

extension Sweep {
    /// The axes in words, outermost first.
    package func describeAxes() -> [AxisSummary] {
        axes.map { axis in
            switch axis {
            case .column(let track):
                return AxisSummary(
                    names: [track.column], count: track.series.count,
                    values: track.series.summary)
            case .variants(let variants):
                return AxisSummary(
                    names: [variants.column],
                    count: variants.branches.reduce(0) { $0.addingSaturated($1.count) },
                    values: variants.summary)
            case .zip(let tracks):
                return AxisSummary(
                    names: tracks.map(\.column), count: tracks.first?.series.count ?? 0,
                    values: tracks.map { "\($0.column) \($0.series.summary)" }
                        .joined(separator: " · "))
            case .random(let random):
                return AxisSummary(
                    names: random.columns, count: random.samples, values: random.summary)
            }
        }
    }

    /// All values of parameters that name something outside the sweep: files and programs.
    ///
    /// Each once, in the order of the columns; for checks before any trial runs.
    package func inputs() -> [(column: String, value: Value)] {
        columns.filter(\.type.isInput).flatMap { column in
            values(of: column.name).map { (column.name, $0) }
        }
    }

    /// All listed values that a sweep's trials have for a parameter, its default among them where it
    /// holds; each once.
    ///
    /// Combinations that are excluded count, too; values of rules are not listed.
    package func values(of name: String) -> [Value] {
        guard let column = columns.first(where: { $0.name == name }) else { return [] }
        let assigned = fixed.filter { $0.column == name }.map(\.value)
        let series = axes.flatMap { $0.series(of: name) }
        var found = assigned + series.joined().compactMap(\.self)
        if assigned.isEmpty, series.isEmpty, !name.contains("."), let fallback = column.fallback {
            found.append(fallback)
        }
        var seen: Set<Value> = []
        return found.filter { seen.insert($0).inserted }
    }
}

extension Axis {
    /// The listed values of a column on this axis.
    fileprivate func series(of name: String) -> [[Value?]] {
        func listed(_ tracks: [ColumnSeries]) -> [[Value?]] {
            tracks.compactMap { track in
                guard track.column == name, case .list(let values) = track.series else {
                    return nil
                }
                return values
            }
        }
        switch self {
        case .column(let track): return listed([track])
        case .zip(let tracks): return listed(tracks)
        case .variants(let variants):
            let kinds = variants.branches.map { Value.text($0.kind) }
            return (variants.column == name ? [kinds] : [])
                + variants.branches.flatMap { listed($0.parameters) }
        case .random(let random):
            return random.parameters.flatMap { parameter -> [[Value?]] in
                guard case .choice(let options) = parameter.distribution else { return [] }
                return options.map { $0.filter { $0.column == name }.map(\.value) }
            }
        }
    }
}

extension ParameterType {
    /// Whether values name files or programs.
    fileprivate var isInput: Bool {
        switch self {
        case .path, .words: true
        default: false
        }
    }
}

extension Series {
    /// The values in short.
    package var summary: String {
        func text(_ position: Int) -> String { value(at: position)?.canonicalText ?? "–" }
        let ends = count > 0 ? "\(text(0)) … \(text(count - 1))" : ""
        switch self {
        case .list(let values):
            if values.count <= 8 {
                return values.indices.map(text).joined(separator: ", ")
            }
            return (0..<4).map(text).joined(separator: ", ") + ", … \(text(count - 1)) (\(count))"
        case .range(let range):
            if count <= 4 { return (0..<count).map(text).joined(separator: ", ") }
            let step = Value.real(Double(range.step) / DoubleDouble.tens[range.scale]).canonicalText
            return step == "1" ? "\(ends) (\(count))" : "\(ends) (\(count), step \(step))"
        case .linear: return "\(ends) (\(count), linear)"
        case .log: return "\(ends) (\(count), log)"
        }
    }
}

extension VariantAxis {
    fileprivate var summary: String {
        branches.map { branch in
            guard !branch.parameters.isEmpty else { return branch.kind }
            let inner = branch.parameters.map { track in
                "\(track.column.dropFirst(column.count + 1)) \(track.series.summary)"
            }
            return "\(branch.kind)(\(inner.joined(separator: "; ")))"
        }.joined(separator: ", ")
    }
}

extension VariantAxis.Branch {
    fileprivate var count: Int {
        parameters.reduce(1) { $0.multipliedSaturated($1.series.count) }
    }
}

extension RandomAxis {
    fileprivate var summary: String {
        let drawn = parameters.map { parameter in
            func ends(_ a: Value, _ b: Value) -> String {
                "\(a.canonicalText) … \(b.canonicalText)"
            }
            let text: String =
                switch parameter.distribution {
                case .uniform(let a, let b): "\(ends(.real(a), .real(b))) (uniform)"
                case .logUniform(let a, let b): "\(ends(.real(a), .real(b))) (log-uniform)"
                case .integer(let a, let b): "\(ends(.integer(a), .integer(b))) (integer)"
                case .choice(let options):
                    options.prefix(8).compactMap { $0.first?.value.canonicalText }
                        .joined(separator: " | ") + (options.count > 8 ? " | …" : "")
                }
            return "\(parameter.column) \(text)"
        }
        return drawn.joined(separator: " · ") + ", \(samples) random points, seed \(seed)"
    }
}

extension Int {
    fileprivate func addingSaturated(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func multipliedSaturated(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Sweep {
    /// Names of the columns that the axes assign, outermost first.
    package var columnsOnAxes: [String] {
        axes.flatMap { axis -> [String] in
            switch axis {
            case .column(let column): [column.column]
            case .variants(let variants):
                variants.branches.reduce(into: [variants.column]) { names, branch in
                    names += branch.parameters.map(\.column).filter { !names.contains($0) }
                }
            case .zip(let columns): columns.map(\.column)
            case .random(let random): random.columns
            }
        }
    }
}
