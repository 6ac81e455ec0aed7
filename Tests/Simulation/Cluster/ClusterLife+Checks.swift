import SweepCoordinator
import SweepCore
import SweepWire
import SweepWorker

/// What every life must keep to.
extension ClusterLife {
    // MARK: Acknowledgements

    /// Notes what a worker sends: until it is told that it is durable, nobody may forget it.
    mutating func note(_ message: WorkerMessage, of worker: Int) {
        guard case .report(let report) = message, workers[worker].reported[report.number] == nil
        else { return }
        var reported = ReportedTrials()
        for lease in report.leases {
            guard let (sweep, version) = sweepOfDigest[lease.sweep] else { continue }
            reported.outcomes += lease.outcomes.count
            for outcome in lease.outcomes {
                guard case .success = outcome.result else { continue }
                reported.trials.append(
                    TrialKey(
                        sweep: sweep,
                        trial: sweeps[sweep].versions[version].trial(at: outcome.index)
                    ))
            }
        }
        workers[worker].reported[report.number] = reported
    }

    /// A report arrives: results for a sweep that operators or its disk have ended are dropped, and
    /// so is the result of a trial that was given up.
    mutating func excuse(_ report: Report, of worker: Int, _ life: Int) {
        guard isLiving(worker, life) || workers[worker].life == life,
            let reported = workers[worker].reported[report.number]
        else { return }
        for key in reported.trials where mayBeDropped(key, report) {
            if workers[worker].reported[report.number]?.excused.insert(key).inserted == true {
                excusedRuns += 1
            }
        }
    }

    private func mayBeDropped(_ key: TrialKey, _ report: Report) -> Bool {
        let model = sweeps[key.sweep]
        if model.isEnded { return true }
        // Of the grid that the sweep had before it was edited.
        let digests = report.leases.map(\.sweep)
        if let writer = model.writer, !digests.contains(model.versions[writer.version].digest) {
            return true
        }
        return model.table.failures[key.trial] != nil
    }

    /// These trials' rows are given up: whoever has reported them is told what is not so.
    mutating func excuse(_ trials: Set<Int>, of sweep: Int) {
        for worker in workers.indices {
            for (number, reported) in workers[worker].reported {
                let given = reported.trials.filter {
                    $0.sweep == sweep && trials.contains($0.trial)
                }
                workers[worker].reported[number]?.excused.formUnion(given)
            }
        }
    }

    mutating func checkDurable(_ worker: Int, _ through: UInt64) {
        let numbers = workers[worker].reported.keys.filter { $0 <= through }.sorted()
        for number in numbers {
            guard let reported = workers[worker].reported.removeValue(forKey: number) else {
                continue
            }
            for key in reported.trials where !reported.excused.contains(key) {
                let table = sweeps[key.sweep].table
                if table.results[key.trial] == nil && table.failures[key.trial] == nil {
                    violate(
                        .acknowledgedIsDurable,
                        "trial \(key.trial) of \(sweeps[key.sweep].plan.name), report \(number) of "
                            + "worker \(worker)")
                } else if table.results[key.trial] != nil {
                    sweeps[key.sweep].acknowledged.insert(key.trial)
                }
            }
        }
    }

    /// After a loss: what was acknowledged must be there.
    mutating func checkKept(_ sweep: Int) {
        if mistake == .loseTailOnRestart, let last = sweeps[sweep].table.lastResult {
            sweeps[sweep].table.results[last] = nil
            sweeps[sweep].table.settled.remove(last)
        }
        let missing = sweeps[sweep].acknowledged.subtracting(sweeps[sweep].table.settled)
        if let trial = missing.min() {
            violate(
                .acknowledgedIsDurable,
                "trial \(trial) of \(sweeps[sweep].plan.name) was acknowledged and is gone")
        }
    }

    // MARK: Leases

    mutating func checkLease(_ lease: Lease, to worker: Int) {
        guard let (sweep, version) = sweepOfDigest[lease.sweep] else { return }
        largestLease = max(largestLease, lease.range.count)
        if now <= workers[worker].troubledUntil { excusedRuns += lease.range.count }
        // A copy is meant to run beside its trial.
        if coordinator?.instance.isCopy(lease.id) == true { excusedRuns += 1 }
        let content = sweeps[sweep].versions[version]
        for index in lease.range {
            let trial = content.trial(at: index)
            if sweeps[sweep].table.results[trial] != nil
                || sweeps[sweep].table.failures[trial] != nil
                || sweeps[sweep].acknowledged.contains(trial)
            {
                violate(.nothingTwice, "trial \(trial) of \(sweeps[sweep].plan.name)")
                return
            }
        }
    }

