import SweepCore

/// What a worker or an operator tells the coordinator.
package enum WorkerMessage: Sendable, Hashable {
    case registration(Registration)
    case report(Report)
    case heartbeat(Heartbeat)
    case farewell(reason: String)
    /// An operator's; a worker sends none.
    case request(OperatorRequest)
    /// What trials have printed; sent once, and lost with the connection.
    case output([OutputPart])
    /// Under the key of an invitation: admit my own key.
    case enrolment(Enrolment)
}

/// A part of what an attempt at a trial has printed, for the sweep's log.
package struct OutputPart: Sendable, Hashable {
    package var sweep: SweepDigest
    package var index: Int
    /// Whole lines of any bytes.
    package var text: [UInt8]
    /// Whether it is the attempt's first part.
    package var begins: Bool

    package init(sweep: SweepDigest, index: Int, text: [UInt8], begins: Bool) {
        self.sweep = sweep
        self.index = index
        self.text = text
        self.begins = begins
    }
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
    /// Whether it takes no more leases.
    package var isLeaving = false
    /// Why it takes no leases for now; nil: it takes some.
    package var resting: String? = nil
    /// Number of the newest report that is kept and will be sent; 0: none.
    package var lastReport: UInt64 = 0
    /// What was decided about it, as a coordinator has told it last.
    package var standing = Standing()
    /// Words that sweeps may require, and by which operators select it.
    package var tags: [String] = []
    /// Its graphics cards, as `CUDA_VISIBLE_DEVICES` names them.
    package var gpus: [String] = []

    /// Whether it is to be given no leases, for now or for ever.
    package var takesNothing: Bool { isLeaving || resting != nil }

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
    /// Trials from this index on will not be run under this lease; nil: no news.
    package var truncatedAt: Int?

    package init(
        lease: LeaseID, sweep: SweepDigest, outcomes: [Outcome], isEnded: Bool,
        truncatedAt: Int? = nil
    ) {
        self.lease = lease
        self.sweep = sweep
        self.outcomes = outcomes
        self.isEnded = isEnded
        self.truncatedAt = truncatedAt
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

/// A worker's sign of life.
///
/// It says what the worker holds, so that a message that was lost on the way is missed within
/// seconds.
package struct Heartbeat: Sendable, Hashable {
    /// Trials that run at the moment.
    package var running: [RunningTrial]
    /// Leases that the worker has not ended.
    package var held: [LeaseID]
    /// Number of the newest report that was sent; 0 before the first.
    package var lastReport: UInt64
    /// Number of the oldest report that is kept; `lastReport + 1` when all are acknowledged.
    package var unacknowledged: UInt64
    /// Whether the worker takes no more leases.
    package var isLeaving: Bool
    /// Why it takes no leases for now; nil: it takes some.
    package var resting: String? = nil
    /// What was decided about it, as a coordinator has told it last.
    package var standing = Standing()

    package init(
        running: [RunningTrial] = [], held: [LeaseID] = [], lastReport: UInt64 = 0,
        unacknowledged: UInt64 = 1, isLeaving: Bool = false
    ) {
        self.running = running
        self.held = held
        self.lastReport = lastReport
        self.unacknowledged = unacknowledged
        self.isLeaving = isLeaving
    }
}

/// A trial that a slot is busy with.
package struct RunningTrial: Sendable, Hashable {
    package var lease: LeaseID
    package var index: Int
    /// How far it has come, for those who watch; in the first of a heartbeat only.
    package var progress: RunningProgress?

    /// How many trials of a heartbeat say how far they have come.
    package static let mostProgress = 64

    package init(lease: LeaseID, index: Int) {
        self.lease = lease
        self.index = index
    }
}

/// How far a running trial had come when its worker looked.
package struct RunningProgress: Sendable, Hashable {
    /// Seconds since the attempt began.
    package var seconds: Double
    /// Rounds and metric; nil where the experiment does not tell.
    package var trial: TrialProgress?

    package init(seconds: Double, trial: TrialProgress? = nil) {
        self.seconds = seconds
        self.trial = trial
    }
}
