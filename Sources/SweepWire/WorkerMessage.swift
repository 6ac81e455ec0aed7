import SweepCore

/// What a worker tells the coordinator.
package enum WorkerMessage: Sendable, Hashable {
    case registration(Registration)
    case report(Report)
    case heartbeat(Heartbeat)
    case farewell(reason: String)
}

/// A worker's introduction; the first message, and the answer to `introduce`.
package struct Registration: Sendable, Hashable {
    /// Version of the program, for messages.
    package var version: String
    package var host: String
    package var pid: Int
    package var slots: Int
    /// Experiments that this worker can run, as `name/version`.
    package var experiments: [String]
    /// Number of the first report that will follow: the oldest one not acknowledged.
    package var nextReport: UInt64
    /// Leases that the worker has not ended.
    package var held: [Lease]

    package init(
        version: String, host: String, pid: Int, slots: Int, experiments: [String],
        nextReport: UInt64 = 1, held: [Lease] = []
    ) {
        self.version = version
        self.host = host
        self.pid = pid
        self.slots = slots
        self.experiments = experiments
        self.nextReport = nextReport
        self.held = held
    }
}

/// What became of leases; a worker numbers its reports 1, 2, 3, …, and keeps each of them until it
/// is acknowledged.
package struct Report: Sendable, Hashable {
    package var number: UInt64
    package var leases: [LeaseReport]

    package init(number: UInt64, leases: [LeaseReport]) {
        self.number = number
        self.leases = leases
    }
}

/// Outcomes of one lease's trials.
package struct LeaseReport: Sendable, Hashable {
    package var lease: LeaseID
    package var sweep: SweepDigest
    package var outcomes: [Outcome]
    /// Nothing more comes: trials without an outcome go back to the queue.
    package var isEnded: Bool

    package init(lease: LeaseID, sweep: SweepDigest, outcomes: [Outcome], isEnded: Bool) {
        self.lease = lease
        self.sweep = sweep
        self.outcomes = outcomes
        self.isEnded = isEnded
    }
}

/// How one attempt at one trial ended.
package struct Outcome: Sendable, Hashable {
    package var index: Int
    package var result: Result<TrialOutcome, TrialFailure>
    /// Seconds since 1970.
    package var startedAt: Double
    /// Seconds.
    package var duration: Double

    package init(
        index: Int, result: Result<TrialOutcome, TrialFailure>, startedAt: Double, duration: Double
    ) {
        self.index = index
        self.result = result
        self.startedAt = startedAt
        self.duration = duration
    }
}

/// A sign of life. A worker's names the trials that run at the moment.
package struct Heartbeat: Sendable, Hashable {
    package var running: [RunningTrial]

    package init(running: [RunningTrial] = []) {
        self.running = running
    }
}

/// A trial that a slot is busy with.
package struct RunningTrial: Sendable, Hashable {
    package var lease: LeaseID
    package var index: Int

    package init(lease: LeaseID, index: Int) {
        self.lease = lease
        self.index = index
    }
}