    /// Leases of a worker may be run elsewhere, too.
    mutating func trouble(_ worker: Int, until end: Double) {
        workers[worker].troubledUntil = max(workers[worker].troubledUntil, end + 30)
        var count = workers[worker].reported.values.reduce(0) { $0 + $1.outcomes }
        count += coordinator?.instance.openTrials(of: peer(worker, workers[worker].life)) ?? 0
        for slot in workers[worker].slots {
            count += max(0, slot.end - slot.next) + slot.burst.count
        }
        excusedRuns += count
    }

    /// No execution may be blamed twice, and none that goes on under a lease.
    mutating func checkBlame(_ failure: AcceptedFailure, _ digest: SweepDigest) {
        guard let (sweep, version) = sweepOfDigest[digest] else { return }
        let trial = sweeps[sweep].versions[version].trial(at: failure.index)
        let running = workers.reduce(0) { sum, worker in
            sum
                + worker.slots.count { slot in
                    guard let lease = slot.lease, lease.sweep == digest,
                        let running = slot.running(at: now), running.index == failure.index
                    else { return false }
                    return coordinator?.instance.isOpen(failure.index, under: lease.id) == true
                }
        }
        let ended = (sweeps[sweep].executions[trial] ?? 0) - running
        if failure.attempt > ended {
            violate(
                .rightBlame,
                "trial \(trial) of \(sweeps[sweep].plan.name) failed after \(failure.attempt) "
                    + "attempts, but only \(ended) have ended")
        }
    }

    // MARK: Memory

    mutating func checkMemory() {
        let leased = 2 * plan.allSlots * largestLease
        guard unstoredRows > plan.maximumUnstored + leased else { return }
        let kept = workers.reduce(0) { sum, worker in
            sum + worker.reported.values.reduce(0) { $0 + $1.outcomes }
        }
        guard unstoredRows > plan.maximumUnstored + leased + kept else { return }
        violate(
            .memoryIsBounded,
            "\(unstoredRows) rows wait for the disk; the bound is \(plan.maximumUnstored), and "
                + "\(leased) under leases")
    }

    // MARK: The end

    /// What is still to be done.
    var openSweeps: String {
        let open = sweeps.compactMap { sweep -> String? in
            let rows = sweep.table.results.count + sweep.table.failures.count
            let all = sweep.versions[sweep.wanted].trials
            return rows < all || sweep.writer != nil
                ? "\(sweep.plan.name) has \(rows) of \(all) rows" : nil
        }
        let kept = workers.indices.filter { workers[$0].instance.unacknowledgedCount > 0 }
        return open.joined(separator: ", ")
            + (kept.isEmpty ? "" : " workers \(kept) wait for acknowledgements")
    }

    var isDone: Bool {
        guard coordinator != nil, isListening, asked.isEmpty else { return false }
        return sweeps.allSatisfy { sweep in
            sweep.isSubmitted && sweep.isEnded && sweep.writer == nil
                && sweep.table.results.count + sweep.table.failures.count
                    >= sweep.versions[sweep.wanted].trials
        } && workers.allSatisfy { !$0.isAlive || $0.instance.unacknowledgedCount == 0 }
    }

    /// Whether the whole grid is there, with the numbers of a quiet life, and without too much
    /// having run twice.
    mutating func checkEnd() {
        var twice = 0
        for sweep in sweeps.indices {
            let model = sweeps[sweep]
            let name = model.plan.name
            let content = model.versions[model.wanted]
            for trial in 0..<content.trials {
                let result = model.table.results[trial]
                let failure = model.table.failures[trial]
                if (result == nil) == (failure == nil) {
                    violate(
                        .exactlyOnce,
                        "trial \(trial) of \(name) has " + (result == nil ? "no row" : "two rows"))
                }
                if let result,
                    model.plan.poison.contains(trial) || result != model.plan.value(of: trial)
                {
                    violate(.sameNumbers, "trial \(trial) of \(name) has the result \(result)")
                }
                // With attempts without end only poison fails.
                if failure != nil, model.plan.attempts > 1000, !model.plan.poison.contains(trial) {
                    violate(.sameNumbers, "trial \(trial) of \(name) failed, and has no reason to")
                }
                if !model.plan.poison.contains(trial) {
                    twice += max(0, (model.executions[trial] ?? 0) - 1)
                }
            }
        }
        if twice > excusedRuns {
            violate(
                .wasteIsBounded,
                "\(twice) executions were for nothing, \(excusedRuns) were in flight at a fault")
        }
        wasted = twice
    }
}
