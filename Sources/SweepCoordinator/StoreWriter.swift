import DequeModule
import Glibc
import Processes
import SweepCore
import SweepStore
import SweepWire
import ZeroMQ

/// Writes batches to one store on a thread of its own: group commit.
///
/// While a sync is under way the next batches gather; one more sync makes all of them durable. Only
/// then are their tickets reported.
package final class StoreWriter: @unchecked Sendable {
    private enum Order {
        case batch(StoreBatch)
        case forgetFailures(ticket: UInt64)
        case log([OutputPart], worker: String)

        var ticket: UInt64? {
            switch self {
            case .batch(let batch): batch.ticket
            case .forgetFailures(let ticket): ticket
            case .log: nil
            }
        }
    }

    private struct Queue {
        var orders = Deque<Order>()
        /// Bytes of output among them.
        var outputSize = 0
        var isClosing = false
        var closed: (@Sendable () -> Void)?
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var state = Queue()
    private var thread = pthread_t()

    // Touched on the writer's thread only, once it runs.
    private let store: Store
    private let outputLog: OutputLog
    private let grid: Grid
    private let gitRevision: String
    private let stored: @Sendable ([UInt64]) -> Void
    private let stalled: (@Sendable (StoreError?) -> Void)?
    private let failed: @Sendable (StoreError) -> Void

    /// Takes the store over.
    ///
    /// - Parameters:
    ///   - store: open, and nobody else has it.
    ///   - grid: the sweep's trials.
    ///   - gitRevision: of the folder of the sweep file, for the rows.
    ///   - stored: called with the tickets of batches that have become durable.
    ///   - stalled: called when the disk takes nothing more for now, as a full one; what waits is
    ///     tried again until it is taken, and then it is called with nil. Without it, that is a
    ///     failure, too.
    ///   - failed: called once when the store cannot be written; nothing is written after it.
    /// - Throws: `SystemError` when there is no thread for it.
    package init(
        store: sending Store, grid: Grid, gitRevision: String,
        stored: @escaping @Sendable ([UInt64]) -> Void,
        stalled: (@Sendable (StoreError?) -> Void)? = nil,
        failed: @escaping @Sendable (StoreError) -> Void
    ) throws(SystemError) {
        self.store = store
        outputLog = OutputLog(store.directory)
        self.grid = grid
        self.gitRevision = gitRevision
        self.stored = stored
        self.stalled = stalled
        self.failed = failed
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        thread = try startThread { self.run() }
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Queues a batch.
    package func enqueue(_ batch: StoreBatch) { enqueue(.batch(batch)) }

    /// Queues the emptying of the table of failures.
    package func forgetFailures(ticket: UInt64) { enqueue(.forgetFailures(ticket: ticket)) }

    /// Queues what trials have printed; dropped when a slow disk is far behind.
    package func log(_ parts: [OutputPart], worker: String) {
        let size = parts.reduce(0) { $0 + $1.text.count }
        pthread_mutex_lock(mutex)
        let hasRoom = state.outputSize + size <= Self.maximumOutput
        if hasRoom { state.outputSize += size }
        pthread_mutex_unlock(mutex)
        if hasRoom { enqueue(.log(parts, worker: worker)) }
    }

    /// Bytes of output that may wait for the disk.
    private static let maximumOutput = 16 << 20

    private func enqueue(_ order: Order) {
        pthread_mutex_lock(mutex)
        state.orders.append(order)
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Writes what is queued and closes the store, without waiting for it.
    ///
    /// - Parameter closed: called when other processes may write to the store; `close` still has to
    ///   be called.
    package func beginClosing(_ closed: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        state.isClosing = true
        state.closed = closed
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Writes what is queued, closes the store and waits for both.
    package func close() {
        pthread_mutex_lock(mutex)
        state.isClosing = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
        pthread_join(thread, nil)
    }

    private func next() -> Deque<Order>? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while state.orders.isEmpty && !state.isClosing { pthread_cond_wait(changed, mutex) }
        guard !state.orders.isEmpty else { return nil }
        defer {
            state.orders = []
            state.outputSize = 0
        }
        return state.orders
    }

    private func run() {
        do {
            while let orders = next() {
                for order in orders {
                    switch order {
                    case .batch(let batch): try write(batch)
                    case .forgetFailures:
                        try patiently { () throws(StoreError) in try store.forgetFailures() }
                    case .log(let parts, let worker): write(parts, worker)
                    }
                }
                outputLog.flush()
                let tickets = orders.compactMap(\.ticket)
                guard !tickets.isEmpty else { continue }
                try patiently { () throws(StoreError) in try store.sync() }
                stored(tickets)
            }
            try store.close()
            finish()
        } catch {
            failed(error)
        }
    }

    private func finish() {
        pthread_mutex_lock(mutex)
        let closed = state.closed
        pthread_mutex_unlock(mutex)
        closed?()
    }

    /// Seconds between two attempts to write to a full disk.
    private static let patience = 0.5

    /// Does something to the store, again and again while the disk is full; gives up when the
    /// writer is being closed.
    private func patiently(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        var isTold = false
        while true {
            do {
                try body()
                if isTold { stalled?(nil) }
                return
            } catch {
                guard let stalled, error.isRetriable else { throw error }
                if !isTold { stalled(error) }
                isTold = true
                guard waitForSpace() else { throw error }
            }
        }
    }

    /// Waits a while; false when the writer is being closed.
    private func waitForSpace() -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let end = Double(deadline.tv_nsec) * 1e-9 + Self.patience
        deadline.tv_sec += Int(end)
        deadline.tv_nsec = Int((end - end.rounded(.down)) * 1e9)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !state.isClosing {
            if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return true }
        }
        return false
    }

    private func write(_ parts: [OutputPart], _ worker: String) {
        for part in parts {
            var heading: String?
            if part.begins {
                var now = timespec()
                clock_gettime(CLOCK_REALTIME, &now)
                heading = "--- \(worker) " + OutputLog.timestamp(Double(now.tv_sec))
            }
            let id = "\(grid.id(of: grid.trial(at: part.index)))"
            outputLog.append(part.text, of: id, heading: heading)
        }
    }

    private func write(_ batch: StoreBatch) throws(StoreError) {
        for result in batch.results {
            let trial = grid.trial(at: result.index)
            let row = ResultRow(
                index: result.index, trial: trial, id: grid.id(of: trial),
                outcome: result.outcome,
                provenance: Provenance(
                    gitRevision: gitRevision, host: result.host, worker: result.worker,
                    attempt: result.attempt, startedAt: result.startedAt,
                    duration: result.duration))
            try patiently { () throws(StoreError) in try store.append(row) }
        }
        for failure in batch.failures {
            let row = FailureRow(
                id: grid.id(of: grid.trial(at: failure.index)), index: failure.index,
                attempt: failure.attempt, host: failure.host, worker: failure.worker,
                startedAt: failure.startedAt, duration: failure.duration,
                exitCode: failure.failure.exitCode, signal: failure.failure.signal,
                reason: failure.failure.reason)
            try patiently { () throws(StoreError) in try store.append(row) }
        }
    }
}
