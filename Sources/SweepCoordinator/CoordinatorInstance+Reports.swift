import SweepCore
import SweepWire

/// From a worker's report to rows in the store and an acknowledgement.
extension CoordinatorInstance {
    mutating func take(
        _ report: Report, from id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        guard let peer = peers[id] else { return [] }
        if report.number <= peer.lastReport, settings.mistake != .doubleCountAttempt {
            // Sent again after a cut; it was taken in once and must not count twice.
            peers[id]?.acknowledged = min(peer.acknowledged, report.number - 1)
            return acknowledge(id)
        }
        guard report.number <= peer.lastReport + 1 else {
            // One got lost on the way: a registration makes the worker send from there on.
            return [.send(.introduce, to: id)]
        }
        peers[id]?.lastReport = max(peer.lastReport, report.number)
        peers[id]?.progressAt = now
        var directives: [CoordinatorDirective] = []
        for lease in report.leases { directives += take(lease, from: peer, id, now: now) }
        peers[id]?.unstored.append((report.number, lastTicket))
        if storedTicket < lastTicket { waiting.append((lastTicket, id)) }
        return directives + acknowledge(id) + handOut(now: now, to: id) + concludeSweeps()
            + sendAway(now: now)
    }

    private mutating func take(
        _ report: LeaseReport, from peer: Peer, _ id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        guard let count = sweeps[report.sweep]?.count else {
            // The last copy of a trial may end after its sweep.
            if report.isEnded { close(report.lease) }
            return []
        }
        let wasDraining = sweeps[report.sweep]?.isDraining == true
        var directives: [CoordinatorDirective] = []
        var batch = StoreBatch(ticket: 0, sweep: report.sweep, results: [], failures: [])
        // Numbers come from outside: a lease is ended by its own worker only.
        let belongs =
            leases[report.lease].map { $0.sweep == report.sweep && $0.peer == id } ?? false
        let hasTwin = leases[report.lease]?.twin != nil
        let lease = belongs ? report.lease : nil
        let outcomes = report.outcomes.filter { $0.index < count }
        var position = 0
        while position < outcomes.count {
            let start = position
            takeResults(
                of: outcomes, at: &position, under: lease, of: report.sweep, from: peer,
                into: &batch)
            noteSuccesses(position - start, of: report.sweep, on: id)
            if position < outcomes.count {
                directives += takeFailure(
                    outcomes[position], under: lease, of: report.sweep, from: peer, id,
                    into: &batch, now: now)
                position += 1
            }
            guard hasTwin else { continue }
            for outcome in outcomes[start..<position]
            where sweeps[report.sweep]?.isSettled(outcome.index) == true {
                directives += endTwin(of: report.lease, at: outcome.index)
            }
        }
        directives += flush(&batch)
        if belongs, report.isEnded {
            close(report.lease)
        } else if belongs, let end = report.truncatedAt {
            truncate(report.lease, at: end)
        }
        if sweeps[report.sweep]?.isDraining == true, !wasDraining {
            directives.append(
                .announce(.stopped(reason: sweeps[report.sweep]?.stopReason ?? "draining")))
            directives += recallLeases(of: report.sweep)
        }
        return directives
    }

    /// Sorts what was printed by sweep; that of sweeps which are not served is dropped.
    func log(_ parts: [OutputPart], from id: PeerID) -> [CoordinatorDirective] {
        let worker = peers[id]?.name ?? ""
        var directives: [CoordinatorDirective] = []
        for digest in sweepOrder {
            guard let count = sweeps[digest]?.count else { continue }
            let own = parts.filter { $0.sweep == digest && $0.index < count }
            if !own.isEmpty { directives.append(.log(own, sweep: digest, worker: worker)) }
        }
        return directives
    }

    private var countsStaleFailures: Bool {
        settings.mistake == .acceptStaleFailure || settings.mistake == .doubleCountAttempt
    }

    /// Takes in the results that a report goes on with, up to the first failure.
    ///
    /// Nothing is to be said of a result, so that the books are opened once for all of them.
    private mutating func takeResults(
        of outcomes: [Outcome], at position: inout Int, under lease: LeaseID?,
        of digest: SweepDigest, from peer: Peer, into batch: inout StoreBatch
    ) {
        guard var sweep = sweeps.removeValue(forKey: digest) else { return }
        var record = lease.flatMap { leases.removeValue(forKey: $0) }
        let (host, worker) = (peer.registration.host, peer.name)
        while position < outcomes.count, case .success(let result) = outcomes[position].result {
            let outcome = outcomes[position]
            if record?.open.contains(outcome.index) == true {
                record?.open.remove(outcome.index..<outcome.index + 1)
                sweep.leasedCount -= 1
            }
            Self.settle(outcome, result, of: &sweep, host, worker, into: &batch)
            position += 1
        }
        sweeps[digest] = sweep
        if let lease, let record { leases[lease] = record }
    }

