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
        try visitResults(directory, grid: grid) { _ in { finished.append($0.index) } }
        var failed = FailedTrials(path: directory + "/failures.csv")
        try read(directory, manifest.known(.failures)) { _ in
            { row throws(StoreError) in try failed.insert(row) }
        }
        let done = IndexIntervals(sorting: finished)
        return (done.count, failed.indices(in: grid).subtracting(done).count)
    }
}
