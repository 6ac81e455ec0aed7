import SweepCore

extension Windrow_V1_Progress {
    init(_ progress: RunningProgress) {
        self.init()
        seconds = progress.seconds
        guard let trial = progress.trial else { return }
        round = UInt64(clamping: trial.round)
        rounds = UInt64(clamping: trial.rounds ?? 0)
        if let known = trial.value { value = known }
    }
}

extension RunningProgress {
    init(_ message: Windrow_V1_Progress) throws(WireError) {
        guard message.seconds.isFinite, message.seconds >= 0 else {
            throw .malformed("a trial that has run for \(message.seconds) s")
        }
        seconds = message.seconds
        guard message.hasRound else { return }
        trial = TrialProgress(
            round: try integer(message.round, "round"),
            rounds: message.rounds > 0 ? try integer(message.rounds, "rounds") : nil,
            value: message.hasValue ? message.value : nil)
    }
}
