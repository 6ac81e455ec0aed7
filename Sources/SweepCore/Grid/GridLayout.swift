/// The axes of a sweep as a chain of digits: a mixed-radix number whose radices depend on the kinds
/// chosen before.
///
/// An axis of one column is one digit. A variant axis is a choice digit that leads into the digits
/// of the chosen branch, and from there to the next axis.
struct GridLayout: Sendable {
    /// One digit.
    struct Digit: Sendable {
        let axis: Int
        let content: Content
        /// How many positions the digit has.
        let count: Int
        /// The digit that follows a leaf; for a choice, the one that follows all its branches.
        let next: Int
        /// Where to look for the values of a row.
        let lookup: GridLookup
    }

    enum Content: Sendable {
        /// A position picks one value for each track.
        case leaf([Track])
        /// A position picks a branch.
        case choice(column: Int, [Branch])
    }

    /// A column along a digit.
    struct Track: Sendable {
        let column: Int
        let series: Series
        /// Logarithms of a log series' ends, which every value needs.
        private let logEnds: (start: DoubleDouble, span: DoubleDouble)?

        init(column: Int, series: Series) {
            self.column = column
            self.series = series
            if case .log(let spacing) = series {
                logEnds = spacing.logEnds
            } else {
                logEnds = nil
            }
        }

        /// The value at a position of the digit.
        func value(at position: Int) -> Value? {
            if case .log(let spacing) = series { return spacing.logValue(at: position, logEnds) }
            return series.value(at: position)
        }
    }

    /// A branch of a choice.
    struct Branch: Sendable {
        let kind: String
        /// The first digit of the branch.
        let first: Int
        /// The columns that the branch itself decides: the kind, and defaults.
        let constants: [(column: Int, value: Value)]
        /// Columns of the kind that have no value in this branch.
        let absent: [Int]
        /// Columns of the branch's own digits.
        let varying: [Int]
        /// How many points of the branch's own digits there are.
        let count: Int
    }

    /// All digits; a digit leads only to digits with smaller numbers, and number 0 is the end.
    private(set) var digits: [Digit] = [
        Digit(axis: .max, content: .leaf([]), count: 1, next: 0, lookup: .search)
    ]
    /// How many combinations there are from each digit on.
    private(set) var combinations: [Int] = [1]
    /// For a choice, how many combinations lie before each branch; empty for a leaf.
    private(set) var branchStarts: [[Int]] = [[]]
    /// The first digit of each axis, then 0.
    private(set) var axisStarts: [Int] = []

    /// The first digit of the grid.
    var first: Int { axisStarts.first ?? 0 }
    /// The product of the axes.
    var total: Int { combinations[first] }

    /// Lays out the axes.
    init(_ axes: [Axis], columns: Columns, schema: ColumnSchema) throws(SweepError) {
        var starts = [0]
        for (index, axis) in axes.enumerated().reversed() {
            do throws(SweepError) {
                starts.append(
                    try lay(axis, index, next: starts[starts.count - 1], columns, schema))
            } catch {
                throw SweepError(error.message, axis: index)
            }
        }
        axisStarts = starts.reversed()
    }

    private mutating func lay(
        _ axis: Axis, _ index: Int, next: Int, _ columns: Columns, _ schema: ColumnSchema
    ) throws(SweepError) -> Int {
        switch axis {
        case .column(let column):
            return try leaf([column], axis: index, next: next, columns)
        case .zip(let tracks):
            return try leaf(tracks, axis: index, next: next, columns)
        case .random(let random):
            if let flaw = random.flaw() { throw SweepError("the random axis \(flaw)") }
            guard let points = random.points() else {
                throw SweepError(
                    "the random axis over \(random.parameters.map(\.column).joined(separator: ", ")) "
                        + "has fewer than \(random.samples) distinct points; ask for fewer samples")
            }
            return try leaf(points, axis: index, next: next, columns, isDistinct: true)
        case .variants(let variants):
            return try choice(variants, axis: index, next: next, columns, schema)
        }
    }

