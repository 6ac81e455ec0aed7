import SweepCore

/// The coordinator's answer to a request.
package struct OperatorReply: Sendable, Hashable {
    package var number: UInt64
    package var body: Body

    package enum Body: Sendable, Hashable {
        /// Nothing was done; `exitCode` is for the operator's program.
        case failure(reason: String, exitCode: Int)
        case sweeps([SweepSummary])
        case workers([WorkerSummary])
        case info(CoordinatorInfo)
        case invited(Invited)
        case keys([KeySummary])
        case refusals([RefusalSummary])
    }

    package init(number: UInt64, body: Body) {
        self.number = number
        self.body = body
    }
}

/// What a coordinator does about a sweep.
package enum SweepState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its store is being opened.
    case opening
    case running
    /// Nothing is begun until an operator resumes it.
    case paused
    /// An operator has ended it.
    case cancelled
    /// Too many trials have failed.
    case stopped
    /// Every trial has its row.
    case finished
    /// Its store could not be opened or written.
    case failed

    /// Whether nothing more happens unless an operator wants it.
    package var isFinal: Bool {
        switch self {
        case .opening, .running, .paused: false
        case .cancelled, .stopped, .finished, .failed: true
        }
    }
}

/// Where a sweep stands.
package struct SweepSummary: Sendable, Hashable {
    package var name: String
    package var state: SweepState
    /// The store's folder.
    package var store: String
    package var trials = 0
    package var finished = 0
    package var failed = 0
    /// Trials under a lease.
    package var leased = 0
    /// Attempts that failed and were queued again.
    package var retried = 0
    /// Why it is stopped or failed.
    package var reason: String?
    /// A sweep with a higher number goes first.
    package var priority = 0
    /// What its trials wait for, if no worker can run them.
    package var waiting: String?
    /// By what its trials are compared, where that is known.
    package var metric: MetricGoal?
    /// The latest failed attempts, the newest first, as many as were asked for.
    package var failures: [FailureSummary] = []

    /// How many failed attempts of a sweep a coordinator remembers for those who watch.
    package static let mostFailures = 32
    /// Tags that a worker needs for its trials.
    package var requires: [String] = []
    /// Slots that a trial takes.
    package var cpus = 1
    /// Graphics cards that a trial takes.
    package var gpus = 0

    package init(name: String, state: SweepState, store: String) {
        self.name = name
        self.state = state
        self.store = store
    }

    /// Trials that are neither finished nor failed.
    package var remaining: Int { max(0, trials - finished - failed) }
}

/// A worker as the coordinator sees it.
package struct WorkerSummary: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case ready
        /// It takes nothing for now, by its own schedule.
        case resting
        /// An operator wants it to begin nothing more.
        case draining
        /// Trials fail on it that do not fail elsewhere: it gets nothing more.
        case quarantined
        /// It is about to go.
        case leaving
    }

    /// 1, 2, 3, … in the order in which workers joined.
    package var number: Int
    package var host: String
    package var pid: Int
    package var slots: Int
    /// Slots that have something to do.
    package var running: Int
    package var state: State
    package var version: String
    /// Seconds since it was heard.
    package var silence: Double
    package var tags: [String] = []
    package var gpus: [String] = []
    /// Why it is in quarantine, or rests, if it does.
    package var reason: String?
    /// The id of the key by which it was admitted; nil: on this machine, without one.
    package var key: String?
    /// Trials that it runs, as many as were asked for.
    package var trials: [RunningSummary] = []

    package init(
        number: Int, host: String, pid: Int, slots: Int, running: Int, state: State,
        version: String, silence: Double
    ) {
        self.number = number
        self.host = host
        self.pid = pid
        self.slots = slots
        self.running = running
        self.state = state
        self.version = version
        self.silence = silence
    }
}

/// A coordinator about itself.
package struct CoordinatorInfo: Sendable, Hashable {
    package var version: String
    package var host: String
    package var pid: Int
    /// Seconds.
    package var uptime: Double
    package var storeRoot: String
    package var endpoints: [String]
    package var workers: Int
    package var slots: Int
    /// Sweeps that are not at their end.
    package var sweeps: Int

    package init(
        version: String, host: String, pid: Int, uptime: Double, storeRoot: String,
        endpoints: [String], workers: Int, slots: Int, sweeps: Int
    ) {
        self.version = version
        self.host = host
        self.pid = pid
        self.uptime = uptime
        self.storeRoot = storeRoot
        self.endpoints = endpoints
        self.workers = workers
        self.slots = slots
        self.sweeps = sweeps
    }
}
