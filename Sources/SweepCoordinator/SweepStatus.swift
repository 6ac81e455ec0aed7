import SweepStore

/// Where a sweep stands: a snapshot for the terminal.
package struct SweepStatus: Sendable, Hashable {
    /// Trials of the grid.
    package var count = 0
    package var finished = 0
    package var failed = 0
    /// Trials under a lease.
    package var leased = 0
    /// Attempts that failed and were queued again.
    package var retried = 0
    package var workers = 0
    package var slots = 0
    package var isDraining = false
    /// Why the sweep stopped early, if it did.
    package var stopReason: String?

    package init() {}

    init(_ sweep: SweepProgress, workers: Int, slots: Int) {
        count = sweep.count
        finished = sweep.finished.count
        failed = sweep.failed.count
        leased = sweep.leasedCount
        retried = sweep.retriedCount
        isDraining = sweep.isDraining
        stopReason = sweep.stopReason
        self.workers = workers
        self.slots = slots
    }

    /// Where a sweep stands of which nothing runs.
    package init(settled sweep: SweepProgress) { self.init(sweep, workers: 0, slots: 0) }

    /// Trials that are neither finished nor failed.
    package var remaining: Int { count - finished - failed }
}

/// How a sweep's run ended.
package struct SweepEnd: Sendable {
    package var status: SweepStatus
    /// Why the store could not be written, if it could not.
    package var storeError: StoreError?
}
