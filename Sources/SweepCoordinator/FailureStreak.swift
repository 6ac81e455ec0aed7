import SweepCore
import SweepWire

/// Trials of one sweep that have failed in a row on one worker, and how the other workers fared in
/// the meantime.
///
/// The rule: a worker on which `limit` different trials of a sweep have failed, none having
/// succeeded in between, is bad when in the meantime the others have had at least `limit`
/// successes of that sweep, and more successes than failures. A sweep that fails everywhere, or
/// nearly everywhere, so condemns nobody.
struct FailureStreak: Sendable {
    /// Different trials that must have failed.
    static let limit = 5

    /// The trials, up to the limit.
    private var trials: Set<Int> = []
    private var failures = 0
    /// The sweep's attempts when the streak began.
    private let before: Tally

    /// Attempts at a sweep's trials by how they ended.
    struct Tally: Sendable, Hashable {
        var successes = 0
        var failures = 0
    }

    /// A streak that begins now.
    init(_ tally: Tally) { before = tally }

    /// Another trial has failed.
    mutating func add(_ index: Int) {
        failures += 1
        if trials.count < Self.limit { trials.insert(index) }
    }

    /// Whether the worker is to blame, by the sweep's attempts so far.
    func isTheWorkers(_ tally: Tally) -> Bool {
        let successes = tally.successes - before.successes
        let others = tally.failures - before.failures - failures
        return trials.count >= Self.limit && successes >= Self.limit && successes > others
    }
}

/// Bad workers get no more leases.
extension CoordinatorInstance {
    /// Takes note of attempts that have succeeded on a worker.
    mutating func noteSuccesses(_ count: Int, of digest: SweepDigest, on id: PeerID) {
        guard count > 0 else { return }
        sweeps[digest]?.tally.successes += count
        if peers[id]?.streaks.isEmpty == false { peers[id]?.streaks[digest] = nil }
    }

    /// Takes note of an attempt that has failed on a worker, and sees whether the worker is bad.
    mutating func judgeFailure(
        at index: Int, of digest: SweepDigest, on id: PeerID
    ) -> [CoordinatorDirective] {
        guard var tally = sweeps[digest]?.tally, peers[id] != nil else { return [] }
        var streak = peers[id]?.streaks[digest] ?? FailureStreak(tally)
        tally.failures += 1
        sweeps[digest]?.tally = tally
        streak.add(index)
        peers[id]?.streaks[digest] = streak
        guard streak.isTheWorkers(tally), peers[id]?.quarantine == nil, hasOthers(than: id)
        else { return [] }
        return quarantine(id)
    }

    /// Whether another worker takes leases: a bad one is better than none.
    private func hasOthers(than id: PeerID) -> Bool {
        peers.contains { $0.key != id && !$0.value.isClosed }
    }

    /// Takes bad workers back when there are no others.
    mutating func liftQuarantine() {
        guard !peers.values.contains(where: { !$0.isClosed }) else { return }
        for id in peerOrder { peers[id]?.quarantine = nil }
    }

    private mutating func quarantine(_ id: PeerID) -> [CoordinatorDirective] {
        let reason =
            "\(FailureStreak.limit) trials in a row failed on it while others succeeded elsewhere"
        let before = peers[id]?.standing ?? Standing()
        peers[id]?.quarantine = reason
        peers[id]?.streaks = [:]
        return remind(id, of: before) + [
            .announce(.quarantined(worker: peers[id]?.name ?? "", reason: reason))
        ]
            + recallAll(from: id)
    }
}
