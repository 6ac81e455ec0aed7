/// All trials of a sweep, by index, without a list of them.
///
/// A trial is an index: a mixed-radix number whose digits are positions on the axes, the last axis
/// fastest. Excluded combinations have no index. Finding a trial takes O(axes · log runs), where
/// runs are the stretches of an axis that exclusions treat alike.
package struct Grid: Sendable {
    /// The sweep that the grid was laid out from.
    package let sweep: Sweep
    /// The sweep's columns, shared by all trials.
    package let columns: Columns
    /// How many trials there are; indices are 0 ..< count.
    package let count: Int
    /// How many combinations of the axes are left out.
    package let excludedCount: Int

    let layout: GridLayout
    let diagram: GridDiagram
    /// The exclusions, as the diagram has them.
    let clauses: [GridClause]
    let schema: ColumnSchema
    /// What every trial starts from: fixed values and defaults.
    let template: [Value?]
    let canonical: CanonicalForm

    /// More exclusions than this, with their alternatives multiplied out, are refused.
    private static let mostClauses = 10_000
    private static let mostComparisons = 500_000_000

    /// Lays a sweep out.
    ///
    /// - Throws: when the sweep contradicts itself, or has more combinations than an Int can number.
    package init(_ sweep: Sweep) throws(SweepError) {
        try sweep.checkAssignments()
        self.sweep = sweep
        columns = Columns(sweep.columns)
        schema = try ColumnSchema(sweep.columns)
        layout = try GridLayout(sweep.axes, columns: columns, schema: schema)
        var clauses: [GridClause] = []
        for (number, exclusion) in sweep.exclusions.enumerated() {
            let found = try Grid.clauses(of: exclusion, columns, layout).filter(\.isPossible)
            guard !found.isEmpty else {
                throw SweepError("exclusion \(number + 1) matches no combination of the axes")
            }
            clauses += found
            guard clauses.count <= Grid.mostClauses,
                clauses.count * layout.comparedPositions <= Grid.mostComparisons
            else {
                throw SweepError("there are too many exclusions; write fewer, with longer lists")
            }
        }
        self.clauses = clauses
        diagram = try GridDiagram(layout, clauses)
        count = diagram.count
        excludedCount = layout.total - count
        template = Grid.template(sweep, columns, schema, layout)
        canonical = CanonicalForm(sweep: sweep, schema: schema)
    }

    /// Multiplies the alternatives of an exclusion out.
    static func clauses(
        of exclusion: Exclusion, _ columns: Columns, _ layout: GridLayout
    ) throws(SweepError) -> [GridClause] {
        guard !exclusion.conditions.isEmpty else {
            throw SweepError("an exclusion without conditions would leave everything out")
        }
        var conjunctions: [[Int: [Value]]] = [[:]]
        for condition in exclusion.conditions {
            var longer: [[Int: [Value]]] = []
            for conjunction in conjunctions {
                for alternative in condition.alternatives {
                    var all = conjunction
                    for match in alternative {
                        guard let column = columns.position(of: match.column) else {
                            throw SweepError(
                                "an exclusion names the unknown column '\(match.column)'")
                        }
                        all[column] =
                            all[column].map { known in
                                known.filter { value in
                                    match.values.contains { $0.isSame(as: value) }
                                }
                            } ?? match.values
                    }
                    longer.append(all)
                }
            }
            conjunctions = longer
            guard conjunctions.count <= mostClauses else {
                throw SweepError("an exclusion has too many alternatives; write several exclusions")
            }
        }
        return conjunctions.map { GridClause($0, layout: layout) }
    }

    /// Fixed values, and defaults of all columns that no axis decides.
    private static func template(
        _ sweep: Sweep, _ columns: Columns, _ schema: ColumnSchema, _ layout: GridLayout
    ) -> [Value?] {
        var row = [Value?](repeating: nil, count: columns.all.count)
        for assignment in sweep.fixed {
            if let place = columns.position(of: assignment.column) { row[place] = assignment.value }
        }
        let decided = layout.decidedColumns
        for place in row.indices where row[place] == nil && !decided.contains(place) {
            if schema.entries[place].owner < 0 { row[place] = schema.entries[place].fallback }
        }
        for place in row.indices where row[place] == nil && !decided.contains(place) {
            let owner = schema.entries[place].owner
            if owner >= 0, !decided.contains(owner) {
                row[place] = schema.fallback(of: place, in: row)
            }
        }
        return row
    }
}

extension Grid {
    /// The trial with an index in 0 ..< count.
    package func trial(at index: Int) -> Trial {
        precondition(index >= 0 && index < count, "a grid has indices 0 ..< count")
        var row = template
        walk(index) { layout.write($1, of: $0, into: &row) }
        return Trial(index: index, values: row, columns: columns)
    }

    /// Hands over each digit of an index and the position on it, in the order of the axes.
    func walk(_ index: Int, _ visit: (_ digit: Int, _ position: Int) -> Void) {
        var rest = index
        var target = diagram.root
        while true {
            switch target {
            case .nothing: return
            case .all(let digit): return walk(from: digit, rest, visit)
            case .some(let number):
                let node = diagram.nodes[number]
                let run = node.runs[node.runs.lastIndex { $0.before <= rest }]
                let (steps, remainder) = (rest - run.before).quotientAndRemainder(
                    dividingBy: run.each)
                visit(node.digit, run.lower + steps)
                rest = remainder
                target = run.target
            }
        }
    }

    /// Decodes a plain product of digits.
    private func walk(from first: Int, _ index: Int, _ visit: (Int, Int) -> Void) {
        var digit = first
        var rest = index
        while digit != 0 {
            let next: Int
            let position: Int
            if layout.branchStarts[digit].isEmpty {
                next = layout.digits[digit].next
                (position, rest) = rest.quotientAndRemainder(dividingBy: layout.combinations[next])
            } else {
                position = layout.branchStarts[digit].lastIndex { $0 <= rest }
                rest -= layout.branchStarts[digit][position]
                next = layout.branch(position, of: digit).first
            }
            visit(digit, position)
            digit = next
        }
    }

    /// The name of a trial of this sweep.
    package func id(of trial: Trial) -> TrialID {
        canonical.id(of: trial.values)
    }

    /// The name of the trial with these values, in column order.
    package func id(of values: [Value?]) -> TrialID {
        canonical.id(of: values)
    }
}

extension Array {
    /// The last position where a condition holds, which must hold up to there and nowhere after;
    /// position 0 when it holds nowhere.
    func lastIndex(where holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if holds(self[middle]) { low = middle } else { high = middle }
        }
        return low
    }
}
