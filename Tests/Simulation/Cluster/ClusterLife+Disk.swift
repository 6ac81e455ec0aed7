import SweepCoordinator
import SweepCore
import SweepWire

/// The coordinator's disk: stores, their writers and the service records, step by step as
/// `StoreWriter` and `Store` do it.
extension ClusterLife {
    private var isDiskFull: Bool { now < diskFullUntil }

    /// Seconds that a sync takes now.
    private mutating func syncTime() -> Double {
        plan.syncSeconds * (0.5 + random.uniform()) + max(0, diskSlowUntil - now)
    }

    // MARK: Opening and closing

    mutating func open(_ opening: StoreOpening) {
        guard let (sweep, version) = content(of: opening.record.submission) else { return }
        guard !isDiskFull else {
            let name = opening.record.submission.name
            feed { coordinator, _ in
                coordinator.openingFailed(
                    name, reason: "no space left on device", exitCode: 75,
                    isUsable: opening.isResumed)
            }
            if opening.isResumed { end(sweep) }
            startListening()
            return
        }
        // Rows that an earlier process left with the system are synced before they count.
        if mistake != .openWithoutSync { makeDurable(sweep) }
        if !opening.isResumed { sweeps[sweep].record = opening.record }
        if opening.retriesFailed { forgetFailures(sweep) }
        writerCount += 1
        sweeps[sweep].writer = WriterModel(number: writerCount, version: version)
        queue.add(.opened(epoch: epoch, opening), at: now + 0.1 * random.uniform())
    }

    mutating func finishOpening(_ opening: StoreOpening) {
        guard let (sweep, version) = content(of: opening.record.submission) else { return }
        let name = opening.record.submission.name
        sweeps[sweep].isEnded = false
        sweeps[sweep].isSubmitted = true
        trace.add(now, "the store of \(name) is open, \(sweeps[sweep].table.settled.count) rows")
        let progress = progress(of: sweep, version)
        feed { coordinator, now in coordinator.opened(name, progress, now: now) }
        startListening()
    }

    /// The sweep, as far as its tables have come.
    private func progress(of sweep: Int, _ version: Int) -> SweepProgress {
        let model = sweeps[sweep]
        let content = model.versions[version]
        let failed = model.table.settled.filter { model.table.failures[$0] != nil }
        // A row that only the system's memory holds counts like the others here.
        let cached = model.table.cached.reduce(into: Set<Int>()) { set, row in
            if case .failure(let trial, _) = row { set.insert(trial) }
        }
        let allFailed = failed.union(cached).filter { model.table.results[$0] == nil }
        let finished = model.table.settled.subtracting(allFailed)
        func indices(_ trials: Set<Int>) -> IndexIntervals {
            IndexIntervals(
                sorting: trials.filter { $0 < content.trials }.map { content.index(of: $0) })
        }
        var progress = SweepProgress(
            definition: Definition(sweep: content.digest, json: [], timeout: nil),
            experiment: "noop/1",
            limits: Limits(attempts: model.plan.attempts, maxFailures: 1_000_000),
            count: content.trials, finished: indices(finished), failed: indices(allFailed))
        progress.speculates = model.plan.speculates
        return progress
    }

    mutating func close(_ digest: SweepDigest) {
        guard let (sweep, _) = sweepOfDigest[digest] else { return }
        end(sweep)
        sweeps[sweep].writer?.isClosing = true
        stepWriter(sweep)
    }

    /// From here on what comes for a sweep may be dropped.
    mutating func end(_ sweep: Int) {
        sweeps[sweep].isEnded = true
        trace.add(now, "\(sweeps[sweep].plan.name) has ended")
    }

    // MARK: Writing

    mutating func enqueue(_ batch: StoreBatch) {
        for failure in batch.failures { checkBlame(failure, batch.sweep) }
        unstoredRows += batch.results.count + batch.failures.count
        enqueue(.batch(batch), for: batch.sweep)
        checkMemory()
    }

    mutating func enqueue(_ order: WriterModel.Order, for digest: SweepDigest) {
        guard let (sweep, _) = sweepOfDigest[digest], sweeps[sweep].writer != nil else {
            violate(.exactlyOnce, "rows for sweep \(digest.bits), whose store is not open")
            return
        }
        sweeps[sweep].writer?.queue.append(order)
        stepWriter(sweep)
    }

