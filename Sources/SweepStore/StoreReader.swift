import Glibc
import SweepCore

/// Reads the tables of a locked store and mends what a crash has left.
///
/// Everything is read and decided before the first byte is changed; whatever is taken out of a table
/// is copied to `lost+found/` before.
struct StoreReader {
    /// Where the store is.
    let directory: String
    /// What its tables hold.
    let manifest: Manifest

    /// Opens the tables, whole and in agreement with each other.
    func mend(grid: Grid) throws(StoreError) -> Store.Contents {
        let mark = try SyncMark.read(directory)
        removeLeftovers()
        if try TraceSegment.numbers(in: directory).isEmpty { try createIfMissing(.trace) }
        try createIfMissing(.failures)
        var results = try StoreTable(directory, manifest.known(.results))
        var trace = try TraceTable(directory, manifest.known(.trace))
        var failures = try StoreTable(directory, manifest.known(.failures))

        let finder = TrialFinder(grid: grid, layout: results.layout)
        var trials = StoredTrials(
            path: results.file.path, layout: results.layout, size: results.file.length)
        trials.kinds = ColumnKindScan(results.layout)
        let resultsAudit = try results.audit(durable: mark?.results) { row throws(StoreError) in
            try trials.insert(row, finder: finder)
        }
        try trials.finish()
        let traceFindings = try trace.audit(mark, trials: &trials)
        try trials.checkTrace(directory + "/" + TraceSegment.name(1))
        var failed = FailedTrials(path: failures.file.path)
        let failuresAudit = try failures.audit(durable: mark?.failures) { row throws(StoreError) in
            try failed.insert(row)
        }

        var recovery = Recovery()
        try results.mendTail(resultsAudit, &recovery)
        try failures.mendTail(failuresAudit, &recovery)
        try trace.mendTails(traceFindings, &recovery)
        try results.dropHoles(resultsAudit, &recovery)
        try failures.dropHoles(failuresAudit, &recovery)
        // Before a file of the trace becomes shorter, as the mark counts the bytes of all.
        try trace.settle()
        try trace.drop(traceFindings, &recovery)
        // What a killed writer left may still be in memory only.
        for table in [results, failures] { try table.file.settle() }
        try trace.settle()

        let finished = IndexIntervals(sorting: trials.indices)
        return Store.Contents(
            results: results.file, trace: try trace.appending(), failures: failures.file,
            resultsLayout: results.layout, finished: finished,
            failed: failed.indices(in: grid).subtracting(finished),
            foreign: trials.foreign, kinds: trials.kinds?.found ?? ColumnKinds(),
            recovery: recovery)
    }

    /// Removes files that were being prepared when a process died.
    private func removeLeftovers() {
        let trace = ((try? FileSystem.names(in: directory)) ?? []).filter { name in
            name.hasSuffix(".new") && TraceSegment.number(of: String(name.dropLast(4))) != nil
        }
        for name in [
            "manifest.json", "sweep.yaml", SyncMark.file, "results.csv", "failures.csv",
        ] + ReaderFiles.names {
            FileSystem.remove(FileSystem.temporaryPath(for: directory + "/" + name))
        }
        for name in trace { FileSystem.remove(directory + "/" + name) }
    }

    /// Creates a table that may be missing: `failures.csv` is for a moment while failures are being
    /// forgotten, and an empty trace loses nothing (a needed one is missed when results are read).
    private func createIfMissing(_ table: TableLayout.Table) throws(StoreError) {
        let path = directory + "/" + table.file
        guard try FileSystem.kind(of: path, followingLinks: false) == .nothing else { return }
        try FileSystem.replace(path, with: manifest.known(table).headerRow)
    }
}
