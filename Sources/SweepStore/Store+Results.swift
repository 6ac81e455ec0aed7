import Glibc
import SweepCore

/// A finished trial of a grid, as its results row tells it.
package struct FinishedTrial: Sendable {
    /// The trial's index in the grid.
    package var index: Int
    /// How it ended; nil for a word that this version does not know.
    package var status: TrialOutcome.Status?
    /// Its metrics in the order of the columns; NaN where there is no number.
    package var metrics: [Double]
}

extension Store {
    /// Walks over the finished trials of a grid, in the order of the file, in little memory.
    ///
    /// Takes no lock and sees whole rows only, so it goes beside a running sweep. Rows of trials
    /// that are not in the grid are passed over.
    ///
    /// - Parameters:
    ///   - directory: the store's folder.
    ///   - grid: the trials to look for.
    ///   - prepare: is given the metrics' column names and returns what is called for each trial.
    package static func visitResults(
        _ directory: String, grid: Grid,
        _ prepare: (_ metrics: [String]) -> (FinishedTrial) -> Void
    ) throws(StoreError) {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        try read(directory, manifest.known(.results)) { layout in
            let visit = prepare(layout.measured)
            let finder = TrialFinder(grid: grid, layout: layout)
            let header = layout.header
            let places = layout.measured.map { header.firstIndex(of: $0) ?? 0 }
            var cells: [RowCells.Cell] = []
            var seen = IndexIntervals()
            return { row in
                guard row.isComplete,
                    RowCells.split(row.bytes, into: &cells, expecting: header.count),
                    let id = cells[0].trial, let index = finder.index(of: cells, id: id)
                else { return }
                // Of a trial with several rows the first one counts.
                if seen.contains(index) { return }
                seen.insert(index)
                visit(
                    FinishedTrial(
                        index: index,
                        status: cells[1].text.flatMap { TrialOutcome.Status(rawValue: $0) },
                        metrics: places.map { cells[$0].number }))
            }
        }
    }

    /// Reads a table that may be missing.
    static func read(
        _ directory: String, _ known: TableLayout,
        _ visitor: (TableLayout) -> (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        let path = directory + "/" + known.table.file
        guard try FileSystem.kind(of: path, followingLinks: false) != .nothing else { return }
        // Before the table: what is written in between lies behind the mark.
        let mark = try SyncMark.read(directory)
        let descriptor = try FileSystem.openTable(path, O_RDONLY, to: "read")
        defer { Glibc.close(descriptor) }
        let (layout, headerEnd) = try TableAudit.layout(descriptor, path, known: known)
        _ = try TableAudit(
            descriptor, path, headerEnd: headerEnd, durable: mark?.length(known.table),
            visit: visitor(layout))
    }
}

extension RowCells.Cell {
    /// The cell as a number; NaN when it is none.
    fileprivate var number: Double {
        isQuoted ? .nan : Double(String(decoding: bytes, as: UTF8.self)) ?? .nan
    }
}
