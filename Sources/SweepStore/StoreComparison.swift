import SweepCore

/// Two stores beside each other: which trials they have, and where outcomes differ.
///
/// Outcomes are the status, the metrics and the traces; provenance (`wall_s` too) may differ. A
/// column that only one store has differs where it holds a value.
package struct StoreComparison: Sendable {
    /// A cell that differs.
    package struct Difference: Sendable, Hashable {
        /// The trial.
        package var trial: TrialID
        /// The column's name; `trace.csv` for the trace as a whole.
        package var column: String
        /// The cell in the first store; nil when it is empty.
        package var first: String?
        /// The cell in the second store; nil when it is empty.
        package var second: String?
    }

    /// Trials in both stores.
    package private(set) var common = 0
    /// Trials of the first store only, in its order.
    package private(set) var onlyFirst: [TrialID] = []
    /// Trials of the second store only, in its order.
    package private(set) var onlySecond: [TrialID] = []
    /// What differs, in the first store's order.
    package private(set) var differences: [Difference] = []

    /// Trials whose outcomes differ.
    package var differing: Int { Set(differences.map(\.trial)).count }

    /// Compares the stores in two folders.
    ///
    /// - Throws: also when they are not of one experiment and version.
    package init(_ first: String, _ second: String) throws(StoreError) {
        let first = try StoreIndex(first)
        let second = try StoreIndex(second)
        try second.manifest.check(
            second.directory, experiment: first.manifest.experiment,
            version: first.manifest.experimentVersion, inputs: [:])
        try self.init(first, second)
    }

    init(_ first: StoreIndex, _ second: StoreIndex) throws(StoreError) {
        var others: [UInt64: Int] = [:]
        for (number, entry) in second.entries.enumerated() { others[entry.id.bits] = number }
        for entry in first.entries {
            guard let number = others.removeValue(forKey: entry.id.bits) else {
                onlyFirst.append(entry.id)
                continue
            }
            common += 1
            differences += try Self.differences(first, entry, second, second.entries[number])
        }
        onlySecond = second.entries.map(\.id).filter { others[$0.bits] != nil }
    }

    /// What differs between two runs of one trial.
    static func differences(
        _ first: StoreIndex, _ one: StoreIndex.Entry, _ second: StoreIndex,
        _ other: StoreIndex.Entry
    ) throws(StoreError) -> [Difference] {
        let texts = try outcome(first, one)
        let others = try outcome(second, other)
        var found: [Difference] = []
        for column in Set(texts.keys).union(others.keys).sorted()
        where texts[column] != others[column] {
            found.append(
                Difference(
                    trial: one.id, column: column, first: texts[column], second: others[column]))
        }
        if one.traceRows == other.traceRows, one.traceRows > 0,
            try traceRows(first, one) != traceRows(second, other)
        {
            found.append(
                Difference(
                    trial: one.id, column: "trace.csv", first: "\(one.traceRows) rows",
                    second: "\(other.traceRows) rows"))
        }
        return found
    }

    /// Status, metrics and number of trace rows by column, without empty cells.
    private static func outcome(
        _ index: StoreIndex, _ entry: StoreIndex.Entry
    ) throws(StoreError) -> [String: String] {
        let layout = index.results.layout
        return try index.withCells(of: entry) { cells in
            var texts: [String: String] = [:]
            for (place, name) in layout.header.enumerated()
            where !layout.parameters.contains(name) && !StoreExport.provenance.contains(name) {
                texts[name] = cells[place].text
            }
            texts["trial"] = nil
            return texts
        }
    }

    /// What a trace logs, row by row: texts by column, without empty cells and provenance.
    private static func traceRows(
        _ index: StoreIndex, _ entry: StoreIndex.Entry
    ) throws(StoreError) -> [[String: String]] {
        let names = Set(index.trace.layout.measured).subtracting(["wall_s"])
        let files = index.trace.files.map { file in
            file.layout.header.enumerated().filter { names.contains($0.element) }
        }
        var rows: [[String: String]] = []
        try index.visitTrace(of: entry.id) { cells, file in
            var texts: [String: String] = [:]
            for (place, name) in files[file] { texts[name] = cells[place].text }
            rows.append(texts)
        }
        return rows
    }
}
