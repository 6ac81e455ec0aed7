import SweepCore

/// Walks over the cells of one row.
struct RowCells {
    /// One cell as it stands in the row.
    struct Cell {
        /// The bytes, quotes included.
        let bytes: UnsafeRawBufferPointer
        /// Whether it stands in quotes.
        let isQuoted: Bool

        /// The text; nil when the cell is empty.
        var text: String? { CellText.decode(bytes, isQuoted: isQuoted) }

        /// The cell as a whole number, if it is one.
        var integer: Int? {
            guard !isQuoted, !bytes.isEmpty, bytes.count <= 20 else { return nil }
            return Int(String(decoding: bytes, as: UTF8.self))
        }

        /// The trial's id, if the cell is one.
        var trial: TrialID? {
            bytes.count == 18 ? TrialID(String(decoding: bytes, as: UTF8.self)) : nil
        }
    }

    private let row: UnsafeRawBufferPointer
    private var position = 0
    private var isAtEnd = false

    /// Walks over a row without its line feed.
    init(_ row: UnsafeRawBufferPointer) { self.row = row }

    /// The next cell; nil when there is none.
    mutating func next() -> Cell? {
        guard !isAtEnd else { return nil }
        let start = position
        let isQuoted = start < row.count && row[start] == CellText.quote
        var isInside = false
        while position < row.count {
            let byte = row[position]
            if byte == CellText.quote {
                isInside.toggle()
            } else if byte == CellText.comma, !isInside {
                break
            }
            position += 1
        }
        let cell = UnsafeRawBufferPointer(rebasing: row[start..<position])
        isAtEnd = position == row.count
        position += 1
        return Cell(bytes: cell, isQuoted: isQuoted && cell.count >= 2)
    }

    /// Puts a row's cells into an array that is used again and again; returns false when their
    /// number is not the expected one.
    static func split(
        _ row: UnsafeRawBufferPointer, into cells: inout [Cell], expecting count: Int
    ) -> Bool {
        cells.removeAll(keepingCapacity: true)
        var walk = RowCells(row)
        while let cell = walk.next() {
            cells.append(cell)
            if cells.count > count { return false }
        }
        return cells.count == count
    }
}