    private mutating func leaf(
        _ tracks: [ColumnSeries], axis: Int, next: Int, _ columns: Columns,
        isDistinct: Bool = false
    ) throws(SweepError) -> Int {
        guard let count = tracks.first?.series.count else {
            throw SweepError("an axis has no columns")
        }
        var laid: [Track] = []
        for track in tracks {
            guard let column = columns.position(of: track.column) else {
                throw SweepError("an axis names the unknown column '\(track.column)'")
            }
            if let flaw = track.series.flaw() {
                throw SweepError("the axis '\(track.column)' \(flaw)")
            }
            guard track.series.count == count else {
                throw SweepError(
                    "'\(track.column)' has \(track.series.count) values, but moves together "
                        + "with '\(tracks[0].column)', which has \(count)")
            }
            guard !laid.contains(where: { $0.column == column }) else {
                throw SweepError("an axis assigns '\(track.column)' twice")
            }
            laid.append(Track(column: column, series: track.series.expanded()))
        }
        if !isDistinct, let repeated = GridLayout.repetition(in: laid, count: count) {
            throw SweepError(
                "the axis '\(tracks.map(\.column).joined(separator: ", "))' has "
                    + "\(repeated) twice")
        }
        let digit = Digit(
            axis: axis, content: .leaf(laid), count: count, next: next,
            lookup: GridLayout.lookup(laid))
        return try append(digit, combinations: [combinations[next]], times: count)
    }

    private mutating func choice(
        _ axis: VariantAxis, axis index: Int, next: Int, _ columns: Columns, _ schema: ColumnSchema
    ) throws(SweepError) -> Int {
        guard let column = columns.position(of: axis.column) else {
            throw SweepError("an axis names the unknown column '\(axis.column)'")
        }
        guard !axis.branches.isEmpty else {
            throw SweepError("the axis '\(axis.column)' has no kinds")
        }
        var branches: [Branch] = []
        for branch in axis.branches {
            guard
                let kind = schema.entries[column].branches.first(where: { $0.kind == branch.kind })
            else { throw SweepError("'\(axis.column)' has no kind '\(branch.kind)'") }
            var first = next
            var varying: [Int] = []
            var constants: [(column: Int, value: Value)] = [(column, .text(branch.kind))]
            var assigned: Set<Int> = []
            for parameter in branch.parameters.reversed() {
                guard let place = columns.position(of: parameter.column),
                    kind.columns.contains(place), assigned.insert(place).inserted
                else {
                    throw SweepError("'\(parameter.column)' is no parameter of '\(branch.kind)'")
                }
                if case .list(let values) = parameter.series, values.count == 1,
                    let value = values[0]
                {
                    constants.append((place, value))
                } else {
                    first = try leaf([parameter], axis: index, next: first, columns)
                    varying.append(place)
                }
            }
            var absent: [Int] = []
            for place in kind.columns where !assigned.contains(place) {
                let role = schema.entries[place].kinds.first { $0.name == branch.kind }
                if let value = role?.fallback {
                    constants.append((place, value))
                } else {
                    absent.append(place)
                }
            }
            branches.append(
                Branch(
                    kind: branch.kind, first: first, constants: constants, absent: absent,
                    varying: varying, count: combinations[first] / combinations[next]))
        }
        try checkDistinct(branches, of: axis.column, schema.entries[column])
        let digit = Digit(
            axis: index, content: .choice(column: column, branches), count: branches.count,
            next: next, lookup: GridLayout.lookup(branches, of: schema.entries[column], column))
        return try append(digit, combinations: branches.map { combinations[$0.first] }, times: 1)
    }

    private mutating func append(
        _ digit: Digit, combinations parts: [Int], times: Int
    ) throws(SweepError) -> Int {
        var starts: [Int] = []
        var sum = 0
        var overflows = false
        for part in parts {
            starts.append(sum)
            let (next, overflow) = sum.addingReportingOverflow(part)
            sum = next
            overflows = overflows || overflow
        }
        let (total, overflow) = sum.multipliedReportingOverflow(by: times)
        guard !overflow, !overflows else {
            throw SweepError(
                "the axes have more than 9.2e18 combinations, which is more than can be numbered; "
                    + "split the sweep")
        }
        digits.append(digit)
        combinations.append(total)
        if case .choice = digit.content {
            branchStarts.append(starts)
        } else {
            branchStarts.append([])
        }
        return digits.count - 1
    }
}

extension Series {
    /// A short rule as a list: reading a value is quicker than computing it.
    fileprivate func expanded() -> Series {
        if case .list = self { return self }
        guard count <= 4096 else { return self }
        return .list((0..<count).map { value(at: $0) })
    }
}
