import SweepCore

/// What `results.csv` says about each stored trial.
///
/// 32 bytes for each row, index included: first all rows are inserted, then `finish` sorts them, and
/// then trace rows are claimed.
struct StoredTrials {
    /// One results row.
    private struct Entry {
        /// The trial's id.
        var id: UInt64
        /// Checksum of the row: equal for two rows that agree.
        var checksum: UInt32
        /// Number of its line.
        var line: UInt32
        /// Which attempt the row came from.
        var attempt: UInt32
        /// How many trace rows it has that have not been seen yet.
        var missingTrace: Int32
    }

    /// The rows, after `finish` by trial id.
    private var entries: [Entry] = []
    /// Grid indices of the rows, in the file's order.
    private(set) var indices: [Int] = []
    /// Trials that are not in the grid.
    private(set) var foreign: Set<UInt64> = []

    /// What the columns hold, if anybody wants to know.
    var kinds: ColumnKindScan?

    private let path: String
    private let positions: (attempt: Int, traceRows: Int)
    private let cellCount: Int
    private var cells: [RowCells.Cell] = []
    /// How many bytes all rows have, to make room for all of them at once.
    private let size: Int

    /// Rows after which their number is estimated from the bytes that they had.
    private static let sample = 1000

    /// Reads rows of a file with the given columns and so many bytes.
    init(path: String, layout: TableLayout, size: Int = 0) {
        self.path = path
        self.size = size
        let header = layout.header
        cellCount = header.count
        let tail = header.count - layout.tail.count
        positions = (
            attempt: tail + (layout.tail.firstIndex(of: "attempt") ?? 0),
            traceRows: tail + (layout.tail.firstIndex(of: "trace_rows") ?? 0)
        )
    }

    /// Takes in one row.
    mutating func insert(_ row: RowScanner.Row, finder: TrialFinder?) throws(StoreError) {
        guard RowCells.split(row.bytes, into: &cells, expecting: cellCount) else {
            throw .wrongCellCount(path, row.line, expected: cellCount)
        }
        guard let id = cells[0].trial, let attempt = cells[positions.attempt].integer,
            let traceRows = cells[positions.traceRows].integer,
            let shortAttempt = UInt32(exactly: attempt), let missing = Int32(exactly: traceRows)
        else {
            throw .damaged(
                path: path, line: row.line,
                problem: "the row has no trial id, attempt or number of trace rows",
                remedy: "restore the file from a copy, or delete the row")
        }
        kinds?.insert(cells)
        entries.append(
            Entry(
                id: id.bits, checksum: row.statedChecksum ?? 0,
                line: UInt32(clamping: row.line), attempt: shortAttempt, missingTrace: missing))
        if entries.count == Self.sample { reserve(bytesSoFar: row.end) }
        guard let finder else { return }
        if let index = finder.index(of: cells, id: id) {
            indices.append(index)
        } else {
            foreign.insert(id.bits)
        }
    }

    private mutating func reserve(bytesSoFar: Int) {
        let estimate = Double(size) / Double(max(1, bytesSoFar)) * Double(Self.sample)
        let count = Int(min(estimate * 1.05, 1e9)) + Self.sample
        entries.reserveCapacity(count)
        indices.reserveCapacity(count)
    }

    /// Ends the insertion.
    ///
    /// - Throws: `StoreError.duplicate` when two rows of a trial differ; two that agree to the last
    ///   bit do no harm.
    mutating func finish() throws(StoreError) {
        entries.sort { ($0.id, $0.line) < ($1.id, $1.line) }
        var kept = 0
        // By number: to iterate over the array would copy it.
        for number in entries.indices {
            let entry = entries[number]
            if kept > 0, entries[kept - 1].id == entry.id {
                let other = entries[kept - 1]
                guard other.checksum == entry.checksum else {
                    throw .duplicate(
                        path: path, trial: TrialID(bits: entry.id).description,
                        lines: [Int(other.line), Int(entry.line)])
                }
                continue
            }
            entries[kept] = entry
            kept += 1
        }
        entries.removeLast(entries.count - kept)
    }

    /// The place of a trial among the sorted rows.
    private func place(of id: UInt64) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].id == id ? low : nil
    }

    /// Counts trace rows of one attempt at a trial; returns false when they belong to no results
    /// row.
    mutating func claim(_ trial: TrialID, attempt: Int, rows: Int) -> Bool {
        guard let place = place(of: trial.bits), Int(entries[place].attempt) == attempt else {
            return false
        }
        entries[place].missingTrace -= Int32(clamping: rows)
        return true
    }

    /// Throws unless each results row has as many trace rows as it says.
    func checkTrace(_ tracePath: String) throws(StoreError) {
        let wrong = entries.filter { $0.missingTrace != 0 }
        guard let entry = wrong.min(by: { $0.line < $1.line }) else { return }
        let count = Int(entry.missingTrace)
        throw .damaged(
            path: path, line: Int(entry.line),
            problem: "\(tracePath) has \(abs(count)) trace \(abs(count) == 1 ? "row" : "rows") "
                + "\(count > 0 ? "less" : "more") than this row of trial \(TrialID(bits: entry.id)) "
                + "says (\(wrong.count) such \(wrong.count == 1 ? "trial" : "trials"))",
            remedy: TableAudit.repair(path))
    }
}
