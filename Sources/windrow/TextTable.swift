import SweepAnswers

/// A table in plain text: columns as wide as their widest cell, numbers to the right.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(header: [String]) {
        self.header = header
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; what its cells hold stands on one line.
    mutating func append(_ row: [String]) { rows.append(row.map(\.onOneLine)) }

    /// The lines; columns without a single entry are left out.
    var text: String {
        let columns = header.indices.filter { column in
            rows.contains { column < $0.count && !$0[column].isEmpty }
        }
        var lines = [String](repeating: "", count: rows.count + 1)
        for column in columns {
            let cells = [header[column]] + rows.map { column < $0.count ? $0[column] : "" }
            let width = cells.map(\.count).max() ?? 0
            let isNumeric = cells.dropFirst().allSatisfy { $0.isEmpty || Double($0) != nil }
            for (line, cell) in cells.enumerated() {
                let space = String(repeating: " ", count: width - cell.count)
                lines[line] += isNumeric ? space + cell : cell + space
                if column != columns.last { lines[line] += "  " }
            }
        }
        return lines.map { line in
            var line = line[...]
            while line.last == " " { line.removeLast() }
            return String(line)
        }.joined(separator: "\n")
    }
}
