import SweepCore

/// The next round of a search: the sweep with finer values around the best ones.
///
/// Around a best value *v* between its neighbours *l* and *u* among those that were tried, the next
/// round tries the middle of *l* and *v*, *v*, and the middle of *v* and *u*. Where *v* is the
/// highest, with *l* below it, the next round goes on beyond it: *v·r* and *v·r²* with *r = v/l*; at
/// the lowest likewise. Values that are spaced by a ratio have geometric middles, others arithmetic
/// ones; new values have three significant digits and keep to the parameter's bounds.
package struct RefinedSweep {
    /// The sweep of the next round.
    package private(set) var sweep: Sweep
    /// What was changed, one line each.
    package private(set) var changes: [String] = []

    /// Why there is no next round.
    package struct Problem: Error {
        package let text: String
    }

    /// Refines the tuned columns of a table.
    ///
    /// - Throws: `Problem` when there is no tuned number on an axis of its own.
    package init(_ sweep: Sweep, best: BestTable) throws(Problem) {
        self.sweep = sweep
        self.sweep.name = Self.next(sweep.name)
        let rows = best.rows.filter { $0.mean != nil }
        guard !rows.isEmpty else {
            throw Problem(text: "no setting has a finite mean, so there is no best value")
        }
        for (place, name) in best.tuned.enumerated() {
            let found = rows.compactMap { row -> (value: Double, kinds: [String: String])? in
                guard let value = Double(row.setting[place]) else { return nil }
                let names = zip(best.groups + best.tuned, row.group + row.setting)
                return (value, Dictionary(names, uniquingKeysWith: { first, _ in first }))
            }
            guard !found.isEmpty else { continue }
            try refine(name, found)
        }
        guard !changes.isEmpty else {
            throw Problem(
                text: "there is no number on an axis among what is tuned "
                    + "(\(best.tuned.joined(separator: ", "))); name one with --tune")
        }
        dropIdleExclusions()
    }

    /// `digits` → `digits-2` → `digits-3`.
    static func next(_ name: String) -> String {
        if let dash = name.lastIndex(of: "-"), let number = Int(name[name.index(after: dash)...]),
            (1..<1_000_000).contains(number)
        {
            return String(name[...dash]) + "\(number + 1)"
        }
        return String(name.prefix(98)) + "-2"
    }

    // MARK: Axes

    private mutating func refine(
        _ name: String, _ best: [(value: Double, kinds: [String: String])]
    ) throws(Problem) {
        guard let column = sweep.columns.first(where: { $0.name == name }) else { return }
        for place in sweep.axes.indices {
            switch sweep.axes[place] {
            case .column(let track) where track.column == name:
                let series = Self.refined(track.series, column.type, best.map(\.value))
                note(name, track.series, series)
                sweep.axes[place] = .column(ColumnSeries(column: name, series: series))
            case .variants(var variants):
                for branch in variants.branches.indices {
                    let kind = variants.branches[branch].kind
                    let mine = best.filter { ($0.kinds[variants.column] ?? kind) == kind }
                    guard !mine.isEmpty,
                        let track = variants.branches[branch].parameters.firstIndex(where: {
                            $0.column == name
                        })
                    else { continue }
                    let old = variants.branches[branch].parameters[track].series
                    // A kind may have several entries: each is refined around its own values.
                    let values = mine.map(\.value).filter { old.position(of: .real($0)) != nil }
                    guard !values.isEmpty, old.count > 1 else { continue }
                    let series = Self.refined(old, column.type, values)
                    note("\(name) of \(kind)", old, series)
                    variants.branches[branch].parameters[track].series = series
                }
                sweep.axes[place] = .variants(variants)
            case .zip(let tracks) where tracks.contains { $0.column == name }:
                throw Problem(
                    text: "'\(name)' moves together with "
                        + tracks.map(\.column).filter { $0 != name }.joined(separator: ", ")
                        + " (zip), so it cannot be refined alone; name others with --tune")
            case .random(var random):
                guard let drawn = random.parameters.firstIndex(where: { $0.column == name }) else {
                    continue
                }
                let old = random.parameters[drawn].distribution
                guard let new = Self.narrowed(old, around: best.map(\.value)) else { continue }
                random.parameters[drawn].distribution = new.distribution
                changes.append("\(name): drawn from \(new.text)")
                sweep.axes[place] = .random(random)
            default: continue
            }
        }
    }

    private mutating func note(_ name: String, _ old: Series, _ new: Series) {
        changes.append("\(name): \(new.summary); it was \(old.summary)")
    }

    /// More values than this of one axis are not looked at.
    private static let mostTried = 100_000

    private static func refined(
        _ series: Series, _ type: ParameterType, _ best: [Double]
    ) -> Series {
        let tried = (0..<min(series.count, mostTried)).compactMap { series.value(at: $0)?.number }
        let values = next(tried, best: best, within: type)
        // Words that may stand for the number stay.
        var words: [Value?] = []
        if case .list(let listed) = series { words = listed.filter { $0?.number == nil } }
        return .list(values.map { type.isWhole ? .integer(Int64($0)) : .real($0) } + words)
    }

    /// The values of the next round.
    package static func next(
        _ tried: [Double], best: [Double], within type: ParameterType
    ) -> [Double] {
        let tried = Array(Set(tried)).sorted()
        let isLogarithmic = Self.isLogarithmic(tried)
        let isWhole = type.isWhole
        var values: Set<Double> = []
        func add(_ value: Double) {
            let rounded = isWhole ? value.rounded() : Self.rounded(value)
            if type.allows(rounded) { values.insert(rounded) }
        }
        /// From *a* by *count* steps of the distance from *a* to *b*.
        func step(_ a: Double, _ b: Double, _ count: Double) -> Double {
            isLogarithmic ? a * power(b / a, count) : a + (b - a) * count
        }
        for value in best {
            values.insert(value)
            let lower = tried.last { $0 < value }
            let upper = tried.first { $0 > value }
            switch (lower, upper) {
            case (let lower?, let upper?):
                add(step(value, lower, 0.5))
                add(step(value, upper, 0.5))
            case (let lower?, nil):
                add(step(value, lower, 0.5))
                add(step(value, lower, -1))
                add(step(value, lower, -2))
            case (nil, let upper?):
                add(step(value, upper, 0.5))
                add(step(value, upper, -1))
                add(step(value, upper, -2))
            case (nil, nil):
                guard value > 0 else { continue }
                add(value / 2)
                add(value * 2)
            }
        }
        return values.sorted()
    }

    /// Whether values are spaced by a ratio rather than by a difference.
    package static func isLogarithmic(_ sorted: [Double]) -> Bool {
        guard let first = sorted.first, first > 0 else { return false }
        guard sorted.count > 2 else { return true }
        func spread(_ steps: [Double]) -> Double {
            (steps.max() ?? 1) / (steps.min() ?? 1)
        }
        let pairs = Array(zip(sorted, sorted.dropFirst()))
        return spread(pairs.map { logarithm($1 / $0) }) <= spread(pairs.map { $1 - $0 })
    }

    private static func rounded(_ number: Double) -> Double {
        guard number != 0, number.isFinite else { return number }
        let (size, exponent) = decimalExponent(of: number)
        let digits = (size * 100).rounded() * (number < 0 ? -1 : 1)
        // The nearest double of the decimal, as reading its text gives it.
        return Double("\(Int(digits))e\(exponent - 2)") ?? number
    }

    /// A distribution over a quarter of the old range on either side of the best values.
    private static func narrowed(
        _ old: RandomAxis.Distribution, around best: [Double]
    ) -> (distribution: RandomAxis.Distribution, text: String)? {
        guard let low = best.min(), let high = best.max() else { return nil }
        switch old {
        case .uniform(let a, let b):
            let (from, to) = (
                max(a, rounded(low - (b - a) / 4)), min(b, rounded(high + (b - a) / 4))
            )
            guard from < to else { return nil }
            return (.uniform(from: from, to: to), "\(from) … \(to)")
        case .logUniform(let a, let b):
            let factor = power(b / a, 0.25)
            let (from, to) = (max(a, rounded(low / factor)), min(b, rounded(high * factor)))
            guard from < to else { return nil }
            return (.logUniform(from: from, to: to), "\(from) … \(to)")
        case .integer(let a, let b):
            let quarter = (Double(b) - Double(a)) / 4
            let from = max(a, Int64((low - quarter).rounded(.down)))
            let to = min(b, Int64((high + quarter).rounded(.up)))
            guard from < to else { return nil }
            return (.integer(from: from, to: to), "\(from) … \(to)")
        case .choice: return nil
        }
    }

    // MARK: Exclusions

    /// Takes out of the exclusions what no axis has any more: a sweep file must not exclude nothing.
    private mutating func dropIdleExclusions() {
        let before = sweep.exclusions.count
        sweep.exclusions = sweep.exclusions.compactMap { exclusion in
            var kept = exclusion
            for place in kept.conditions.indices {
                kept.conditions[place].alternatives =
                    kept.conditions[place].alternatives.compactMap { matches in
                        let narrowed = matches.map { match in
                            Exclusion.Match(
                                column: match.column,
                                values: match.values.filter { exists($0, in: match.column) })
                        }
                        return narrowed.contains { $0.values.isEmpty } ? nil : narrowed
                    }
                if kept.conditions[place].alternatives.isEmpty { return nil }
            }
            return kept
        }
        let dropped = before - sweep.exclusions.count
        if dropped > 0 {
            changes.append(
                "\(dropped) exclusion\(dropped == 1 ? "" : "s") left out: no axis has "
                    + "those values any more")
        }
    }

    private func exists(_ value: Value, in column: String) -> Bool {
        let tracks = sweep.axes.flatMap { axis -> [ColumnSeries] in
            switch axis {
            case .column(let track): [track]
            case .variants(let variants): variants.branches.flatMap(\.parameters)
            case .zip(let tracks): tracks
            case .random: []
            }
        }.filter { $0.column == column }
        return tracks.isEmpty || tracks.contains { $0.series.position(of: value) != nil }
    }
}

extension ParameterType {
    /// Whether numbers of the type are whole.
    fileprivate var isWhole: Bool {
        switch self {
        case .integer, .count: true
        default: false
        }
    }

    /// Whether a number is within the type's bounds.
    fileprivate func allows(_ number: Double) -> Bool {
        switch self {
        case .real(let bounds, _): bounds.contains(number)
        case .integer(let bounds, _), .count(let bounds):
            number >= Double(bounds.lowerBound) && number <= Double(bounds.upperBound)
        default: number.isFinite
        }
    }
}
