import SweepCore

/// The columns of one of a store's tables, in order.
struct TableLayout: Hashable {
    /// A table of a store.
    enum Table: String {
        case results, trace, failures

        /// The file's name.
        var file: String { rawValue + ".csv" }
    }

    /// Which table it is.
    let table: Table
    /// Columns of parameters.
    var parameters: [String] = []
    /// Columns of metrics, or of what a trace logs.
    var measured: [String] = []

    /// Columns before those that depend on the sweep.
    var head: [String] {
        switch table {
        case .results: ["trial", "status"]
        case .trace: ["trial", "attempt"]
        case .failures: ["trial", "index", "attempt"]
        }
    }

    /// Columns after those that depend on the sweep.
    var tail: [String] {
        switch table {
        case .results:
            [
                "trace_rows", "git_rev", "host", "worker", "attempt", "started_at", "duration_s",
                "row_crc",
            ]
        case .trace: ["row_crc"]
        case .failures:
            [
                "host", "worker", "started_at", "duration_s", "exit_code", "signal", "reason",
                "row_crc",
            ]
        }
    }

    /// All columns in order.
    var header: [String] { head + parameters + measured + tail }

    /// The header row as bytes, with its line feed.
    var headerRow: [UInt8] { Array((header.joined(separator: ",") + "\n").utf8) }

    /// The most columns that a table may have.
    static let mostColumns = 4096

    /// The layout with more columns; those it has keep their place.
    ///
    /// In a trace `round` stands first and `wall_s` last.
    func adding(parameters more: [String], measured new: [String]) throws(StoreError) -> TableLayout
    {
        var wider = self
        wider.parameters += more.filter { !parameters.contains($0) }
        wider.measured += new.filter { !measured.contains($0) }
        if table == .trace {
            wider.measured =
                wider.measured.filter { $0 == "round" }
                + wider.measured.filter { $0 != "round" && $0 != "wall_s" }
                + wider.measured.filter { $0 == "wall_s" }
        }
        try wider.check()
        return wider
    }

    /// Throws when two columns have one name, or a name is none.
    func check() throws(StoreError) {
        var seen = Set(head + tail)
        for (names, what) in [(parameters, "parameter"), (measured, "metric")] {
            for name in names {
                guard Self.isName(name) else {
                    throw .columnConflict(
                        name: name,
                        problem: "a \(what)'s column needs a name of letters, digits and "
                            + "underscores that does not begin with a digit; rename it")
                }
                guard seen.insert(name).inserted else {
                    throw .columnConflict(
                        name: name,
                        problem: "\(table.file) has another column of that name; "
                            + "rename the \(what)")
                }
            }
        }
        guard seen.count <= Self.mostColumns else {
            throw .columnConflict(
                name: measured.last ?? "",
                problem: "\(table.file) would have more than \(Self.mostColumns) columns")
        }
    }

    /// Reads a layout from a file's header row.
    ///
    /// `known` is what the manifest says: it tells parameters from metrics, and a header with any
    /// other column is damaged.
    init(_ table: Table, header names: [String], known: TableLayout) throws(HeaderProblem) {
        self.table = table
        let head = known.head
        let tail = known.tail
        guard names.count >= head.count + tail.count, names.starts(with: head),
            names.suffix(tail.count).elementsEqual(tail)
        else {
            throw HeaderProblem(
                text: "the header row is not that of \(table.file) "
                    + "(\(head.joined(separator: ",")),…,\(tail.joined(separator: ",")))")
        }
        let middle = names[head.count..<names.count - tail.count]
        parameters = Array(middle.prefix { known.parameters.contains($0) })
        measured = Array(middle.dropFirst(parameters.count))
        if let unknown = measured.first(where: { !known.measured.contains($0) }) {
            throw HeaderProblem(text: "the header row has a column '\(unknown)' that is not known")
        }
        guard Set(names).count == names.count else {
            throw HeaderProblem(text: "the header row has a column twice")
        }
    }

    /// A layout of its own.
    init(_ table: Table, parameters: [String] = [], measured: [String] = []) {
        self.table = table
        self.parameters = parameters
        self.measured = measured
    }

    /// What is wrong with a header row.
    struct HeaderProblem: Error {
        let text: String
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
