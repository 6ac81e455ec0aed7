import Glibc
import SweepCore

/// `results.csv` as a reader sees it at one moment: whole rows that agree with their checksums.
///
/// Reading takes no lock, so it goes beside a running sweep; a row that is being written is left out.
package struct ResultsTable: Sendable {
    /// All columns in order.
    package let columns: [String]
    /// Columns of parameters.
    package let parameters: [String]
    /// Columns of metrics.
    package let metrics: [String]
    /// How many rows there are.
    package private(set) var count = 0

    /// The texts of all cells, one after the other, and where each ends.
    ///
    /// A cell without a value has its highest bit set in `ends`.
    private var text: [UInt8] = []
    private var ends: [UInt64] = []
    private let positions: [String: Int]

    /// Reads the table of the store in a folder.
    package static func read(_ directory: String) throws(StoreError) -> ResultsTable {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        let path = directory + "/results.csv"
        let mark = try SyncMark.read(directory)
        let descriptor = try FileSystem.openTable(path, O_RDONLY, to: "read")
        defer { close(descriptor) }
        let known = manifest.known(.results)
        let (layout, headerEnd) = try TableAudit.layout(descriptor, path, known: known)
        var table = ResultsTable(layout)
        let width = layout.header.count
        var cells: [RowCells.Cell] = []
        var seen: [UInt64: (checksum: UInt32, line: Int)] = [:]
        _ = try TableAudit(
            descriptor, path, headerEnd: headerEnd, durable: mark?.results
        ) { row throws(StoreError) in
            guard RowCells.split(row.bytes, into: &cells, expecting: width) else {
                throw .wrongCellCount(path, row.line, expected: width)
            }
            guard row.isComplete else { return }
            // Rows that agree to the last bit are one.
            if let id = cells[0].trial, let checksum = row.statedChecksum {
                if let first = seen[id.bits] {
                    guard first.checksum == checksum else {
                        throw .duplicate(
                            path: path, trial: id.description, lines: [first.line, row.line])
                    }
                    return
                }
                seen[id.bits] = (checksum, row.line)
            }
            table.append(cells)
        }
        return table
    }

    private init(_ layout: TableLayout) {
        columns = layout.header
        parameters = layout.parameters
        metrics = layout.measured
        positions = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    }

    private mutating func append(_ cells: [RowCells.Cell]) {
        for cell in cells {
            if let string = cell.text {
                text.append(contentsOf: string.utf8)
                ends.append(UInt64(text.count))
            } else {
                ends.append(UInt64(text.count) | Self.absent)
            }
        }
        count += 1
    }

    private static let absent: UInt64 = 1 << 63

    /// The position of a column; nil when there is none of that name.
    package func position(of column: String) -> Int? { positions[column] }

    /// A cell's text as it was before it became CSV; nil when the cell is empty.
    package func text(row: Int, column: Int) -> String? {
        let cell = row * columns.count + column
        guard ends[cell] & Self.absent == 0 else { return nil }
        let start = cell == 0 ? 0 : ends[cell - 1] & ~Self.absent
        return String(decoding: text[Int(start)..<Int(ends[cell])], as: UTF8.self)
    }

    /// A cell's text by the column's name; nil when the cell is empty or there is no such column.
    package func text(row: Int, _ column: String) -> String? {
        position(of: column).flatMap { text(row: row, column: $0) }
    }

    /// A cell as a number; nil when it is none.
    package func number(row: Int, column: Int) -> Double? {
        text(row: row, column: column).flatMap { $0 == "NaN" ? .nan : Double($0) }
    }
}

extension ResultsTable {
    /// For each row, the index of its trial in a grid; nil where the grid does not have it.
    package func indices(in grid: Grid) -> [Int?] {
        let layout = TableLayout(.results, parameters: parameters, measured: metrics)
        let finder = TrialFinder(grid: grid, layout: layout)
        return (0..<count).map { row in
            text(row: row, column: 0).flatMap { TrialID($0) }.flatMap { id in
                finder.index(id: id) { text(row: row, column: $0) }
            }
        }
    }

    /// How many rows of a grid's trials have a status.
    package func count(ofStatus status: String, in grid: Grid) -> Int {
        let found = indices(in: grid)
        return found.indices.count { found[$0] != nil && text(row: $0, column: 1) == status }
    }
}
