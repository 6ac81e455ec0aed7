extension Grid {
    /// The index of the trial with these values, in column order; nil when the grid has none.
    ///
    /// An absent value stands for the column's default where that applies, so a row that was
    /// written before an experiment had a parameter is found again. All columns must agree.
    package func index(of values: [Value?]) -> Int? {
        guard values.count == columns.all.count else { return nil }
        let row = schema.completed(values)
        guard let index = position(of: row) else { return nil }
        let found = trial(at: index).values
        for column in found.indices where !found[column].isSame(as: row[column]) { return nil }
        return index
    }

    /// A row with each absent cell replaced by what holds there when nobody says.
    package func completed(_ values: [Value?]) -> [Value?] { schema.completed(values) }

    /// Whether other columns depend on what a column says.
    package func isOwner(_ column: Int) -> Bool { !schema.entries[column].branches.isEmpty }

    /// The only index that the trial with these values, one for each column, can have.
    ///
    /// Its axes agree; other columns are not compared: for whoever compares the trial's name.
    package func candidate(ofCompleted row: [Value?]) -> Int? {
        row.count == columns.all.count ? position(of: row) : nil
    }

    /// Walks the diagram along the positions of a row's values.
    private func position(of row: [Value?]) -> Int? {
        var index = 0
        var target = diagram.root
        while true {
            switch target {
            case .nothing: return nil
            case .all(let first):
                var digit = first
                while digit != 0 {
                    guard let position = layout.position(of: row, on: digit) else { return nil }
                    if layout.branchStarts[digit].isEmpty {
                        digit = layout.digits[digit].next
                        index += position * layout.combinations[digit]
                    } else {
                        index += layout.branchStarts[digit][position]
                        digit = layout.branch(position, of: digit).first
                    }
                }
                return index
            case .some(let number):
                let node = diagram.nodes[number]
                guard let position = layout.position(of: row, on: node.digit) else { return nil }
                let run = node.runs[node.runs.lastIndex { $0.lower <= position }]
                index += run.before + (position - run.lower) * run.each
                target = run.target
            }
        }
    }
}

extension GridLayout {
    /// The position of a row's values on a digit, nil when they stand nowhere on it.
    fileprivate func position(of row: [Value?], on digit: Int) -> Int? {
        let place = digits[digit]
        let candidates: [Int]?
        if case .table(let table) = place.lookup {
            candidates = table.positions(of: table.columns.map { row[$0].map(ValueKey.init) })
        } else {
            candidates = nil
        }
        switch place.content {
        case .leaf(let tracks):
            if let candidates { return candidates.first }
            if case .computed(let track) = place.lookup {
                return row[tracks[track].column].flatMap { tracks[track].series.position(of: $0) }
            }
            return (0..<place.count).first { position in
                tracks.allSatisfy { $0.value(at: position).isSame(as: row[$0.column]) }
            }
        case .choice(_, let branches):
            if let candidates {
                return candidates.first { holds(branches[$0], for: row) }
            }
            return branches.firstIndex { holds($0, for: row) }
        }
    }

    private func holds(_ branch: Branch, for row: [Value?]) -> Bool {
        guard branch.constants.allSatisfy({ row[$0.column].isSame(as: $0.value) }),
            // Another branch of the same kind may say what this one leaves open.
            branch.absent.allSatisfy({ row[$0] == nil })
        else { return false }
        var digit = branch.first
        for _ in branch.varying {
            guard position(of: row, on: digit) != nil else { return false }
            digit = digits[digit].next
        }
        return true
    }
}
