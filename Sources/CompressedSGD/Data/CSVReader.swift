/// The lines of a CSV file of numbers with the label in the last column.
struct CSVReader {
    private let path: String
    /// The first line, until the second tells whether it is a header.
    private var pending: (cells: [Double], line: Int, column: Int)?
    private var lineCount = 0
    private var width: Int?

    init(path: String) {
        self.path = path
    }

    /// d: how many columns stand before the label.
    var featureCount: Int { (width ?? 1) - 1 }

    /// Reads a line that has something on it.
    mutating func read(
        _ line: LineScanner, line number: Int, into rows: inout RowBuilder
    ) throws(DataError) {
        lineCount += 1
        if lineCount == 1 {
            // Whatever is wrong with the first line makes it a header.
            if let first = try? cells(of: line, number) {
                pending = (first.cells, number, first.labelColumn)
            }
            return
        }
        let row = try cells(of: line, number)
        if let first = pending {
            pending = nil
            if first.cells.count == row.cells.count {
                try append(first.cells, first.line, first.column, to: &rows)
            }
        }
        try append(row.cells, number, row.labelColumn, to: &rows)
    }

    /// Reads a first line that nothing followed.
    mutating func finish(into rows: inout RowBuilder) throws(DataError) {
        guard let first = pending else { return }
        pending = nil
        try append(first.cells, first.line, first.column, to: &rows)
    }

    private mutating func append(
        _ cells: [Double], _ line: Int, _ labelColumn: Int, to rows: inout RowBuilder
    ) throws(DataError) {
        if let width, width != cells.count {
            throw DataError(.wrongWidth(cells.count, expected: width), path: path, line: line)
        }
        width = cells.count
        for column in 0..<(cells.count - 1) { rows.append(cells[column], column: column) }
        try rows.endRow(label: cells[cells.count - 1], line: line, column: labelColumn)
    }

    private func cells(
        of line: LineScanner, _ number: Int
    ) throws(DataError) -> (cells: [Double], labelColumn: Int) {
        var scanner = line
        var cells: [Double] = []
        cells.reserveCapacity(width ?? 8)
        while true {
            scanner.skipBlanks()
            let start = scanner.position
            let found = scanner.number()
            if case .finite(let value) = found {
                scanner.skipBlanks()
                if scanner.isAtEnd {
                    cells.append(value)
                    return (cells, start + 1)
                }
                if scanner.skip(44) {
                    cells.append(value)
                    continue
                }
            }
            let word = scanner.word(from: start)
            let reason: DataError.Reason =
                if case .infinite = found { .notFinite(word) } else {
                    .notANumber(word, expected: "a number in each cell, the label last")
                }
            throw DataError(reason, path: path, line: number, column: start + 1)
        }
    }
}
