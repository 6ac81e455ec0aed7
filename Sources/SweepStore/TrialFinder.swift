import Glibc
import SweepCore

/// Finds the grid's trial to which a stored results row belongs.
///
/// Neighbouring rows share most values, and often stand in the grid's order: what a row has in common
/// with the one before is not looked at again.
final class TrialFinder {
    private let grid: Grid
    /// For each of the sweep's columns, its cell's position in a row, or nil.
    private let cells: [Int?]
    private let namer: TrialNamer
    private var memory: RowMemory
    /// The last row's index.
    private var last: Int?
    /// Whether it was behind that of the row before.
    private var isInOrder = false

    /// Reads rows of a file with the given columns.
    init(grid: Grid, layout: TableLayout) {
        self.grid = grid
        namer = TrialNamer(grid)
        let header = layout.header
        cells = grid.sweep.columns.map { column in
            layout.parameters.contains(column.header)
                ? header.firstIndex(of: column.header) : nil
        }
        memory = RowMemory(grid: grid, cells: cells)
    }

    /// The index of the grid's trial whose id and values a row has; nil when there is none.
    func index(of row: [RowCells.Cell], id: TrialID) -> Int? {
        if isInOrder, let guess = last.map({ $0 + 1 }), guess < grid.count,
            namer.id(at: guess) == id
        {
            last = guess
            return guess
        }
        memory.take(row, of: grid)
        // An empty cell stands for the default, as the column may be younger than the row; whether
        // it is the same trial, the id tells.
        let index = grid.candidate(ofCompleted: memory.row).flatMap {
            namer.id(at: $0) == id ? $0 : nil
        }
        isInOrder = index != nil && index == last.map { $0 + 1 }
        last = index
        return index
    }

    /// The same for a row whose texts are known by the position of their cells.
    func index(id: TrialID, text: (Int) -> String?) -> Int? {
        var values: [Value?] = []
        values.reserveCapacity(cells.count)
        for (cell, column) in zip(cells, grid.sweep.columns) {
            values.append(cell.flatMap(text).map { Self.value($0, column.type) })
        }
        guard let index = grid.index(of: values), grid.id(of: grid.trial(at: index)) == id else {
            return nil
        }
        return index
    }

    /// The value that a text stands for in a column of a declared type.
    static func value(_ text: String, _ type: ParameterType) -> Value {
        switch type {
        case .integer, .count:
            return Int64(text).map { .integer($0) } ?? .text(text)
        case .real:
            return Double(text).map { .real($0) } ?? .text(text)
        case .flag:
            return text == "true" ? .flag(true) : text == "false" ? .flag(false) : .text(text)
        case .choice, .sizes, .text, .path, .words, .variant:
            return .text(text)
        case .any:
            return CellText.looseValue(text)
        }
    }
}

/// The values of the last row, so that of the next one only cells with other bytes are read.
private struct RowMemory {
    /// A parameter's cell.
    private struct Place {
        let column: Int
        let cell: Int
        let type: ParameterType
        /// Whether what other columns are may depend on it.
        let isOwner: Bool
        /// Where its bytes stand in `bytes`.
        var start = 0
        var count = -1
    }

    private var places: [Place]
    /// The stretch of the last row that holds all parameters' cells.
    private var bytes: [UInt8] = []
    private var values: [Value?]
    /// The values, absent ones replaced by what holds there when nobody says.
    private(set) var row: [Value?]

    init(grid: Grid, cells: [Int?]) {
        places = grid.sweep.columns.enumerated().compactMap { number, column in
            cells[number].map {
                Place(
                    column: number, cell: $0, type: column.type, isOwner: grid.isOwner(number))
            }
        }
        values = Array(repeating: nil, count: cells.count)
        row = grid.completed(values)
    }

    /// Takes in a row's cells.
    mutating func take(_ cells: [RowCells.Cell], of grid: Grid) {
        var isIncomplete = false
        var hasMoved = false
        for number in places.indices {
            let cell = cells[places[number].cell]
            if cell.bytes.count == places[number].count, isSame(cell.bytes, places[number].start) {
                continue
            }
            let place = places[number]
            if place.count == cell.bytes.count {
                keep(cell.bytes, at: place.start)
            } else {
                hasMoved = true
            }
            let value = cell.text.map { TrialFinder.value($0, place.type) }
            if place.isOwner || value == nil || values[place.column] == nil { isIncomplete = true }
            values[place.column] = value
            row[place.column] = value
        }
        if isIncomplete { row = grid.completed(values) }
        if hasMoved { keep(cells) }
    }

    private mutating func keep(_ cell: UnsafeRawBufferPointer, at start: Int) {
        bytes.withUnsafeMutableBytes { known in
            UnsafeMutableRawBufferPointer(rebasing: known[start...]).copyMemory(from: cell)
        }
    }

    /// Copies the stretch of the row that holds the parameters' cells.
    private mutating func keep(_ cells: [RowCells.Cell]) {
        guard let first = places.first, var start = cells[first.cell].bytes.baseAddress else {
            return
        }
        var end = start
        for place in places {
            guard let base = cells[place.cell].bytes.baseAddress else { return }
            start = min(start, base)
            end = max(end, base + cells[place.cell].bytes.count)
        }
        let count = end - start
        if bytes.count < count { bytes = Array(repeating: 0, count: 2 * count) }
        bytes.withUnsafeMutableBytes { known in
            known.copyMemory(from: UnsafeRawBufferPointer(start: start, count: count))
        }
        for number in places.indices {
            let cell = cells[places[number].cell].bytes
            places[number].start = cell.baseAddress.map { $0 - start } ?? 0
            places[number].count = cell.count
        }
    }

    private func isSame(_ cell: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        guard let base = cell.baseAddress, !cell.isEmpty else { return true }
        return bytes.withUnsafeBytes { known in
            known.baseAddress.map { memcmp($0 + start, base, cell.count) == 0 } ?? false
        }
    }
}
