import SweepCore

/// Stores of one experiment, to be put together into a new one: the union of their trials.
package struct StoreMerge {
    /// Trials with different outcomes in two stores.
    package private(set) var conflicts: [(stores: [String], difference: StoreComparison.Difference)]
    /// Trials in the union.
    package var trials: Int { chosen.reduce(0) { $0 + $1.count } }
    /// Trials that several stores have, with the same outcome.
    package private(set) var repeated = 0

    private let indices: [StoreIndex]
    /// For each store, the trials that are taken from it.
    private var chosen: [[StoreIndex.Entry]]

    /// Reads the stores; the grids may differ.
    ///
    /// - Throws: also when they are of different experiments, versions or input files.
    package init(_ directories: [String]) throws(StoreError) {
        var indices: [StoreIndex] = []
        for directory in directories {
            let index = try StoreIndex(directory)
            for other in indices {
                try index.manifest.check(
                    directory, experiment: other.manifest.experiment,
                    version: other.manifest.experimentVersion, inputs: other.manifest.inputs)
            }
            indices.append(index)
        }
        conflicts = []
        chosen = Array(repeating: [], count: indices.count)
        var taken: [UInt64: (store: Int, entry: StoreIndex.Entry)] = [:]
        for (number, index) in indices.enumerated() {
            for entry in index.entries {
                guard let first = taken[entry.id.bits] else {
                    taken[entry.id.bits] = (number, entry)
                    chosen[number].append(entry)
                    continue
                }
                let differences = try StoreComparison.differences(
                    indices[first.store], first.entry, index, entry)
                if differences.isEmpty { repeated += 1 }
                conflicts += differences.map {
                    ([directories[first.store], directories[number]], $0)
                }
            }
        }
        self.indices = indices
    }

    /// Writes the union into a new folder, whose sweep is that of the first store.
    ///
    /// The manifest is the last file: until then the folder is no store.
    ///
    /// - Parameters:
    ///   - directory: the new store's folder; new or empty.
    ///   - now: the time, in seconds since 1970.
    package func write(to directory: String, now: Double) throws(StoreError) {
        guard conflicts.isEmpty, let first = indices.first else { return }
        switch try FileSystem.kind(of: directory, followingLinks: true) {
        case .nothing: break
        case .directory where try FileSystem.names(in: directory).isEmpty: break
        default:
            throw .notAStore(
                directory: directory, problem: "a merge needs a folder that is new or empty")
        }
        try FileSystem.createDirectory(directory)
        var results = first.results.layout
        var trace = first.trace.layout
        var manifest = first.manifest
        for index in indices {
            let layout = index.results.layout
            results = try results.adding(
                parameters: layout.parameters, measured: layout.measured)
            trace = try trace.adding(parameters: [], measured: index.trace.layout.measured)
            manifest.inputs.merge(index.manifest.inputs) { old, _ in old }
        }
        manifest.columns = .init(
            parameters: results.parameters, metrics: results.measured, trace: trace.measured)
        manifest.created = Timestamp.text(now)
        manifest.updated = manifest.created
        manifest.sweep = try Manifest.sweep(of: first.directory)

        let resultsLength = try writeTable(results, in: directory) {
            index, entries, output throws(StoreError) in
            var copy = RowCopy(
                from: index.results.layout, to: results, path: index.results.path)
            for entry in entries {
                let bytes = try index.results.bytes(entry.row)
                try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in
                    try copy.append(UnsafeRawBufferPointer(bytes), to: &output.pending)
                }
                try output.writeIfFull()
            }
        }
        let traceLength = try writeTrace(trace, in: directory)
        let failuresLength = try writeFailures(in: directory)
        _ = try SyncMarkFile(
            directory,
            SyncMark(results: resultsLength, trace: traceLength, failures: failuresLength))
        if let source = try FileSystem.contents(of: first.directory + "/sweep.yaml") {
            try FileSystem.replace(directory + "/sweep.yaml", with: source)
        }
        try manifest.write(directory)
    }

    /// Writes a table and returns its length.
    private func writeTable(
        _ layout: TableLayout, in directory: String,
        _ body: (StoreIndex, [StoreIndex.Entry], TableFile) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let path = directory + "/" + layout.table.file
        try FileSystem.replace(path, with: layout.headerRow)
        let output = try TableFile(path)
        for (index, entries) in zip(indices, chosen) { try body(index, entries, output) }
        try output.synchronize()
        return output.length
    }

    /// Writes the trace and returns its length.
    private func writeTrace(
        _ layout: TableLayout, in directory: String
    ) throws(StoreError) -> Int {
        let output = try TraceFile(directory, new: layout)
        for (index, entries) in zip(indices, chosen) {
            var copies = index.trace.files.map {
                RowCopy(from: $0.layout, to: layout, path: $0.path)
            }
            for entry in entries where entry.traceRows > 0 {
                for piece in try index.tracePieces(of: entry.id) {
                    try copies[piece.file].append(lines: piece.bytes, to: &output.pending)
                    try output.writeIfFull()
                }
            }
        }
        try output.synchronize()
        return output.length
    }

    /// Failures of trials that no store has finished.
    private func writeFailures(in directory: String) throws(StoreError) -> Int {
        let finished = Set(chosen.joined().map(\.id.bits))
        var seen: Set<[UInt8]> = []
        return try writeTable(TableLayout(.failures), in: directory) {
            index, _, output throws(StoreError) in
            let mark = try SyncMark.read(index.directory)
            let table = try TableReading(index.directory, index.manifest, .failures)
            try table.visit(durable: mark?.failures) { row throws(StoreError) in
                var cells = RowCells(row.bytes)
                guard let id = cells.next()?.trial, !finished.contains(id.bits),
                    seen.insert(Array(row.bytes)).inserted
                else { return }
                output.pending.raw(row.bytes)
                output.pending.raw(CollectionOfOne(CellText.lineFeed))
                try output.writeIfFull()
            }
        }
    }
}
