import SweepCore

/// Where each trial's rows stand in a store's tables, in canonical order, for what looks at a store
/// as a whole.
///
/// Canonical is the order of the grid that the manifest describes; behind it stand, by their ids,
/// trials that the grid does not have. Takes no lock and goes beside a writer.
struct StoreIndex {
    /// One finished trial.
    struct Entry {
        let id: TrialID
        /// The results row without its line feed.
        let row: Range<Int>
        let attempt: Int
        let traceRows: Int
        /// Position in the grid; `Int.max` when it is not in it.
        let place: Int
    }

    /// A piece of the trace that belongs to one trial.
    struct Block {
        let id: UInt64
        /// The number of its file.
        let file: Int
        let bytes: Range<Int>
    }

    let directory: String
    let manifest: Manifest
    /// The grid of the sweep that the manifest describes; nil when it cannot be read.
    let grid: Grid?
    let results: TableReading
    let trace: TraceReading
    /// Finished trials, in canonical order.
    private(set) var entries: [Entry] = []
    /// Where the trace rows of finished trials stand, sorted by trial, then as in the file.
    private(set) var blocks: [Block] = []

    /// Reads a store; any damage is an error.
    init(_ directory: String) throws(StoreError) {
        self.directory = directory
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        self.manifest = manifest
        grid = try Manifest.sweep(of: directory).flatMap { try? Grid($0) }
        let mark = try SyncMark.read(directory)
        results = try TableReading(directory, manifest, .results)
        trace = try TraceReading(directory, manifest, mark: mark)
        try readResults(durable: mark?.results)
        try readTrace()
        entries.sort { ($0.place, $0.id) < ($1.place, $1.id) }
    }

    private mutating func readResults(durable: Int?) throws(StoreError) {
        let finder = grid.map { TrialFinder(grid: $0, layout: results.layout) }
        let header = results.layout.header
        let attemptPlace = header.firstIndex(of: "attempt") ?? 0
        let tracePlace = header.firstIndex(of: "trace_rows") ?? 0
        var trials = StoredTrials(path: results.path, layout: results.layout)
        var cells: [RowCells.Cell] = []
        var entries: [Entry] = []
        try results.visit(durable: durable) { row throws(StoreError) in
            try trials.insert(row, finder: nil)
            guard RowCells.split(row.bytes, into: &cells, expecting: header.count),
                let id = cells[0].trial
            else { return }
            entries.append(
                Entry(
                    id: id, row: row.offset..<row.offset + row.bytes.count,
                    attempt: cells[attemptPlace].integer ?? 0,
                    traceRows: cells[tracePlace].integer ?? 0,
                    place: finder?.index(of: cells, id: id) ?? .max))
        }
        try trials.finish()
        // Rows that agree to the last bit are one.
        var seen = Set<UInt64>(minimumCapacity: entries.count)
        self.entries = entries.filter { seen.insert($0.id.bits).inserted }
    }

    private mutating func readTrace() throws(StoreError) {
        var attempts: [UInt64: (attempt: Int, missing: Int)] = [:]
        for entry in entries { attempts[entry.id.bits] = (entry.attempt, entry.traceRows) }
        var blocks: [Block] = []
        try trace.visit { file, row throws(StoreError) in
            var cells = RowCells(row.bytes)
            guard let id = cells.next()?.trial, let attempt = cells.next()?.integer,
                attempts[id.bits]?.attempt == attempt
            else { return }
            attempts[id.bits]?.missing -= 1
            if let last = blocks.last, last.id == id.bits, last.file == file,
                last.bytes.upperBound == row.offset
            {
                blocks[blocks.count - 1] = Block(
                    id: id.bits, file: file, bytes: last.bytes.lowerBound..<row.end)
            } else {
                blocks.append(Block(id: id.bits, file: file, bytes: row.offset..<row.end))
            }
        }
        self.blocks = blocks.sorted {
            ($0.id, $0.file, $0.bytes.lowerBound) < ($1.id, $1.file, $1.bytes.lowerBound)
        }
        guard let wrong = entries.first(where: { attempts[$0.id.bits]?.missing != 0 }) else {
            return
        }
        let count = attempts[wrong.id.bits]?.missing ?? 0
        throw .unusable(
            path: trace.path,
            problem: "\(abs(count)) trace \(abs(count) == 1 ? "row" : "rows") "
                + "\(count > 0 ? "less" : "more") than the results row of trial \(wrong.id) says",
            remedy: TableAudit.repair(trace.path))
    }

    /// A piece of a trial's trace.
    struct Piece {
        /// Its file's number.
        let file: Int
        /// Whole rows, line feeds included.
        let bytes: [UInt8]
    }

    /// The rows of a trial's trace, piece by piece; files may have different columns.
    func tracePieces(of id: TrialID) throws(StoreError) -> [Piece] {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].id < id.bits { low = middle + 1 } else { high = middle }
        }
        var pieces: [Piece] = []
        while low < blocks.count, blocks[low].id == id.bits {
            let block = blocks[low]
            pieces.append(
                Piece(file: block.file, bytes: try trace.files[block.file].bytes(block.bytes)))
            low += 1
        }
        return pieces
    }

    /// Hands each row of a trial's trace over: its cells, and the columns that its file has.
    func visitTrace(
        of id: TrialID, _ body: (_ cells: [RowCells.Cell], _ file: Int) -> Void
    ) throws(StoreError) {
        var cells: [RowCells.Cell] = []
        for piece in try tracePieces(of: id) {
            let width = trace.files[piece.file].layout.header.count
            piece.bytes.withUnsafeBytes { bytes in
                for line in bytes.split(separator: CellText.lineFeed)
                where RowCells.split(
                    UnsafeRawBufferPointer(rebasing: line), into: &cells, expecting: width)
                {
                    body(cells, piece.file)
                }
            }
        }
    }

    /// The cells of a trial's results row, as bytes, for the length of a call.
    func withCells<Result>(
        of entry: Entry, _ body: ([RowCells.Cell]) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let bytes = try results.bytes(entry.row)
        return try bytes.withUnsafeBufferPointer { buffer throws(StoreError) in
            var cells: [RowCells.Cell] = []
            let width = results.layout.header.count
            guard RowCells.split(UnsafeRawBufferPointer(buffer), into: &cells, expecting: width)
            else { throw .wrongCellCount(results.path, 0, expected: width) }
            return try body(cells)
        }
    }
}
