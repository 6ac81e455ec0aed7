import SweepCore

extension Windrow_V1_RunningState {
    init(_ trial: RunningSummary) {
        self.init()
        sweep = trial.sweep
        index = UInt64(clamping: trial.index)
        id = trial.id.map { "\($0)" } ?? ""
        label = trial.label
        attempt = UInt32(clamping: trial.attempt)
        progress = Windrow_V1_Progress(trial.progress)
    }
}

extension RunningSummary {
    init(_ message: Windrow_V1_RunningState) throws(WireError) {
        self.init(
            sweep: message.sweep, index: try integer(message.index, "a running index"),
            attempt: Int(message.attempt), progress: try RunningProgress(message.progress))
        id = try trialID(message.id)
        label = message.label
    }
}

extension Windrow_V1_FailureState {
    init(_ attempt: FailureSummary) {
        self.init()
        index = UInt64(clamping: attempt.index)
        id = attempt.id.map { "\($0)" } ?? ""
        label = attempt.label
        self.attempt = UInt32(clamping: attempt.attempt)
        final = attempt.isFinal
        host = attempt.host
        endedAt = attempt.endedAt ?? 0
        failure = Windrow_V1_Failure(attempt.failure)
    }
}

extension FailureSummary {
    init(_ message: Windrow_V1_FailureState) throws(WireError) {
        guard message.endedAt.isFinite else {
            throw .malformed("a failure at \(message.endedAt)")
        }
        self.init(
            index: try integer(message.index, "a failed index"), attempt: Int(message.attempt),
            isFinal: message.final, host: message.host,
            endedAt: message.endedAt == 0 ? nil : message.endedAt,
            failure: TrialFailure(message.failure))
        id = try trialID(message.id)
        label = message.label
    }
}

/// A trial's id; nil for an empty text.
private func trialID(_ text: String) throws(WireError) -> TrialID? {
    guard !text.isEmpty else { return nil }
    guard let id = TrialID(text) else { throw .malformed("a trial's id '\(text)'") }
    return id
}
