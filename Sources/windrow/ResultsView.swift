import Foundation
import SweepAnswers
import SweepStore

/// Rows of a results table, chosen and sorted, and the forms in which they are shown.
struct ResultsView {
    private let table: ResultsTable
    /// The rows that are left, in order.
    let rows: [Int]

    /// How many rows there are in the store.
    var count: Int { table.count }

    init(
        _ table: ResultsTable, condition: String?, sort: String?, descending: Bool
    ) throws(InputError) {
        self.table = table
        var rows = Array(0..<table.count)
        if let condition {
            let filter = try ResultsFilter(condition, table)
            rows = rows.filter { filter.matches(table, row: $0) }
        }
        if let sort {
            // The last column first: sorting is stable.
            for name in sort.split(separator: ",").reversed() {
                let column = try ResultsFilter.column(String(name), in: table)
                let keys = rows.map { Key(table, row: $0, column: column) }
                let order = rows.indices.sorted {
                    keys[$0].precedes(keys[$1], descending: descending) ?? ($0 < $1)
                }
                rows = order.map { rows[$0] }
            }
        }
        self.rows = rows
    }

    /// What a cell is sorted by: numbers before texts, and those before no value.
    private struct Key {
        var number: Double?
        var text: String?

        init(_ table: ResultsTable, row: Int, column: Int) {
            guard let cell = table.text(row: row, column: column) else { return }
            if let value = table.number(row: row, column: column) {
                number = value.isNaN ? nil : value
            } else {
                text = cell
            }
        }

        /// Nil when they are equal.
        func precedes(_ other: Key, descending: Bool) -> Bool? {
            if let number, let value = other.number {
                return number == value ? nil : (number < value) != descending
            }
            if let text, let value = other.text {
                return text == value ? nil : (text < value) != descending
            }
            return rank == other.rank ? nil : rank < other.rank
        }

        private var rank: Int { number != nil ? 0 : text != nil ? 1 : 2 }
    }

    /// The columns to show: those that are named, or all but the checksum; where they are to tell
    /// rows apart, the trial, parameters that are not the same everywhere, metrics, and the status
    /// where one has diverged.
    func columns(named names: String?, tellingApart: Bool) throws(InputError) -> [Int] {
        if let names, names != "all" {
            var found: [Int] = []
            for name in names.split(separator: ",") {
                found.append(try ResultsFilter.column(String(name), in: table))
            }
            return found
        }
        let all = table.columns.indices.filter { table.columns[$0] != "row_crc" }
        guard tellingApart, names == nil else { return all }
        let metrics = Set(table.metrics)
        let parameters = Set(table.parameters)
        return all.filter { column in
            let name = table.columns[column]
            if name == "trial" || metrics.contains(name) { return true }
            guard name == "status" || parameters.contains(name) else { return false }
            let first = table.count > 0 ? table.text(row: 0, column: column) : nil
            if name == "status" { return (0..<table.count).contains { cell($0, column) != "ok" } }
            return (1..<max(1, table.count)).contains {
                table.text(row: $0, column: column) != first
            }
        }
    }

    private func cell(_ row: Int, _ column: Int) -> String {
        table.text(row: row, column: column) ?? ""
    }

    // MARK: Forms

    /// For a person, in columns.
    func plain(_ rows: [Int], _ columns: [Int]) -> String {
        var text = TextTable(header: columns.map { table.columns[$0] })
        for row in rows { text.append(columns.map { cell(row, $0) }) }
        return text.text
    }

    /// As in the store, without checksums.
    func csv(_ rows: [Int], _ columns: [Int]) -> String {
        var lines = [columns.map { table.columns[$0] }.joined(separator: ",")]
        for row in rows {
            lines.append(
                columns.map { table.text(row: row, column: $0).map(CSVText.cell) ?? "" }
                    .joined(separator: ","))
        }
        return lines.joined(separator: "\n")
    }

    /// A table for a page.
    func markdown(_ rows: [Int], _ columns: [Int]) -> String {
        var lines = ["| " + columns.map { table.columns[$0] }.joined(separator: " | ") + " |"]
        lines.append(
            "|"
                + columns.map { column in
                    rows.contains { table.number(row: $0, column: column) != nil }
                        ? "---:|" : "---|"
                }.joined())
        for row in rows {
            let cells = columns.map {
                cell(row, $0).onOneLine.replacing("\\", with: "\\\\").replacing(
                    "|", with: "\\|")
            }
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n")
    }

    /// An object for each row, in one document with a schema version; no value is `null`.
    func json(_ rows: [Int], _ columns: [Int]) -> String {
        let names = columns.map { Self.quoted(table.columns[$0]) }
        var lines: [String] = []
        for row in rows {
            let members = zip(names, columns).map { name, column in
                "\(name): \(Self.value(table.text(row: row, column: column)))"
            }
            lines.append("    {" + members.joined(separator: ", ") + "}")
        }
        let body = lines.isEmpty ? "" : "\n" + lines.joined(separator: ",\n") + "\n  "
        return "{\n  \"content\" : [\(body)],\n  \"schema\" : \(JSONText.schema)\n}"
    }

    /// A number stands as it stands in the store; NaN and infinities are texts, as JSON has none.
    private static func value(_ text: String?) -> String {
        guard let text else { return "null" }
        if text == "true" || text == "false" { return text }
        if let integer = Int64(text), integer.description == text { return text }
        if let real = Double(text), real.isFinite, real.description == text { return text }
        return quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
