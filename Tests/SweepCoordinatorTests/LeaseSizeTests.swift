import SweepCore
import SweepWire
import Testing

@testable import SweepCoordinator

@Suite("Guided self-scheduling")
struct LeaseSizeTests {
    let size = LeaseSize()

    @Test("before the first result a lease holds one trial")
    func unknown() {
        #expect(size.count(secondsPerTrial: nil, waiting: 1000, slots: 2) == 1)
    }

    @Test(
        "a lease is a fifth of a second of work, within its bounds",
        arguments: [(0.0, 16384), (1e-6, 16384), (1e-3, 200), (0.05, 4), (0.2, 1), (3600, 1)])
    func byTime(seconds: Double, expected: Int) {
        #expect(size.count(secondsPerTrial: seconds, waiting: .max / 4, slots: 2) == expected)
    }

    @Test("leases shrink toward the end, and all slots finish together")
    func shrinking() {
        var waiting = 100_000
        var last = Int.max
        while waiting > 0 {
            let count = size.count(secondsPerTrial: 1e-6, waiting: waiting, slots: 8)
            #expect(count >= 1 && count <= waiting && count <= last)
            // Never more than a sixteenth of what is left, until single trials remain.
            #expect(count == 1 || count <= waiting / 16)
            last = count
            waiting -= count
        }
    }
}

@Suite("A sweep's book")
struct SweepProgressTests {
    private func book(_ count: Int, attempts: Int = 3, maxFailures: Int = 20) -> SweepProgress {
        SweepProgress(
            definition: Definition(sweep: SweepDigest(bits: 1), json: [], timeout: nil),
            experiment: "noop/1", limits: Limits(attempts: attempts, maxFailures: maxFailures),
            count: count, finished: IndexIntervals(), failed: IndexIntervals())
    }

    @Test("a book of 10¹⁵ trials is as small as one of ten")
    func size() {
        var progress = book(1_000_000_000_000_000)
        #expect(progress.take(atMost: 5, now: 0) == 0..<5)
        #expect(progress.pending.ranges == [5..<1_000_000_000_000_000])
        #expect(progress.remaining == 1_000_000_000_000_000)
    }

    @Test("a failed attempt waits longer each time, then the trial is given up")
    func backOff() {
        var progress = book(1)
        #expect(progress.take(atMost: 1, now: 0) == 0..<1)
        var now = 0.0
        for (attempt, delay) in [(1, 0.5), (2, 1.0)] {
            let outcome = progress.fail(0, isPermanent: false, now: now)
            #expect(outcome.attempts == attempt && !outcome.isFinal)
            #expect(progress.take(atMost: 1, now: now + delay - 0.01) == nil)
            now += delay
            #expect(progress.take(atMost: 1, now: now) == 0..<1)
        }
        let last = progress.fail(0, isPermanent: false, now: now)
        #expect(last.attempts == 3 && last.isFinal)
        #expect(progress.remaining == 0 && progress.failed.contains(0))
    }

    @Test("a permanent failure is not tried again")
    func permanent() {
        var progress = book(2)
        _ = progress.take(atMost: 1, now: 0)
        #expect(progress.fail(0, isPermanent: true, now: 0).isFinal)
    }

    @Test("the limit of failures stops the sweep with a reason, unless it is done anyway")
    func maxFailures() {
        var progress = book(3, maxFailures: 2)
        for index in 0..<3 { _ = progress.fail(index, isPermanent: true, now: 0) }
        #expect(progress.stopReason?.contains("max-failures: 2") == true)
        #expect(progress.take(atMost: 1, now: 0) == nil)
        var whole = book(2, maxFailures: 2)
        for index in 0..<2 { _ = whole.fail(index, isPermanent: true, now: 0) }
        #expect(whole.stopReason == nil)
    }

    @Test("what was put back is handed out again, but never what is settled")
    func putBack() {
        var progress = book(10)
        _ = progress.take(atMost: 6, now: 0)
        progress.finish(2, seconds: 1)
        _ = progress.fail(3, isPermanent: true, now: 0)
        progress.putBack(IndexIntervals(0..<6))
        #expect(progress.pending.ranges == [0..<2, 4..<10])
    }
}
