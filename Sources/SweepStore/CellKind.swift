import SweepCore

/// What a column's cells are to a reader, found from the cells: the narrowest kind that holds all.
enum CellKind: UInt8, Comparable {
    /// No cell has a value.
    case nothing
    case integer
    case real
    case flag
    case text

    static func < (a: CellKind, b: CellKind) -> Bool { a.rawValue < b.rawValue }

    /// The narrowest kind that holds the cells of both.
    func union(_ other: CellKind) -> CellKind {
        if self == other || other == .nothing { return self }
        if self == .nothing { return other }
        return max(self, other) <= .real ? .real : .text
    }

    /// The kind of a value.
    init(_ value: Value) {
        switch value {
        case .integer: self = .integer
        case .real: self = .real
        case .flag: self = .flag
        case .text: self = .text
        }
    }

    /// The kind of a cell as it stands in a table.
    init(_ cell: RowCells.Cell) {
        let bytes = cell.bytes
        guard let first = bytes.first else {
            self = .nothing
            return
        }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isSigned = first == UInt8(ascii: "-")
        guard digits.contains(first) || isSigned && bytes.count > 1 else {
            switch bytes.count {
            case 3 where bytes.elementsEqual("NaN".utf8): self = .real
            case 4 where bytes.elementsEqual("true".utf8): self = .flag
            case 5 where bytes.elementsEqual("false".utf8): self = .flag
            default: self = .text
            }
            return
        }
        var hasPoint = false
        for position in 1..<bytes.count where !digits.contains(bytes[position]) {
            switch bytes[position] {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "-"), UInt8(ascii: "+"):
                hasPoint = true
            default:
                self = .text
                return
            }
        }
        // `007` is no number that the store has written.
        let leading = isSigned ? 1 : 0
        if !hasPoint, bytes[leading] == UInt8(ascii: "0"), bytes.count > leading + 1 {
            self = .text
        } else {
            self = hasPoint ? .real : .integer
        }
    }
}

/// The kinds of the columns of parameters and metrics.
struct ColumnKinds: Equatable {
    private(set) var kinds: [String: CellKind] = [:]

    /// The kind of a column.
    subscript(_ name: String) -> CellKind { kinds[name] ?? .nothing }

    /// Takes other cells in.
    mutating func note(_ others: ColumnKinds) {
        for (name, kind) in others.kinds { note(kind, in: name) }
    }

    /// Takes a cell in.
    mutating func note(_ kind: CellKind, in column: String) {
        guard kind != .nothing else { return }
        let known = kinds[column] ?? .nothing
        if known != kind { kinds[column] = known.union(kind) }
    }
}

/// Finds the kinds of a table's columns while its rows pass by.
struct ColumnKindScan {
    private let names: [String]
    private let start: Int
    private var kinds: [CellKind]

    /// A scan of the parameters and metrics of results.
    init(_ layout: TableLayout) {
        names = layout.parameters + layout.measured
        start = layout.head.count
        kinds = Array(repeating: .nothing, count: names.count)
    }

    /// Takes a row's cells in.
    mutating func insert(_ cells: [RowCells.Cell]) {
        for column in kinds.indices where kinds[column] != .text {
            let kind = CellKind(cells[start + column])
            if kind != kinds[column] { kinds[column] = kinds[column].union(kind) }
        }
    }

    /// What was found.
    var found: ColumnKinds {
        var result = ColumnKinds()
        for (name, kind) in zip(names, kinds) { result.note(kind, in: name) }
        return result
    }
}