    /// Gives a trial its result, unless it has a row already.
    private static func settle(
        _ outcome: Outcome, _ result: TrialOutcome, of sweep: inout SweepProgress,
        _ host: String, _ worker: String, into batch: inout StoreBatch
    ) {
        guard !sweep.isSettled(outcome.index) else { return }
        batch.results.append(
            AcceptedResult(
                index: outcome.index, attempt: sweep.attempt(of: outcome.index),
                host: host, worker: worker, outcome: result, startedAt: outcome.startedAt,
                duration: outcome.duration))
        sweep.finish(outcome.index, seconds: outcome.duration)
    }

    /// Takes in an attempt that has failed, and sees whether the worker is to blame.
    private mutating func takeFailure(
        _ outcome: Outcome, under lease: LeaseID?, of digest: SweepDigest, from peer: Peer,
        _ id: PeerID, into batch: inout StoreBatch, now: Double
    ) -> [CoordinatorDirective] {
        if let lease, leases[lease]?.open.contains(outcome.index) == true {
            leases[lease]?.open.remove(outcome.index..<outcome.index + 1)
            sweeps[digest]?.leasedCount -= 1
        } else if !countsStaleFailures {
            return []  // A failure under an old lease says nothing about the new one.
        }
        return settle(outcome, of: digest, from: peer, into: &batch, now: now)
            + judgeFailure(at: outcome.index, of: digest, on: id)
    }

    /// Decides what an outcome means for its trial.
    mutating func settle(
        _ outcome: Outcome, of digest: SweepDigest, from peer: Peer, into batch: inout StoreBatch,
        now: Double
    ) -> [CoordinatorDirective] {
        guard var sweep = sweeps.removeValue(forKey: digest) else { return [] }
        defer { sweeps[digest] = sweep }
        switch outcome.result {
        case .success(let result):
            Self.settle(
                outcome, result, of: &sweep, peer.registration.host, peer.name, into: &batch)
            return []
        case .failure(let failure):
            guard !sweep.isSettled(outcome.index) else { return [] }
            let (attempts, isFinal) = sweep.fail(
                outcome.index, isPermanent: failure.isPermanent, now: now)
            note(
                failure, at: outcome, of: digest, on: peer.registration.host, attempt: attempts,
                isFinal: isFinal, book: sweep.book)
            guard isFinal else {
                return [
                    .announce(
                        .attemptFailed(
                            sweep: digest, index: outcome.index, attempt: attempts,
                            of: sweep.limits.attempts,
                            failure: failure))
                ]
            }
            batch.failures.append(
                AcceptedFailure(
                    index: outcome.index, attempt: attempts, host: peer.registration.host,
                    worker: peer.name, failure: failure, startedAt: outcome.startedAt,
                    duration: outcome.duration))
            return [
                .announce(
                    .trialFailed(
                        sweep: digest, index: outcome.index, attempts: attempts,
                        failure: failure))
            ]
        }
    }

    /// Sends a batch on its way to the disk, if it holds anything.
    mutating func flush(_ batch: inout StoreBatch) -> [CoordinatorDirective] {
        let rows = batch.results.count + batch.failures.count
        guard rows > 0 else { return [] }
        lastTicket += 1
        batch.ticket = lastTicket
        if settings.mistake == .acknowledgeBeforeSync { storedTicket = lastTicket }
        unstored.append(UnstoredBatch(ticket: lastTicket, sweep: batch.sweep, rows: rows))
        unstoredCounts[batch.sweep, default: 0] += 1
        unstoredRowCount += rows
        defer {
            batch.results = []
            batch.failures = []
        }
        return [.store(batch)]
    }

    /// Acknowledges all reports whose rows have become durable.
    mutating func acknowledgeStored() -> [CoordinatorDirective] {
        var directives: [CoordinatorDirective] = []
        while let first = waiting.first, first.ticket <= storedTicket {
            waiting.removeFirst()
            // The first one of a peer acknowledges the others of its reports, too.
            directives += acknowledge(first.peer)
        }
        return directives
    }

    /// Acknowledges the reports of a peer whose rows are durable, and only those.
    mutating func acknowledge(_ id: PeerID) -> [CoordinatorDirective] {
        guard var peer = peers[id] else { return [] }
        var through = peer.acknowledged
        while let first = peer.unstored.first, first.ticket <= storedTicket {
            through = first.number
            peer.unstored.removeFirst()
        }
        if peer.unstored.isEmpty { through = peer.lastReport }
        guard through > peer.acknowledged else { return [] }
        peer.acknowledged = through
        peers[id] = peer
        return [.send(.acknowledgement(through: through), to: id)]
    }
}
