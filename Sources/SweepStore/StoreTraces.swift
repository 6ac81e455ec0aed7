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
        let header = index.trace.layout.header
        let places = names.map { header.firstIndex(of: $0) }
        var found: [TrialID: [[Double]]] = [:]
        for entry in index.entries where entry.traceRows > 0 && trials.contains(entry.id) {
            let bytes = try index.traceBytes(of: entry.id)
            found[entry.id] = Self.rows(bytes, width: header.count, places)
        }
        return found
    }

    private static func rows(_ bytes: [UInt8], width: Int, _ places: [Int?]) -> [[Double]] {
        var rows: [[Double]] = []
        var cells: [RowCells.Cell] = []
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: CellText.lineFeed) ?? bytes.count
                let row = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if RowCells.split(row, into: &cells, expecting: width) {
                    rows.append(
                        places.map { place in
                            place.flatMap {
                                Double(String(decoding: cells[$0].bytes, as: UTF8.self))
                            } ?? .nan
                        })
                }
                start = end + 1
            }
        }
        return rows
    }
}
