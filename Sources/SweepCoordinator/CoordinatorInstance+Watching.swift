import DequeModule
import SweepCore
import SweepWire

/// What those who watch are told about single trials: bounded, kept in memory only, and without a
/// part in any decision.
extension CoordinatorInstance {
    /// Trials in one answer at most.
    static let mostTrialsTold = 4096
    /// Bytes of a failure's reason at most; the whole of it stands in `failures.csv`.
    private static let longestReason = 2000

    /// Remembers an attempt that failed.
    mutating func note(
        _ failure: TrialFailure, at outcome: Outcome, of digest: SweepDigest, on host: String,
        attempt: Int, isFinal: Bool, book: TrialBook?
    ) {
        guard service != nil else { return }
        var failure = failure
        if failure.reason.utf8.count > Self.longestReason {
            let start = String(
                decoding: failure.reason.utf8.prefix(Self.longestReason), as: UTF8.self)
            failure = TrialFailure(
                start + "…", exitCode: failure.exitCode, signal: failure.signal,
                isPermanent: failure.isPermanent)
        }
        let end = outcome.startedAt + outcome.duration
        var summary = FailureSummary(
            index: outcome.index, attempt: attempt, isFinal: isFinal, host: host,
            endedAt: end > 0 ? end : nil, failure: failure)
        if let name = book?.name(of: outcome.index) { (summary.id, summary.label) = name }
        failures[digest, default: []].append(summary)
        if failures[digest, default: []].count > SweepSummary.mostFailures {
            failures[digest]?.removeFirst()
        }
    }

    /// The latest failed attempts of a sweep, the newest first.
    func latestFailures(of digest: SweepDigest, atMost count: Int) -> [FailureSummary] {
        Array((failures[digest] ?? []).suffix(max(0, count)).reversed())
    }

    /// What a worker runs, by its last heartbeat.
    ///
    /// - Parameter count: how many trials at most.
    func running(on peer: Peer, atMost count: Int) -> [RunningSummary] {
        var found: [RunningSummary] = []
        for trial in peer.running where found.count < count {
            guard let progress = trial.progress, let record = leases[trial.lease],
                let sweep = sweeps[record.sweep],
                record.open.contains(trial.index) || record.twin != nil,
                let name = servedName(record.sweep)
            else { continue }
            var summary = RunningSummary(
                sweep: name, index: trial.index, attempt: sweep.attempt(of: trial.index),
                progress: progress)
            summary.progress.seconds += peer.silence
            if let name = sweep.book?.name(of: trial.index) { (summary.id, summary.label) = name }
            found.append(summary)
        }
        return found
    }

    private func servedName(_ digest: SweepDigest) -> String? {
        served.first { $0.value.submission.sweep == digest }?.key
    }
}
