import SweepCore

/// A trial that runs, as its worker's last heartbeat said.
package struct RunningSummary: Sendable, Hashable {
    /// The sweep's name.
    package var sweep: String
    package var index: Int
    /// The trial's id; nil where it is not known.
    package var id: TrialID?
    /// What tells the trial from others of its sweep: `kind=ec step-size=0.1`.
    package var label = ""
    /// From 1.
    package var attempt: Int
    package var progress: RunningProgress

    package init(sweep: String, index: Int, attempt: Int, progress: RunningProgress) {
        self.sweep = sweep
        self.index = index
        self.attempt = attempt
        self.progress = progress
    }
}

/// An attempt at a trial that failed.
package struct FailureSummary: Sendable, Hashable {
    package var index: Int
    /// The trial's id; nil where it is not known.
    package var id: TrialID?
    /// What tells the trial from others of its sweep.
    package var label = ""
    /// From 1.
    package var attempt: Int
    /// Whether the trial was given up with it.
    package var isFinal: Bool
    package var host: String
    /// Seconds since 1970; nil where it is not known.
    package var endedAt: Double?
    package var failure: TrialFailure

    package init(
        index: Int, attempt: Int, isFinal: Bool, host: String, endedAt: Double?,
        failure: TrialFailure
    ) {
        self.index = index
        self.attempt = attempt
        self.isFinal = isFinal
        self.host = host
        self.endedAt = endedAt
        self.failure = failure
    }
}