    /// Begins the next group when the writer rests.
    private mutating func stepWriter(_ sweep: Int) {
        guard var writer = sweeps[sweep].writer, writer.step == .idle else { return }
        if !writer.queue.isEmpty {
            writer.group = writer.queue
            writer.queue = []
            writer.done = 0
            writer.step = .appending
            sweeps[sweep].writer = writer
            queue.add(
                .disk(sweep: sweep, writer: writer.number), at: now + 1e-3 * random.uniform())
        } else if writer.isClosing {
            sweeps[sweep].writer = nil
            queue.add(
                .closed(epoch: epoch, sweeps[sweep].versions[writer.version].digest),
                at: now + 1e-3)
        }
    }

    mutating func stepDisk(_ sweep: Int, _ number: Int) {
        guard var writer = sweeps[sweep].writer, writer.number == number else { return }
        let event = Event.disk(sweep: sweep, writer: number)
        guard now >= coordinatorPausedUntil else {
            queue.add(event, at: coordinatorPausedUntil)
            return
        }
        guard !isDiskFull else {
            queue.add(event, at: now + 0.5)
            return
        }
        let digest = sweeps[sweep].versions[writer.version].digest
        if diskBreaks {
            diskBreaks = false
            loseCache(sweep)
            queue.add(.storeFailed(epoch: epoch, digest), at: now + 1e-3)
            sweeps[sweep].writer?.step = .syncing
            sweeps[sweep].writer?.number = -number
            return
        }
        switch writer.step {
        case .idle: return
        case .appending:
            append(writer.group[writer.done], of: sweep, to: &writer)
            writer.done += 1
            // A full buffer goes to the system, at no particular time.
            if random.below(3) == 0 { flush(&writer, sweep) }
            if writer.done == writer.group.count { writer.step = .syncing }
            let wait = writer.step == .syncing ? syncTime() : 1e-4 * random.uniform()
            if writer.step == .syncing { flush(&writer, sweep) }
            sweeps[sweep].writer = writer
            queue.add(event, at: now + wait)
        case .syncing:
            makeDurable(sweep)
            var tickets: [UInt64] = []
            for order in writer.group {
                switch order {
                case .batch(let batch):
                    tickets.append(batch.ticket)
                    unstoredRows -= batch.results.count + batch.failures.count
                case .forgetFailures(let ticket): tickets.append(ticket)
                }
            }
            writer.group = []
            writer.step = .idle
            sweeps[sweep].writer = writer
            queue.add(.stored(epoch: epoch, tickets), at: now + 1e-3 * random.uniform())
            stepWriter(sweep)
        }
    }

    private mutating func append(
        _ order: WriterModel.Order, of sweep: Int, to writer: inout WriterModel
    ) {
        switch order {
        case .forgetFailures:
            flush(&writer, sweep)
            makeDurable(sweep)
            forgetFailures(sweep)
        case .batch(let batch):
            let content = sweeps[sweep].versions[writer.version]
            for result in batch.results {
                let trial = content.trial(at: result.index)
                let value = result.outcome.metrics.first.flatMap { metric -> Int64? in
                    if case .integer(let value) = metric.value { value } else { nil }
                }
                settle(sweep, trial)
                if value != sweeps[sweep].plan.value(of: trial) {
                    violate(.sameNumbers, "trial \(trial) has a row with another trial's number")
                }
                writer.buffer.append(.result(trial: trial, value: value ?? -1))
            }
            for failure in batch.failures {
                let trial = content.trial(at: failure.index)
                settle(sweep, trial)
                writer.buffer.append(.failure(trial: trial, attempts: failure.attempt))
            }
        }
    }

    private mutating func settle(_ sweep: Int, _ trial: Int) {
        if !sweeps[sweep].table.settled.insert(trial).inserted {
            violate(.exactlyOnce, "trial \(trial) of \(sweeps[sweep].plan.name) has a second row")
        }
    }

    /// Hands buffered rows to the system.
    private mutating func flush(_ writer: inout WriterModel, _ sweep: Int) {
        sweeps[sweep].table.cached += writer.buffer
        writer.buffer = []
    }

