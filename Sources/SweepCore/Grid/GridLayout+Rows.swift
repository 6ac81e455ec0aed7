extension GridLayout {
    /// Puts the values of a digit's position into a row.
    func write(_ position: Int, of digit: Int, into row: inout [Value?]) {
        switch digits[digit].content {
        case .leaf(let tracks):
            for track in tracks { row[track.column] = track.value(at: position) }
        case .choice(_, let branches):
            for constant in branches[position].constants { row[constant.column] = constant.value }
        }
    }

    /// A branch of a choice digit.
    func branch(_ position: Int, of digit: Int) -> Branch {
        guard case .choice(_, let branches) = digits[digit].content else {
            preconditionFailure("only a choice has branches")
        }
        return branches[position]
    }

    /// Columns that some axis decides.
    var decidedColumns: Set<Int> {
        var columns = Set<Int>()
        for digit in digits {
            switch digit.content {
            case .leaf(let tracks):
                for track in tracks { columns.insert(track.column) }
            case .choice(let column, let branches):
                columns.insert(column)
                for branch in branches {
                    for constant in branch.constants { columns.insert(constant.column) }
                }
            }
        }
        return columns
    }

    /// How many values and branches are listed one by one.
    var listedPositions: Int {
        digits.reduce(0) { sum, digit in
            switch digit.content {
            case .choice(_, let branches): return sum + branches.count
            case .leaf(let tracks):
                return tracks.reduce(sum) { sum, track in
                    if case .list(let values) = track.series { sum + values.count } else { sum }
                }
            }
        }
    }
}
