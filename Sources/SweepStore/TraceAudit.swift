import SweepCore

/// Finds the trace rows that belong to no results row.
struct TraceAudit {
    /// Ranges of bytes that hold such rows, in order.
    private var orphans: [Range<Int>] = []
    /// How many such rows there are.
    private(set) var orphanCount = 0

    private let path: String
    private var block: (trial: TrialID, attempt: Int)?
    private var blockRange = 0..<0
    private var blockRows = 0
    /// First bytes of the rows of the current block: trial and attempt.
    private var blockStart: [UInt8] = []

    /// Reads the trace at a path.
    init(path: String) { self.path = path }

    /// Ranges of bytes that hold such rows, in order.
    ///
    /// - Parameter isEnded: whether a line feed has been added to the last row since.
    func orphans(isEnded: Bool) -> [Range<Int>] {
        guard isEnded, let last = orphans.last, last.upperBound == blockRange.upperBound else {
            return orphans
        }
        return orphans.dropLast() + [last.lowerBound..<last.upperBound + 1]
    }

    /// Takes in one row.
    mutating func insert(
        _ row: RowScanner.Row, trials: inout StoredTrials
    ) throws(StoreError) {
        if block == nil || !row.begins(with: blockStart) {
            endBlock(&trials)
            var cells = RowCells(row.bytes)
            guard let first = cells.next(), let trial = first.trial, let second = cells.next(),
                let attempt = second.integer
            else {
                throw .damaged(
                    path: path, line: row.line, problem: "the row has no trial id or attempt",
                    remedy: "restore the file from a copy, or delete the row")
            }
            block = (trial, attempt)
            blockStart = Array(row.bytes.prefix(first.bytes.count + second.bytes.count + 2))
            blockRange = row.offset..<row.offset
        }
        blockRange = blockRange.lowerBound..<row.end
        blockRows += 1
    }

    /// Ends the last block.
    mutating func endBlock(_ trials: inout StoredTrials) {
        guard let block else { return }
        if !trials.claim(block.trial, attempt: block.attempt, rows: blockRows) {
            orphanCount += blockRows
            if let last = orphans.last, last.upperBound == blockRange.lowerBound {
                orphans[orphans.count - 1] = last.lowerBound..<blockRange.upperBound
            } else {
                orphans.append(blockRange)
            }
        }
        self.block = nil
        blockRows = 0
    }
}
