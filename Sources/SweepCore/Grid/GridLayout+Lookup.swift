extension GridLayout {
    /// Lists shorter than this are looked through.
    private static let shortList = 12

    /// The first combination of values that stands at two positions, in words.
    static func repetition(in tracks: [Track], count: Int) -> String? {
        var lists: [[Value?]] = []
        for track in tracks {
            // The values of a rule are distinct.
            guard case .list(let values) = track.series else { return nil }
            lists.append(values)
        }
        var seen = Set<[ValueKey?]>(minimumCapacity: count)
        for position in 0..<count {
            guard seen.insert(lists.map { $0[position].map(ValueKey.init) }).inserted else {
                return lists.map { $0[position]?.canonicalText ?? "–" }.joined(separator: ", ")
            }
        }
        return nil
    }

    /// How to find a row's position along tracks that move together.
    static func lookup(_ tracks: [Track]) -> GridLookup {
        for (index, track) in tracks.enumerated() {
            if case .list = track.series { continue }
            return .computed(track: index)
        }
        let count = tracks.first?.series.count ?? 0
        guard count > shortList else { return .search }
        return .table(
            GridLookup.Table(tracks.map(\.column)) {
                var positions: [[ValueKey?]: [Int]] = [:]
                positions.reserveCapacity(count)
                for position in 0..<count {
                    let key = tracks.map { $0.series.value(at: position).map(ValueKey.init) }
                    positions[key, default: []].append(position)
                }
                return positions
            })
    }

    /// How to find a row's branch: by kind, and by the constants that all branches of a kind have.
    static func lookup(
        _ branches: [Branch], of entry: ColumnSchema.Entry, _ column: Int
    ) -> GridLookup {
        guard branches.count > shortList else { return .search }
        let varying = Set(branches.flatMap(\.varying))
        let columns =
            [column] + Set(entry.branches.flatMap(\.columns)).subtracting(varying).sorted()
        return .table(
            GridLookup.Table(columns) {
                var positions: [[ValueKey?]: [Int]] = [:]
                for (index, branch) in branches.enumerated() {
                    let key = columns.map { column in
                        branch.constants.first { $0.column == column }.map { ValueKey($0.value) }
                    }
                    positions[key, default: []].append(index)
                }
                return positions
            })
    }

    /// Refuses branches that share a point: it would be two trials with one name.
    func checkDistinct(
        _ branches: [Branch], of name: String, _ entry: ColumnSchema.Entry
    ) throws(SweepError) {
        for (kind, same) in Dictionary(grouping: branches, by: \.kind).sorted(by: {
            $0.key < $1.key
        })
        where same.count > 1 {
            let columns = entry.branches.first { $0.kind == kind }?.columns ?? []
            var points = Set<[ValueKey?]>()
            for branch in same where branch.varying.isEmpty {
                let key = columns.map { column in
                    branch.constants.first { $0.column == column }.map { ValueKey($0.value) }
                }
                guard points.insert(key).inserted else {
                    throw SweepError("the axis '\(name)' has the same '\(kind)' twice")
                }
            }
            let wide = same.filter { !$0.varying.isEmpty }
            guard wide.count <= 256 else {
                throw SweepError(
                    "the axis '\(name)' has \(wide.count) entries of the kind '\(kind)' with "
                        + "lists; write them as fewer entries with longer lists")
            }
            for (index, one) in wide.enumerated() {
                let others = wide[(index + 1)...] + same.filter { $0.varying.isEmpty }
                for other in others where overlap(one, other, columns) {
                    throw SweepError(
                        "two entries of the kind '\(kind)' of the axis '\(name)' have a "
                            + "combination in common")
                }
            }
        }
    }

    private func overlap(_ a: Branch, _ b: Branch, _ columns: [Int]) -> Bool {
        columns.allSatisfy { column in
            series(of: column, in: a).meets(series(of: column, in: b))
        }
    }

    private func series(of column: Int, in branch: Branch) -> Series {
        var digit = branch.first
        for _ in branch.varying {
            if case .leaf(let tracks) = digits[digit].content, tracks.first?.column == column {
                return tracks[0].series
            }
            digit = digits[digit].next
        }
        return .list([branch.constants.first { $0.column == column }?.value])
    }
}

extension Series {
    /// Whether two series have a value in common; true when both are too long to tell.
    fileprivate func meets(_ other: Series) -> Bool {
        let (short, long) = count <= other.count ? (self, other) : (other, self)
        if case .range(let a) = short, case .range(let b) = long, a.lies(apartFrom: b) {
            return false
        }
        guard short.count <= 100_000 else { return true }
        return (0..<short.count).contains { index in
            guard let value = short.value(at: index) else {
                return if case .list(let values) = long { values.contains(nil) } else { false }
            }
            return long.position(of: value) != nil
        }
    }
}

extension DecimalRange {
    fileprivate func lies(apartFrom other: DecimalRange) -> Bool {
        let a = [value(at: 0), value(at: count - 1)].compactMap(\.number)
        let b = [other.value(at: 0), other.value(at: other.count - 1)].compactMap(\.number)
        return (a.max() ?? 0) < (b.min() ?? 0) || (b.max() ?? 0) < (a.min() ?? 0)
    }
}
