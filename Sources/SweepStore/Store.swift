import SweepCore

/// The CSV store of one sweep, open for writing by one thread of one process.
///
/// Rows go through `append` into buffers; after `sync` every appended row is on the disk, each
/// trial's trace before its results row. See `docs/store.md` for the guarantee.
package final class Store {
    /// Where the store is.
    package let directory: String
    /// What opening it had to mend.
    package let recovery: Recovery
    /// Indices of the current grid whose trials stand in `results.csv`.
    package private(set) var finished: IndexIntervals
    /// Indices of the current grid whose trials stand in `failures.csv` and not in `results.csv`.
    package private(set) var failed: IndexIntervals
    /// How many trials are stored that are not in the current grid.
    ///
    /// They are kept.
    package var foreignRows: Int { foreign.count }

    private let lock: StoreLock
    private let mark: SyncMarkFile
    private let columns: [Column]
    private let declaredMetrics: [String]
    private var manifest: Manifest
    private var results: TableFile
    private var trace: TraceFile
    private var failures: TableFile
    private var encoder: RowEncoder
    private var foreign: Set<UInt64>
    /// What the columns hold, but for what the encoder has rendered since it was made.
    private var kinds: ColumnKinds
    private var described: [(name: String, bytes: [UInt8])] = []
    /// How many files the trace had then.
    private var describedTraces = 0
    private var isClosed = false

    /// What opening has found and mended.
    struct Contents {
        var results: TableFile
        var trace: TraceFile
        var failures: TableFile
        var resultsLayout: TableLayout
        var finished: IndexIntervals
        var failed: IndexIntervals
        var foreign: Set<UInt64>
        var kinds: ColumnKinds
        var recovery: Recovery

        /// The mark of tables that are durable as a whole.
        var mark: SyncMark {
            SyncMark(results: results.durable, trace: trace.durable, failures: failures.durable)
        }
    }

    /// A store whose tables have been read and mended.
    init(
        directory: String, lock: StoreLock, mark: SyncMarkFile, columns: [Column],
        declaredMetrics: [String], manifest: Manifest, contents: Contents
    ) {
        self.mark = mark
        self.declaredMetrics = declaredMetrics
        self.directory = directory
        self.lock = lock
        self.columns = columns
        self.manifest = manifest
        recovery = contents.recovery
        results = contents.results
        trace = contents.trace
        failures = contents.failures
        finished = contents.finished
        failed = contents.failed
        foreign = contents.foreign
        kinds = contents.kinds
        encoder = RowEncoder(
            columns: columns, results: contents.resultsLayout, trace: contents.trace.layout)
        describe()
    }

    /// Tells other programs what the columns hold.
    ///
    /// That this fails does no harm: the tables stand for themselves.
    private func describe() {
        kinds.note(encoder.kinds)
        let files = ReaderFiles(
            name: manifest.name, results: encoder.results, trace: trace.groups, kinds: kinds,
            columns: columns
        ).files
        for (number, file) in files.enumerated() {
            let path = directory + "/" + file.name
            let isKnown = described.indices.contains(number) && described[number] == file
            if isKnown { continue }
            do {
                if try FileSystem.contents(of: path) != file.bytes {
                    try FileSystem.replace(path, with: file.bytes)
                }
            } catch { return }
        }
        described = files
        describedTraces = trace.count
    }

    /// Adds a finished trial.
    ///
    /// It is durable after the next `sync`.
    ///
    /// When this throws, the row was not taken; rows that were appended before are still to be
    /// synchronised.
    package func append(_ row: ResultRow) throws(StoreError) {
        try checkOpen()
        let isKnown =
            row.index.map { finished.contains($0) } ?? foreign.contains(row.id.bits)
        guard !isKnown else { throw .alreadyStored(trial: row.id.description) }
        guard row.trial.values.count == columns.count else {
            throw .columnConflict(
                name: row.id.description,
                problem: "the trial has \(row.trial.values.count) values, the sweep has "
                    + "\(columns.count) columns")
        }
        if let missing = encoder.missingColumns(of: row.outcome) {
            try widen(metrics: missing.metrics, trace: missing.trace)
            if let still = encoder.missingColumns(of: row.outcome) {
                throw .columnConflict(
                    name: still.metrics.first ?? still.trace.first ?? "",
                    problem: "the column could not be added")
            }
        }
        if trace.pending.count >= TableFile.bufferLimit { try trace.write() }
        if results.pending.count >= TableFile.bufferLimit { try writeResults() }
        let mark = trace.pending.count
        encoder.encodeTrace(of: row, into: &trace.pending)
        let start = results.pending.count
        encoder.encode(row, into: &results.pending)
        guard results.pending.count - start <= Self.longestRow else {
            results.pending.truncate(to: start)
            trace.pending.truncate(to: mark)
            throw .columnConflict(
                name: row.id.description,
                problem: "the results row is longer than \(Self.longestRow) bytes; "
                    + "measure less text")
        }
        if let index = row.index {
            finished.insert(index)
            if failed.contains(index) { failed.remove(index..<(index + 1)) }
        } else {
            foreign.insert(row.id.bits)
        }
    }

    /// Adds a failed trial.
    ///
    /// It is durable after the next `sync`.
    package func append(_ row: FailureRow) throws(StoreError) {
        try checkOpen()
        if failures.pending.count >= TableFile.bufferLimit { try failures.write() }
        var row = row
        if row.reason.utf8.count > Self.longestReason {
            row.reason = String(row.reason.prefix(Self.longestReason / 4)) + "…"
        }
        RowEncoder.encode(row, into: &failures.pending)
        if !finished.contains(row.index) { failed.insert(row.index) }
    }

    /// Makes all appended rows durable: after it they survive the loss of the process, the
    /// operating system and the power.
    ///
    /// When this throws an error that `isRetriable`, nothing is lost: the rows are still held, and
    /// the call may be repeated.
    package func sync() throws(StoreError) {
        try checkOpen()
        try writeResults()
        try results.synchronize()
        try failures.synchronize()
        try note()
        if trace.count != describedTraces { describe() }
    }

    /// Marks what is durable.
    private func note(durably: Bool = false) throws(StoreError) {
        try mark.note(
            SyncMark(results: results.durable, trace: trace.durable, failures: failures.durable),
            durably: durably)
    }

    /// Forgets which trials have failed, so that they are run again.
    ///
    /// The table is kept in `lost+found/`.
    package func forgetFailures() throws(StoreError) {
        try sync()
        guard !failed.isEmpty || failures.length > Self.failureHeader.count else { return }
        let path = failures.path
        _ = try LostAndFound(store: directory).keep(
            [Self.failureHeader.count..<failures.length], of: failures, TableLayout(.failures))
        try FileSystem.replace(path, with: Self.failureHeader)
        failures = try TableFile(path)
        // The table has become shorter: the old mark would claim rows that are yet to come.
        try note(durably: true)
        failed = IndexIntervals()
    }

    /// Makes all appended rows durable and gives the store free for another process.
    package func close() throws(StoreError) {
        guard !isClosed else { return }
        try sync()
        describe()
        isClosed = true
        lock.release()
    }

    /// A results row longer than this is refused, so that damage can be told from a long row.
    private static let longestRow = 1 << 20
    /// A reason longer than this is cut.
    private static let longestReason = 1 << 18
    private static let failureHeader = TableLayout(.failures).headerRow

    private func checkOpen() throws(StoreError) {
        if isClosed { throw .halted(path: directory, cause: "it was closed") }
    }

    /// Hands results rows to the operating system, after their traces are durable: a results row
    /// never stands without its trace.
    private func writeResults() throws(StoreError) {
        try trace.synchronize()
        try results.write()
    }

    /// Adds columns to the tables, as an outcome has brought new ones.
    private func widen(metrics: [String], trace columns: [String]) throws(StoreError) {
        var wideResults = try encoder.results.adding(parameters: [], measured: metrics)
        // By name, so that the order in which trials finish does not show.
        wideResults.measured =
            declaredMetrics.filter(wideResults.measured.contains)
            + wideResults.measured.filter { !declaredMetrics.contains($0) }.sorted()
        let wideTrace = try encoder.trace.adding(parameters: [], measured: columns)
        try sync()
        kinds.note(encoder.kinds)
        // The manifest knows the columns before a file has them.
        var changed = manifest
        changed.columns.metrics = wideResults.measured
        changed.columns.trace += columns.filter { !changed.columns.trace.contains($0) }
        try changed.write(directory)
        manifest = changed
        if wideResults != encoder.results {
            results = try results.rewrite(from: encoder.results, to: wideResults)
            encoder = RowEncoder(
                columns: self.columns, results: wideResults, trace: encoder.trace)
        }
        if wideTrace != encoder.trace {
            try trace.widen(to: wideTrace)
            encoder = RowEncoder(
                columns: self.columns, results: encoder.results, trace: wideTrace)
        }
        describe()
    }
}
