import SweepWire

/// What a coordinator said at one moment.
package struct ClusterSnapshot: Sendable, Hashable {
    package var info: CoordinatorInfo
    package var sweeps: [SweepSummary]
    package var workers: [WorkerSummary]

    package init(info: CoordinatorInfo, sweeps: [SweepSummary], workers: [WorkerSummary]) {
        self.info = info
        self.sweeps = sweeps
        self.workers = workers
    }
}
