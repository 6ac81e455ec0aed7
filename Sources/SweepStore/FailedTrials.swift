import SweepCore

/// What `failures.csv` says: which trials have failed, and where in the grid they once stood.
struct FailedTrials {
    private let path: String
    private let cellCount = TableLayout(.failures).header.count
    private var cells: [RowCells.Cell] = []
    private var positions: [TrialID: Int] = [:]

    /// A grid that has changed is searched for failed trials when it has no more trials than this.
    ///
    /// In a larger one they count as not yet run.
    static let largestSearch = 200_000

    /// Reads the table at a path.
    init(path: String) { self.path = path }

    /// Takes in one row.
    mutating func insert(_ row: RowScanner.Row) throws(StoreError) {
        guard RowCells.split(row.bytes, into: &cells, expecting: cellCount) else {
            throw .wrongCellCount(path, row.line, expected: cellCount)
        }
        guard let trial = cells[0].trial, let index = cells[1].integer else {
            throw .damaged(
                path: path, line: row.line, problem: "the row has no trial id or index",
                remedy: "restore the file from a copy, or delete the row")
        }
        positions[trial] = index
    }

    /// The failed trials' indices in a grid.
    func indices(in grid: Grid) -> IndexIntervals {
        var found: [Int] = []
        var moved: Set<TrialID> = []
        for (trial, index) in positions {
            let isThere =
                (0..<grid.count).contains(index) && grid.id(of: grid.trial(at: index)) == trial
            if isThere { found.append(index) } else { moved.insert(trial) }
        }
        guard !moved.isEmpty, grid.count <= Self.largestSearch else {
            return IndexIntervals(sorting: found)
        }
        for index in 0..<grid.count where !moved.isEmpty {
            if moved.remove(grid.id(of: grid.trial(at: index))) != nil { found.append(index) }
        }
        return IndexIntervals(sorting: found)
    }
}
