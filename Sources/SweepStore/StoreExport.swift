import SweepCore

/// A store as one CSV table in canonical order, for other programs.
///
/// The same trials give the same bytes, whatever order they finished in; without provenance, also
/// whatever machines they ran on. Cells stand as in `results.csv`; the checksums stay behind.
package struct StoreExport {
    private let index: StoreIndex
    private let hasProvenance: Bool
    /// For each round that any trace has, and each column that it logs: the wide columns.
    private var wideRounds: [Double] = []
    private var wideColumns: [String] = []
    /// For each file of the trace, the position of `round`, and of each wide column.
    private var wideFiles: [(round: Int?, columns: [Int?])] = []
    private let isWide: Bool

    /// What differs between two runs of one trial.
    static let provenance: Set<String> = [
        "git_rev", "host", "worker", "attempt", "started_at", "duration_s", "row_crc",
    ]

    /// Reads a store.
    ///
    /// - Parameters:
    ///   - directory: the store's folder.
    ///   - hasProvenance: whether the columns `git_rev` to `duration_s` are kept.
    ///   - isWide: whether each trial's trace is put into its row: a column for each logged
    ///     quantity and round, `loss_at_100`. `wall_s` is provenance.
    package init(
        _ directory: String, hasProvenance: Bool = true, isWide: Bool = false
    ) throws(StoreError) {
        index = try StoreIndex(directory)
        self.hasProvenance = hasProvenance
        self.isWide = isWide
        if isWide { try layOutTrace() }
    }

    /// How many rows there are.
    package var rowCount: Int { index.entries.count }

    /// The table, piece by piece.
    package func write(_ emit: ([UInt8]) throws(StoreError) -> Void) throws(StoreError) {
        let header = index.results.layout.header
        let places = header.indices.filter { place in
            header[place] != "row_crc"
                && (hasProvenance || !Self.provenance.contains(header[place]))
        }
        var buffer: [UInt8] = []
        let names = places.map { header[$0] } + wideNames
        buffer += Array((names.joined(separator: ",") + "\n").utf8)
        for entry in index.entries {
            try index.withCells(of: entry) { cells in
                for (number, place) in places.enumerated() {
                    if number > 0 { buffer.append(CellText.comma) }
                    buffer.append(contentsOf: cells[place].bytes)
                }
            }
            if isWide { try appendTrace(of: entry, to: &buffer) }
            buffer.append(CellText.lineFeed)
            if buffer.count >= TableFile.bufferLimit {
                try emit(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try emit(buffer)
    }

    // MARK: Traces

    private var wideNames: [String] {
        wideRounds.flatMap { round in
            wideColumns.map { "\($0)_at_\(Self.text(round))" }
        }
    }

    private static func text(_ round: Double) -> String {
        Int64(exactly: round).map { "\($0)" } ?? "\(round)"
    }

    private mutating func layOutTrace() throws(StoreError) {
        wideColumns = index.trace.layout.measured.filter { $0 != "round" && $0 != "wall_s" }
        wideFiles = index.trace.files.map { file in
            let header = file.layout.header
            return (header.firstIndex(of: "round"), wideColumns.map(header.firstIndex))
        }
        var rounds: Set<Double> = []
        for entry in index.entries where entry.traceRows > 0 {
            try visitTrace(of: entry) { round, _, _ in rounds.insert(round) }
        }
        let count = rounds.count.multipliedReportingOverflow(by: max(1, wideColumns.count))
        guard !count.overflow, count.partialValue <= TableLayout.mostColumns else {
            throw .columnConflict(
                name: wideColumns.first ?? "",
                problem: "\(rounds.count) rounds of \(wideColumns.count) logged columns make more "
                    + "than \(TableLayout.mostColumns) columns; read trace.csv instead")
        }
        wideRounds = rounds.sorted()
    }

    /// Hands each row of a trial's trace over: its round (or its number, where there is none), its
    /// cells and the number of its file.
    private func visitTrace(
        of entry: StoreIndex.Entry, _ body: (Double, [RowCells.Cell], Int) -> Void
    ) throws(StoreError) {
        var number = 0
        try index.visitTrace(of: entry.id) { cells, file in
            let round = wideFiles[file].round.flatMap { Double(cells[$0].text ?? "") }
            body(round ?? Double(number), cells, file)
            number += 1
        }
    }

    private func appendTrace(
        of entry: StoreIndex.Entry, to buffer: inout [UInt8]
    ) throws(StoreError) {
        var found: [Double: [[UInt8]]] = [:]
        try visitTrace(of: entry) { round, cells, file in
            found[round] = wideFiles[file].columns.map { place in
                place.map { Array(cells[$0].bytes) } ?? []
            }
        }
        for round in wideRounds {
            let cells = found[round]
            for column in wideColumns.indices {
                buffer.append(CellText.comma)
                if let cells { buffer += cells[column] }
            }
        }
    }
}