    /// Makes `count` rows of the system's durable, or all of them.
    private mutating func makeDurable(_ sweep: Int, _ count: Int = .max) {
        for row in sweeps[sweep].table.cached.prefix(count) {
            switch row {
            case .result(let trial, let value):
                sweeps[sweep].table.results[trial] = value
                sweeps[sweep].table.lastResult = trial
            case .failure(let trial, let attempts): sweeps[sweep].table.failures[trial] = attempts
            }
        }
        sweeps[sweep].table.cached.removeFirst(min(count, sweeps[sweep].table.cached.count))
    }

    private mutating func forgetFailures(_ sweep: Int) {
        let forgotten = Set(sweeps[sweep].table.failures.keys)
        sweeps[sweep].table.failures = [:]
        sweeps[sweep].table.settled.subtract(forgotten)
        sweeps[sweep].acknowledged.subtract(forgotten)
        excuse(forgotten, of: sweep)
        trace.add(now, "\(sweeps[sweep].plan.name) forgets \(forgotten.count) failures")
    }

    // MARK: Losses

    /// Rows that only the system's memory holds are lost from some point on.
    mutating func loseCache(_ sweep: Int) {
        makeDurable(sweep, random.below(sweeps[sweep].table.cached.count + 1))
        sweeps[sweep].table.cached = []
        settleByTables(sweep)
    }

    /// Carries out all that a writer was given.
    mutating func drainWriter(_ sweep: Int) {
        guard var writer = sweeps[sweep].writer else { return }
        for order in writer.group.dropFirst(writer.done) + writer.queue {
            append(order, of: sweep, to: &writer)
        }
        flush(&writer, sweep)
        makeDurable(sweep)
        sweeps[sweep].writer = writer
    }

    /// A writer's process is gone, with its buffer.
    mutating func loseWriter(_ sweep: Int) {
        sweeps[sweep].writer = nil
        settleByTables(sweep)
    }

    private mutating func settleByTables(_ sweep: Int) {
        var settled = Set(sweeps[sweep].table.results.keys)
        settled.formUnion(sweeps[sweep].table.failures.keys)
        for row in sweeps[sweep].table.cached {
            switch row {
            case .result(let trial, _), .failure(let trial, _): settled.insert(trial)
            }
        }
        sweeps[sweep].table.settled = settled
    }

    mutating func failStore(_ digest: SweepDigest) {
        guard let (sweep, _) = sweepOfDigest[digest] else { return }
        trace.add(now, "the disk fails under \(sweeps[sweep].plan.name)")
        let lost = sweeps[sweep].writer.map { $0.group + $0.queue } ?? []
        for case .batch(let batch) in lost {
            unstoredRows -= batch.results.count + batch.failures.count
            excusedRuns += batch.results.count + batch.failures.count
            guard let version = sweepOfDigest[batch.sweep]?.version else { continue }
            excuse(
                Set(batch.results.map { sweeps[sweep].versions[version].trial(at: $0.index) }),
                of: sweep)
        }
        loseWriter(sweep)
        end(sweep)
        feed { coordinator, now in
            coordinator.storeFailed(digest, reason: "input/output error", now: now)
        }
    }

    // MARK: Service records

    mutating func write(_ record: ServiceRecord, _ asker: Asker?) {
        guard let (sweep, _) = content(of: record.submission) else { return }
        guard !isDiskFull else {
            feed { coordinator, _ in
                coordinator.recorded(record, asker, failure: ("no space left on device", 75))
            }
            return
        }
        sweeps[sweep].record = record
        feed { coordinator, _ in coordinator.recorded(record, asker, failure: nil) }
    }

    /// The sweep and version that a submission's text stands for.
    func content(of submission: Submission) -> (sweep: Int, version: Int)? {
        guard submission.text.count == 2 else { return nil }
        return (Int(submission.text[0]), Int(submission.text[1]))
    }

    func submission(_ sweep: Int, version: Int) -> Submission {
        Submission(
            name: sweeps[sweep].plan.name, sweep: sweeps[sweep].versions[version].digest,
            file: "sweep.yaml", directory: "/", text: [UInt8(sweep), UInt8(version)], overrides: [])
    }
}
