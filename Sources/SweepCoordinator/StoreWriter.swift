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
    private struct Queue {
        var batches = Deque<StoreBatch>()
        var isClosing = false
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var state = Queue()
    private var thread = pthread_t()

    // Touched on the writer's thread only, once it runs.
    private let store: Store
    private let grid: Grid
    private let gitRevision: String
    private let stored: @Sendable ([UInt64]) -> Void
    private let failed: @Sendable (StoreError) -> Void

    /// Takes the store over.
    ///
    /// - Parameters:
    ///   - stored: called with the tickets of batches that have become durable.
    ///   - failed: called once when the store cannot be written; nothing is written after it.
    /// - Throws: `SystemError` when there is no thread for it.
    package init(
        store: sending Store, grid: Grid, gitRevision: String,
        stored: @escaping @Sendable ([UInt64]) -> Void,
        failed: @escaping @Sendable (StoreError) -> Void
    ) throws(SystemError) {
        self.store = store
        self.grid = grid
        self.gitRevision = gitRevision
        self.stored = stored
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
    package func enqueue(_ batch: StoreBatch) {
        pthread_mutex_lock(mutex)
        state.batches.append(batch)
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

    private func next() -> Deque<StoreBatch>? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while state.batches.isEmpty && !state.isClosing { pthread_cond_wait(changed, mutex) }
        guard !state.batches.isEmpty else { return nil }
        defer { state.batches = [] }
        return state.batches
    }

    private func run() {
        do {
            while let batches = next() {
                for batch in batches { try write(batch) }
                try store.sync()
                stored(batches.map(\.ticket))
            }
            try store.close()
        } catch {
            failed(error)
        }
    }

    private func write(_ batch: StoreBatch) throws(StoreError) {
        for result in batch.results {
            let trial = grid.trial(at: result.index)
            try store.append(
                ResultRow(
                    index: result.index, trial: trial, id: grid.id(of: trial),
                    outcome: result.outcome,
                    provenance: Provenance(
                        gitRevision: gitRevision, host: result.host, worker: result.worker,
                        attempt: result.attempt, startedAt: result.startedAt,
                        duration: result.duration)))
        }
        for failure in batch.failures {
            try store.append(
                FailureRow(
                    id: grid.id(of: grid.trial(at: failure.index)), index: failure.index,
                    attempt: failure.attempt, host: failure.host, worker: failure.worker,
                    startedAt: failure.startedAt, duration: failure.duration,
                    exitCode: failure.failure.exitCode, signal: failure.failure.signal,
                    reason: failure.failure.reason))
        }
    }
}
