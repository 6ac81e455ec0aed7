import SweepCore

/// Where and when an attempt ran.
///
/// May differ between two runs of one trial.
package struct Provenance: Sendable, Hashable {
    /// Commit of the program that computed; the store writes it with a `g` in front.
    package var gitRevision: String
    /// Name of the machine.
    package var host: String
    /// Name of the worker.
    package var worker: String
    /// Which attempt it was, counted from 1.
    package var attempt: Int
    /// When it began, in seconds since 1970.
    package var startedAt: Double
    /// How long it took, in seconds.
    package var duration: Double

    /// Describes an attempt.
    package init(
        gitRevision: String, host: String, worker: String, attempt: Int, startedAt: Double,
        duration: Double
    ) {
        self.gitRevision = gitRevision
        self.host = host
        self.worker = worker
        self.attempt = attempt
        self.startedAt = startedAt
        self.duration = duration
    }
}

/// A finished trial, as it goes into `results.csv` and `trace.csv`.
package struct ResultRow: Sendable {
    /// Position in the current grid; nil when the trial is not in it.
    package var index: Int?
    /// The trial.
    package var trial: Trial
    /// The trial's own name.
    package var id: TrialID
    /// What it left behind.
    package var outcome: TrialOutcome
    /// Where and when it ran.
    package var provenance: Provenance

    /// A finished trial.
    package init(
        index: Int?, trial: Trial, id: TrialID, outcome: TrialOutcome, provenance: Provenance
    ) {
        self.index = index
        self.trial = trial
        self.id = id
        self.outcome = outcome
        self.provenance = provenance
    }
}

/// A trial that is given up, as it goes into `failures.csv`.
package struct FailureRow: Sendable, Hashable {
    /// The trial's own name.
    package var id: TrialID
    /// Position in the current grid.
    package var index: Int
    /// Which attempt it was, counted from 1.
    package var attempt: Int
    /// Name of the machine.
    package var host: String
    /// Name of the worker.
    package var worker: String
    /// When it began, in seconds since 1970.
    package var startedAt: Double
    /// How long it took, in seconds.
    package var duration: Double
    /// Exit code of the program that failed, if there was one.
    package var exitCode: Int32?
    /// Signal that ended the program, if one did.
    package var signal: Int32?
    /// What was wrong.
    package var reason: String

    /// A failed trial.
    package init(
        id: TrialID, index: Int, attempt: Int, host: String, worker: String, startedAt: Double,
        duration: Double, exitCode: Int32? = nil, signal: Int32? = nil, reason: String
    ) {
        self.id = id
        self.index = index
        self.attempt = attempt
        self.host = host
        self.worker = worker
        self.startedAt = startedAt
        self.duration = duration
        self.exitCode = exitCode
        self.signal = signal
        self.reason = reason
    }
}
