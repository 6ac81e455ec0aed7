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
        var integer: Int? { isQuoted ? nil : CellText.integer(bytes) }

        /// The trial's id, if the cell is one.
        var trial: TrialID? { TrialID(utf8: bytes) }
    }

    private let row: UnsafeRawBufferPointer
    private var position = 0
    private var isAtEnd = false

    /// Walks over a row without its line feed.
    init(_ row: UnsafeRawBufferPointer) { self.row = row }

    /// Walks over the cells of a row from the one on that begins at a position.
    private init(_ row: UnsafeRawBufferPointer, from position: Int) {
        self.row = row
        self.position = position
    }

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

    /// Puts a row's cells into an array that is used again and again; returns false, with no cells
    /// of use, when their number is not the expected one.
    static func split(
        _ row: UnsafeRawBufferPointer, into cells: inout [Cell], expecting count: Int
    ) -> Bool {
        guard count > 0 else { return false }
        if cells.count != count {
            let empty = Cell(bytes: UnsafeRawBufferPointer(start: nil, count: 0), isQuoted: false)
            cells = Array(repeating: empty, count: count)
        }
        return cells.withUnsafeMutableBufferPointer { split(row, into: $0) }
    }

    private static func split(
        _ row: UnsafeRawBufferPointer, into cells: UnsafeMutableBufferPointer<Cell>
    ) -> Bool {
        var found = 0
        var start = 0
        var position = 0
        // Eight bytes at a time, as long as there is no quote among them.
        while position + 8 <= row.count {
            let word = UInt64(
                littleEndian: row.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            guard word.bytes(equalTo: CellText.quote) == 0 else { break }
            var commas = word.bytes(equalTo: CellText.comma)
            while commas != 0 {
                let end = position + commas.trailingZeroBitCount >> 3
                guard found < cells.count else { return false }
                cells[found] = Cell(
                    bytes: UnsafeRawBufferPointer(rebasing: row[start..<end]), isQuoted: false)
                found += 1
                start = end + 1
                commas &= commas - 1
            }
            position += 8
        }
        var walk = RowCells(row, from: start)
        while let cell = walk.next() {
            guard found < cells.count else { return false }
            cells[found] = cell
            found += 1
        }
        return found == cells.count
    }
}

extension UInt64 {
    /// The highest bit of each byte that equals the given one; all others are zero.
    fileprivate func bytes(equalTo byte: UInt8) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let difference = self ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        // A byte's sum reaches its highest bit unless the seven low bits are zero; nothing carries
        // into the next byte.
        return ~(((difference & low) &+ low) | difference | low)
    }
}
