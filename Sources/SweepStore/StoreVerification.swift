import Glibc
import SweepCore

/// What a look at every byte of a store has found.
package struct StoreVerification: Sendable {
    /// What is not as it was written; empty when the store is sound.
    package private(set) var problems: [StoreError] = []
    /// Results rows, one for each trial.
    package private(set) var results = 0
    /// Rows of traces, whole trials only.
    package private(set) var traceRows = 0
    /// Trials of the grid; nil when the manifest's sweep cannot be read.
    package private(set) var trials: Int?
    /// Trials of the grid that are finished.
    package private(set) var finished = 0
    /// Trials of the grid that have failed and are not finished.
    package private(set) var failed = 0
    /// Trials that are stored and not in the grid.
    package private(set) var foreign = 0

    /// Checks every row's checksum, that each trial has one row and its whole trace, and which of
    /// the grid's trials are there.
    ///
    /// - Throws: when there is no store, or it cannot be read.
    package init(_ directory: String) throws(StoreError) {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        var done = IndexIntervals()
        var grid: Grid?
        do {
            let index = try StoreIndex(directory)
            grid = index.grid
            trials = grid?.count
            results = index.entries.count
            traceRows = index.entries.reduce(0) { $0 + $1.traceRows }
            done = IndexIntervals(
                sorting: index.entries.map(\.place).filter { $0 != .max })
            if grid != nil { foreign = index.entries.count { $0.place == .max } }
        } catch {
            try note(error)
        }
        finished = done.count
        do {
            let mark = try SyncMark.read(directory)
            let table = try TableReading(directory, manifest, .failures)
            var failures = FailedTrials(path: table.path)
            try table.visit(durable: mark?.failures) { row throws(StoreError) in
                try failures.insert(row)
            }
            if let grid { failed = failures.indices(in: grid).subtracting(done).count }
        } catch {
            try note(error)
        }
    }

    /// Keeps what is wrong with the store; what is wrong with reading it is thrown.
    private mutating func note(_ error: StoreError) throws(StoreError) {
        switch error {
        case .damaged, .duplicate, .unusable: problems.append(error)
        case .system(_, _, let code, _) where code == ENOENT: problems.append(error)
        default: throw error
        }
    }
}
