import SweepCore
import SweepWire

/// The book of one sweep: which trials wait, which are leased, which are done.
///
/// A trial is an index, and sets of trials are intervals: the book's size does not grow with the
/// grid. Every index is in exactly one of `pending`, `retries`, a lease, `finished`, `failed`.
package struct SweepProgress: Sendable {
    /// A trial that waits for another attempt.
    struct Retry: Sendable {
        var index: Int
        var notBefore: Double
    }

    package let definition: Definition
    /// What a worker must be able to run: `name/version`.
    package let experiment: String
    package let limits: Limits
    /// Number of trials in the grid.
    package let count: Int
    /// Trials with a result, in the store or on the way there.
    package private(set) var finished: IndexIntervals
    /// Trials that were given up.
    package private(set) var failed: IndexIntervals
    /// Failed trials since this coordinator began; `limits.maxFailures` bounds it.
    package private(set) var newFailures = 0
    /// Whether no more trials are handed out.
    package private(set) var isDraining = false
    /// Whether an operator wants it to wait.
    package var isPaused = false
    /// Why the sweep was stopped early, if it was.
    package private(set) var stopReason: String?
    /// Smoothed seconds of work for one trial; nil before the first result.
    package private(set) var secondsPerTrial: Double?
    /// Trials under a lease.
    package var leasedCount = 0
    /// Where and before what its trials run.
    package var placement: Placement
    /// Whether idle slots run copies of trials that take long.
    package var speculates = false
    /// Names its trials for those who watch; nil: nobody can.
    package var book: TrialBook?
    /// What was said last about why nothing of it can run.
    var toldObstacle: String?
    /// How attempts have ended since this coordinator began.
    var tally = FailureStreak.Tally()
    /// How often an attempt failed and the trial was queued again.
    package private(set) var retriedCount = 0

    var pending: IndexIntervals
    var retries: [Retry] = []
    private var failedAttempts: [Int: Int] = [:]

    /// - Parameters:
    ///   - definition: what workers need to know of the sweep.
    ///   - experiment: its name.
    ///   - limits: when to give up.
    ///   - count: how many trials the grid has.
    ///   - finished: trials whose results are in the store.
    ///   - failed: trials that were given up before.
    ///   - placement: where and before what they run.
    package init(
        definition: Definition, experiment: String, limits: Limits, count: Int,
        finished: IndexIntervals, failed: IndexIntervals, placement: Placement = Placement()
    ) {
        self.definition = definition
        self.experiment = experiment
        self.limits = limits
        self.count = count
        self.finished = finished
        self.failed = failed
        self.placement = placement
        pending = IndexIntervals(0..<count).subtracting(finished).subtracting(failed)
    }

    /// Trials that are neither finished nor failed.
    package var remaining: Int { count - finished.count - failed.count }

    /// Whether nothing is handed out at the moment.
    var isHeld: Bool { isDraining || isPaused }

    /// Whether something waits to be leased, now or after a back-off.
    var hasWaiting: Bool { !pending.isEmpty || !retries.isEmpty }

    /// The attempt that a trial is in, from 1.
    func attempt(of index: Int) -> Int {
        failedAttempts.isEmpty ? 1 : (failedAttempts[index] ?? 0) + 1
    }

    // MARK: Handing out

    /// Takes trials to lease: due retries one by one, otherwise at most `count` from the front.
    mutating func take(atMost count: Int, now: Double) -> Range<Int>? {
        guard !isHeld else { return nil }
        if let due = retries.firstIndex(where: { $0.notBefore <= now }) {
            let index = retries.remove(at: due).index
            return index..<index + 1
        }
        return pending.popFirst(atMost: count)
    }

    /// Takes exactly these trials if all of them wait.
    mutating func adopt(_ range: Range<Int>) -> IndexIntervals {
        let wanted = IndexIntervals(range).intersection(pending)
        for part in wanted.ranges { pending.remove(part) }
        return wanted
    }

    /// Puts trials without an outcome back.
    mutating func putBack(_ trials: IndexIntervals) {
        for range in trials.subtracting(finished).subtracting(failed).ranges {
            pending.insert(range)
        }
    }

    /// Stops handing out.
    mutating func drain(reason: String?) {
        isDraining = true
        stopReason = stopReason ?? reason
    }

    /// Gives trials that were given up another chance.
    mutating func retry(_ trials: IndexIntervals) {
        let again = trials.intersection(failed)
        guard !again.isEmpty else { return }
        failed = failed.subtracting(again)
        newFailures = 0
        putBack(again)
    }

    // MARK: Outcomes

    /// Whether a trial has its final row already.
    func isSettled(_ index: Int) -> Bool { finished.contains(index) || failed.contains(index) }

    /// Records a result; the trial must not be settled.
    mutating func finish(_ index: Int, seconds: Double) {
        finished.insert(index)
        withdraw(index)
        if !failedAttempts.isEmpty { failedAttempts[index] = nil }
        // The first trials weigh fully, later ones a tenth: a grid's trial times drift.
        let known = secondsPerTrial ?? seconds
        secondsPerTrial = known + 0.1 * (seconds - known)
    }

    /// Records a failed attempt.
    ///
    /// - Returns: how many attempts were made, and whether the trial is given up.
    mutating func fail(
        _ index: Int, isPermanent: Bool, now: Double
    ) -> (attempts: Int, isFinal: Bool) {
        let attempts = attempt(of: index)
        failedAttempts[index] = attempts
        withdraw(index)
        if isPermanent || attempts >= limits.attempts {
            failed.insert(index)
            failedAttempts[index] = nil
            newFailures += 1
            if newFailures >= limits.maxFailures, remaining > 0, !isDraining {
                drain(
                    reason: "\(newFailures) \(newFailures == 1 ? "trial" : "trials") failed, "
                        + "the limit is max-failures: \(limits.maxFailures)")
            }
            return (attempts, true)
        }
        // 0.5 s, 1 s, 2 s, … up to a minute.
        let delay = min(60, 0.5 * Double(1 << min(attempts - 1, 10)))
        retries.append(Retry(index: index, notBefore: now + delay))
        retriedCount += 1
        return (attempts, false)
    }

    /// Forgets that a trial waits.
    private mutating func withdraw(_ index: Int) {
        pending.remove(index..<index + 1)
        if !retries.isEmpty { retries.removeAll { $0.index == index } }
    }
}
