import SweepCore

/// The traces of a store's finished trials, for pictures; beside a writer, too.
package struct StoreTraces {
    private let index: StoreIndex

    /// Reads where each trial's trace stands.
    package init(_ directory: String) throws(StoreError) {
        index = try StoreIndex(directory)
    }

    /// The columns that traces log, in order.
    package var columns: [String] { index.trace.layout.measured }

    /// Some columns of the traces of some trials: for each trial its rows, in the order of the file,
    /// each with a cell for each asked column.
    ///
    /// A cell without a number is NaN; trials without a trace are left out.
    package func rows(
        of trials: Set<TrialID>, columns names: [String]
    ) throws(StoreError) -> [TrialID: [[Double]]] {
        // Files of a trace may have different columns.
        let places = index.trace.files.map { file in
            let header = file.layout.header
            return names.map { header.firstIndex(of: $0) }
        }
        var found: [TrialID: [[Double]]] = [:]
        for entry in index.entries where entry.traceRows > 0 && trials.contains(entry.id) {
            var rows: [[Double]] = []
            rows.reserveCapacity(entry.traceRows)
            try index.visitTrace(of: entry.id) { cells, file in
                rows.append(
                    places[file].map { place in
                        place.flatMap { Double(String(decoding: cells[$0].bytes, as: UTF8.self)) }
                            ?? .nan
                    })
            }
            found[entry.id] = rows
        }
        return found
    }
}
