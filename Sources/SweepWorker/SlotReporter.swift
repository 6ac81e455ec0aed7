import Glibc
import Processes
import SweepWire

/// Sends a slot's outcomes to its worker from a thread of its own.
///
/// Outcomes of very short trials share a frame: the thread gathers for two milliseconds. An outcome
/// never waits for the next trial to end.
final class SlotReporter: @unchecked Sendable {
    private let channel: Descriptor
    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    // Behind the mutex.
    private var lease: Lease?
    private var outcomes: [Outcome] = []
    private var isEnded = false

    /// Microseconds that the thread gathers.
    private static let gathering: UInt32 = 2000
    /// Outcomes in one frame at most.
    private static let maximumOutcomes = 4096

    init(channel: Descriptor) throws(SystemError) {
        self.channel = channel
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        // The reporter lives as long as the process.
        try startThread { self.send() }
    }

    /// Adds an outcome; waits while the worker is far behind.
    func add(_ outcome: Outcome, of lease: Lease) {
        pthread_mutex_lock(mutex)
        while outcomes.count >= Self.maximumOutcomes { pthread_cond_wait(changed, mutex) }
        self.lease = lease
        outcomes.append(outcome)
        if outcomes.count == 1 { pthread_cond_broadcast(changed) }
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
        while true {
            pthread_mutex_lock(mutex)
            while outcomes.isEmpty && !isEnded { pthread_cond_wait(changed, mutex) }
            let mayGather = !isEnded
            pthread_mutex_unlock(mutex)
            if mayGather { usleep(Self.gathering) }

            pthread_mutex_lock(mutex)
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
