import SweepCore
import SweepWire

/// Workers that come and go, and what becomes of their leases.
extension CoordinatorInstance {
    mutating func register(
        _ registration: Registration, from id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        var directives: [CoordinatorDirective] = []
        knownSlots = [:]
        awaited.insert(id)
        if var peer = peers[id] {
            // The same process again, after a cut: leases that got lost on the way go back.
            let held = Set(registration.held.map(\.id))
            if settings.mistake != .forgetLeaseOnReconnect {
                directives += withdraw(peer.leases.filter { !held.contains($0) }, from: id)
            }
            peer.leases.removeAll { !held.contains($0) }
            peer.isReturning = true
            peer.lastHeard = now
            peer.registration = registration
            peer.definitions = []
            peer.progressAt = now
            // Reports before the next one are durable: an earlier life of this coordinator has
            // acknowledged them, perhaps after the worker's first registration here was sent.
            peer.lastReport = max(peer.lastReport, registration.nextReport - 1)
            peer.acknowledged = max(peer.acknowledged, registration.nextReport - 1)
            peers[id] = peer
        } else {
            peers[id] = Peer(
                registration: registration, lastHeard: now,
                lastReport: registration.nextReport - 1,
                acknowledged: registration.nextReport - 1, progressAt: now)
            lastWorker += 1
            peers[id]?.number = lastWorker
            // Decided in an earlier life of this coordinator, or of this connection.
            peers[id]?.isDraining = registration.standing.isDraining
            peers[id]?.isGoing = registration.standing.isGoing
            peers[id]?.quarantine = registration.standing.quarantine
            hasGoing = hasGoing || registration.standing.isGoing
            if isStopping, dismissesWorkers {
                peers[id]?.isDraining = true
                peers[id]?.isGoing = true
                hasGoing = true
            }
            peerOrder.append(id)
            for lease in registration.held { adopt(lease, from: id, now: now) }
            directives.append(
                .announce(.joined(worker: peers[id]?.name ?? "", slots: registration.slots)))
        }
        directives.append(
            .send(
                .welcome(
                    Welcome(
                        version: settings.version,
                        heartbeatInterval: settings.heartbeatInterval,
                        heartbeatTimeout: settings.heartbeatTimeout)), to: id))
        directives += remind(id, of: registration.standing)
        return directives + handOut(now: now, to: id)
    }

    /// Tells a worker what was decided about it, where it says otherwise.
    mutating func remind(_ id: PeerID, of said: Standing) -> [CoordinatorDirective] {
        guard let peer = peers[id], peer.standing != said else { return [] }
        return [.send(.standing(peer.standing), to: id)]
    }

    /// Takes over a lease of an earlier life of this coordinator, so that nothing runs twice.
    private mutating func adopt(_ lease: Lease, from id: PeerID, now: Double) {
        // Were the clock set back between the lives, their numbers might meet. Those near the end
        // were given by nobody.
        if lease.id.number < .max / 16 * 15 { nextLease = max(nextLease, lease.id.number + 1) }
        guard leases[lease.id] == nil, var sweep = sweeps[lease.sweep],
            lease.range.upperBound <= sweep.count
        else { return }
        let open = sweep.adopt(lease.range)
        sweep.leasedCount += open.count
        sweeps[lease.sweep] = sweep
        leases[lease.id] = LeaseRecord(
            peer: id, sweep: lease.sweep, open: open, issuedAt: now)
        peers[id]?.leases.append(lease.id)
        leaseCounts[lease.sweep, default: 0] += 1
    }

    /// A worker is gone.
    ///
    /// Only trials that ran count an attempt; the rest goes back unblamed.
    mutating func lose(
        _ id: PeerID, reason: String, now: Double
    ) -> [CoordinatorDirective] {
        guard let peer = peers[id] else { return [] }
        if isDismissing {
            // It was sent away and has gone: nothing is lost with it.
            peers[id] = nil
            peerOrder.removeAll { $0 == id }
            return []
        }
        var batch = StoreBatch(ticket: 0, sweep: SweepDigest(bits: 0), results: [], failures: [])
        var directives: [CoordinatorDirective] = []
        for trial in peer.running {
            guard let record = leases[trial.lease], record.open.contains(trial.index)
            else { continue }
            let outcome = Outcome(
                index: trial.index,
                result: .failure(
                    TrialFailure("worker \(peer.name) \(reason) while it ran this trial")),
                startedAt: 0, duration: 0)
            leases[trial.lease]?.open.remove(trial.index..<trial.index + 1)
            sweeps[record.sweep]?.leasedCount -= 1
            batch.sweep = record.sweep
            directives += settle(outcome, of: record.sweep, from: peer, into: &batch, now: now)
            directives += flush(&batch)
        }
        return directives
            + remove(id, now: now) { .lost(worker: $0, reason: reason) }
    }

    mutating func remove(
        _ id: PeerID, now: Double, _ event: (String) -> CoordinatorEvent
    ) -> [CoordinatorDirective] {
        guard let peer = peers.removeValue(forKey: id) else { return [] }
        knownSlots = [:]
        peerOrder.removeAll { $0 == id }
        for lease in peer.leases { close(lease) }
        return [.announce(event(peer.name))] + handOut(now: now)
    }

    /// Takes back the trials of a lease from an index on.
    mutating func truncate(_ id: LeaseID, at end: Int) {
        guard let record = leases[id] else { return }
        let back = record.open.intersection(IndexIntervals(end..<max(end, Int.max)))
        leases[id]?.open = record.open.subtracting(back)
        leases[id]?.recall = .answered
        sweeps[record.sweep]?.leasedCount -= back.count
        sweeps[record.sweep]?.putBack(back)
        if !back.isEmpty { hasReturned = true }
    }

    /// Ends leases that a worker does not name: they are lost, or still on their way, and then it
    /// shall not run them beside the one who gets their trials next.
    mutating func withdraw(_ lost: [LeaseID], from id: PeerID) -> [CoordinatorDirective] {
        for lease in lost { close(lease) }
        return lost.isEmpty ? [] : [.send(.recall(lost, abandon: true), to: id)]
    }

    /// Ends a lease; what is open goes back to the queue.
    mutating func close(_ id: LeaseID) {
        guard let record = leases.removeValue(forKey: id) else { return }
        if let twin = record.twin { leases[twin]?.twin = nil }
        if let count = leaseCounts[record.sweep] {
            leaseCounts[record.sweep] = count > 1 ? count - 1 : nil
        }
        sweeps[record.sweep]?.leasedCount -= record.open.count
        sweeps[record.sweep]?.putBack(record.open)
        if !record.open.isEmpty { hasReturned = true }
        peers[record.peer]?.leases.removeAll { $0 == id }
    }
}
