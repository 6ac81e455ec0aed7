import Glibc
import SweepCore

extension Store {
    /// How many trials of a grid stand in a folder's store; nil when there is no store.
    ///
    /// Nothing is written, and no lock is taken.
    package static func peek(
        _ directory: String, grid: Grid
    ) throws(StoreError) -> (finished: Int, failed: Int)? {
        guard try FileSystem.kind(of: directory, followingLinks: true) == .directory,
            let manifest = try Manifest.read(directory)
        else { return nil }
        let sweep = grid.sweep
        try manifest.check(
            directory, experiment: sweep.experiment, version: sweep.experimentVersion, inputs: [:])
        var finished: [Int] = []
        try read(directory, manifest.known(.results)) { layout in
            let finder = TrialFinder(grid: grid, layout: layout)
            var cells: [RowCells.Cell] = []
            let width = layout.header.count
            return { row in
                guard RowCells.split(row.bytes, into: &cells, expecting: width),
                    let id = cells[0].trial, let index = finder.index(of: cells, id: id)
                else { return }
                finished.append(index)
            }
        }
        var failed = FailedTrials(path: directory + "/failures.csv")
        try read(directory, manifest.known(.failures)) { _ in
            { row throws(StoreError) in try failed.insert(row) }
        }
        let done = IndexIntervals(sorting: finished)
        return (done.count, failed.indices(in: grid).subtracting(done).count)
    }

    /// Reads a table that may be missing.
    private static func read(
        _ directory: String, _ known: TableLayout,
        _ visitor: (TableLayout) -> (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        let path = directory + "/" + known.table.file
        guard try FileSystem.kind(of: path, followingLinks: false) != .nothing else { return }
        let descriptor = try FileSystem.openFile(path, O_RDONLY, to: "read")
        defer { Glibc.close(descriptor) }
        let (layout, headerEnd) = try TableAudit.layout(descriptor, path, known: known)
        _ = try TableAudit(descriptor, path, headerEnd: headerEnd, visit: visitor(layout))
    }
}
