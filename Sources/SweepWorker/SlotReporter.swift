import Glibc
import Processes
import SweepWire

/// Sends a slot's outcomes to its worker from a thread of its own.
///
/// Outcomes of short trials share a frame: the thread gathers them for some milliseconds. The end of
/// a lease is told at once, and an outcome never waits for the next trial to end.
final class SlotReporter: @unchecked Sendable {
    private let channel: Descriptor
    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    /// Outcomes were added, a lease has ended, or all was taken.
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    // Behind the mutex.
    private var lease: Lease?
    private var outcomes: [Outcome] = []
    private var isEnded = false

    /// Nanoseconds that the thread gathers, for the slot's first frame and for the others.
    ///
    /// The first row is to be seen soon; from then on a frame, which costs slot, worker,
    /// coordinator and disk a part of a millisecond together, shall not come too often.
    private static let gathering = (first: 2_000_000, later: 250_000_000)
    /// Outcomes in one frame at most.
    private static let maximumOutcomes = 4096

    init(channel: Descriptor) throws(SystemError) {
        self.channel = channel
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        // The reporter lives as long as the process.
        try startThread { self.send() }
    }

    /// Adds an outcome; waits while the worker is far behind.
    func add(_ outcome: Outcome, of lease: Lease) {
        pthread_mutex_lock(mutex)
        while outcomes.count >= Self.maximumOutcomes { pthread_cond_wait(changed, mutex) }
        self.lease = lease
        outcomes.append(outcome)
        if outcomes.count == 1 || outcomes.count == Self.maximumOutcomes {
            pthread_cond_broadcast(changed)
        }
        pthread_mutex_unlock(mutex)
    }

    /// Ends the lease and waits until all of it was sent.
    func end(_ lease: Lease) {
        pthread_mutex_lock(mutex)
        self.lease = lease
        isEnded = true
        pthread_cond_broadcast(changed)
        while isEnded { pthread_cond_wait(changed, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func send() {
        var gathering = Self.gathering.first
        while true {
            pthread_mutex_lock(mutex)
            while outcomes.isEmpty && !isEnded { pthread_cond_wait(changed, mutex) }
            var deadline = timespec()
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = deadline.tv_nsec + gathering
            deadline.tv_sec += nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
            while !isEnded, outcomes.count < Self.maximumOutcomes,
                pthread_cond_timedwait(changed, mutex, &deadline) == 0
            {}
            gathering = Self.gathering.later
            let batch = outcomes
            let ends = isEnded
            let lease = self.lease
            outcomes.removeAll(keepingCapacity: true)
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)

            if let lease {
                let report = LeaseReport(
                    lease: lease.id, sweep: lease.sweep, outcomes: batch, isEnded: ends)
                for part in report.uniform() { write(bounded(part)) }
            }
            if ends {
                pthread_mutex_lock(mutex)
                isEnded = false
                pthread_cond_broadcast(changed)
                pthread_mutex_unlock(mutex)
            }
        }
    }

    /// The report's frames, each within the protocol's bound: a trial whose trace alone is beyond
    /// it fails with a reason instead.
    private func bounded(_ report: LeaseReport) -> [[UInt8]] {
        let bytes = report.encodedFromSlot()
        // Half of the bound, because the worker wraps the report once more.
        guard bytes.count > Wire.maximumMessageSize / 2 else { return [bytes] }
        guard report.outcomes.count > 1 else {
            var report = report
            for position in report.outcomes.indices {
                report.outcomes[position].result = .failure(
                    .init(
                        "the trial's result has \(bytes.count) bytes, the bound is "
                            + "\(Wire.maximumMessageSize / 2); log fewer rounds (log-every)",
                        isPermanent: true))
            }
            return [report.encodedFromSlot()]
        }
        var front = report
        var back = report
        front.outcomes = Array(report.outcomes.prefix(report.outcomes.count / 2))
        front.isEnded = false
        back.outcomes = Array(report.outcomes.dropFirst(report.outcomes.count / 2))
        return bounded(front) + bounded(back)
    }

    private func write(_ payloads: [[UInt8]]) {
        for payload in payloads {
            // Without its worker a slot has no reason to live.
            if !channel.send(FrameBuffer.frame(payload)) { _exit(0) }
        }
    }
}
