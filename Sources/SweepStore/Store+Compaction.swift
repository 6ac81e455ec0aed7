import SweepCore

/// What the compaction of a store has done.
package struct Compaction: Sendable, Hashable {
    /// Bytes of the tables before.
    package var bytesBefore = 0
    /// Bytes of the tables after.
    package var bytesAfter = 0
    /// Results rows that are left.
    package var results = 0
    /// Trials that the sweep no longer asks for and that were taken out.
    package var foreign = 0
    /// Where their rows are.
    package var keptIn: String?
}

extension Store {
    /// Rewrites a store's tables in the order of the grid, without what says nothing: repeated
    /// rows, and failures of trials that have finished since.
    ///
    /// A reader sees the old or the new table; the process may die at any time. Of a trace in
    /// several files, each file is put in order by itself.
    ///
    /// - Parameters:
    ///   - directory: the store's folder.
    ///   - host: the name of this machine, for whoever finds the store locked.
    ///   - dropsForeign: whether rows of trials that the sweep no longer asks for are moved to
    ///     `lost+found/`.
    /// - Throws: also when the store needs mending; then nothing has changed.
    package static func compact(
        _ directory: String, host: String, dropsForeign: Bool = false
    ) throws(StoreError) -> Compaction {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        let lock = try StoreLock(directory: directory, host: host)
        defer { lock.release() }
        var check = try StoreRepair(directory: directory, manifest: manifest)
        try check.examine()
        if let item = check.recovery.items.first {
            throw .unusable(
                path: directory + "/" + item.file,
                problem: "there is something to mend: \(item.description)",
                remedy: "run windrow store repair \(directory) first")
        }
        return try compactSound(directory, manifest, dropsForeign: dropsForeign)
    }

    private static func compactSound(
        _ directory: String, _ manifest: Manifest, dropsForeign: Bool
    ) throws(StoreError) -> Compaction {
        let index = try StoreIndex(directory)
        guard !dropsForeign || index.grid != nil else {
            throw .unusable(
                path: directory + "/manifest.json",
                problem:
                    "its sweep cannot be read, so that no trial can be told from a foreign one",
                remedy: "run the sweep once with this windrow")
        }
        let entries = index.entries.filter { !dropsForeign || $0.place != .max }
        var done = Compaction()
        done.results = entries.count
        done.foreign = index.entries.count - entries.count
        let results = try TableFile(index.results.path)
        let traces = try index.trace.files.map { file throws(StoreError) in
            try TableFile(file.path)
        }
        let failures = try TableFile(directory + "/failures.csv")
        done.bytesBefore =
            results.length + traces.reduce(0) { $0 + $1.length } + failures.length
        if done.foreign > 0 {
            let rows = index.entries.filter { $0.place == .max }
                .map { $0.row.lowerBound..<$0.row.upperBound + 1 }
                .sorted { $0.lowerBound < $1.lowerBound }
            let found = LostAndFound(store: directory)
            done.keptIn = try found.keep(rows, of: results, index.results.layout)
            let ids = Set(index.entries.filter { $0.place == .max }.map(\.id.bits))
            for (number, trace) in traces.enumerated() {
                let blocks = index.blocks.filter { $0.file == number && ids.contains($0.id) }
                    .map(\.bytes).sorted { $0.lowerBound < $1.lowerBound }
                let layout = index.trace.files[number].layout
                if !blocks.isEmpty { _ = try found.keep(blocks, of: trace, layout) }
            }
        }
        // Results first: a row never stands without its trace.
        let newResults = try results.replace(index.results.layout) { output throws(StoreError) in
            for entry in entries {
                output.pending.raw(try index.results.bytes(entry.row))
                output.pending.raw(CollectionOfOne(CellText.lineFeed))
                try output.writeIfFull()
            }
        }
        // Each file by itself, so that no row is ever missing or doubled.
        var newTrace = 0
        let places = Dictionary(
            uniqueKeysWithValues: entries.enumerated().map { ($1.id.bits, $0) })
        for (number, trace) in traces.enumerated() {
            let file = index.trace.files[number]
            var blocks: [(place: Int, bytes: Range<Int>)] = []
            for block in index.blocks where block.file == number {
                if let place = places[block.id] { blocks.append((place, block.bytes)) }
            }
            blocks.sort { ($0.place, $0.bytes.lowerBound) < ($1.place, $1.bytes.lowerBound) }
            newTrace += try trace.replace(file.layout) { output throws(StoreError) in
                for block in blocks {
                    output.pending.raw(try file.bytes(block.bytes))
                    try output.writeIfFull()
                }
            }
        }
        let finished = Set(index.entries.map(\.id.bits))
        let layout = TableLayout(.failures)
        let newFailures = try failures.replace(layout) { output throws(StoreError) in
            _ = try failures.audit(layout, durable: nil) { row throws(StoreError) in
                var cells = RowCells(row.bytes)
                guard let id = cells.next()?.trial, !finished.contains(id.bits) else { return }
                output.pending.raw(row.bytes)
                output.pending.raw(CollectionOfOne(CellText.lineFeed))
                try output.writeIfFull()
            }
        }
        done.bytesAfter = newResults + newTrace + newFailures
        _ = try SyncMarkFile(
            directory,
            SyncMark(results: newResults, trace: newTrace, failures: newFailures))
        return done
    }
}

extension TableFile {
    /// Puts a new table in the place of this one, durably, and returns its length.
    fileprivate func replace(
        _ layout: TableLayout, _ body: (TableFile) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let temporary = FileSystem.temporaryPath(for: path)
        try FileSystem.create(temporary)
        let length: Int
        do {
            let output = try TableFile(temporary)
            output.pending.raw(layout.headerRow)
            try body(output)
            try output.synchronize()
            length = output.length
        } catch {
            FileSystem.remove(temporary)
            throw error
        }
        try FileSystem.move(temporary, to: path)
        return length
    }
}
