import SweepCore
import SweepWire

/// Who gets which trials, and who gives some back.
extension CoordinatorInstance {
    /// Leases as many trials as the workers' credit and the disk allow.
    ///
    /// - Parameter only: the worker whose message may have given it credit; the others have what
    ///   they had, and are looked at when trials have come back, and with each tick. Nil: all.
    mutating func handOut(now: Double, to only: PeerID? = nil) -> [CoordinatorDirective] {
        var directives: [CoordinatorDirective] = []
        guard unstoredRowCount < settings.maximumUnstored else { return [] }
        let open = sweepOrder.filter {
            sweeps[$0]?.hasWaiting == true && sweeps[$0]?.isHeld == false
        }
        guard !open.isEmpty, !isAwaitingResults(now: now) else { return [] }
        let candidates: [PeerID]
        if let only, !hasReturned { candidates = [only] } else { candidates = peerOrder }
        hasReturned = false
        // Counted when the first lease is given: most messages find no credit.
        var slots = knownSlots
        defer { knownSlots = slots }
        // Round by round, so that the first worker does not take everything.
        var gaveSome = true
        while gaveSome, unstoredRowCount < settings.maximumUnstored {
            gaveSome = false
            for id in candidates {
                guard let given = lease(byShare: open, to: id, slots: &slots, now: now)
                else { continue }
                directives += given
                gaveSome = true
            }
        }
        return directives
    }

    /// Leases trials of the sweep with the highest priority, and among equals of the one that has
    /// the fewest leases: each is about as long as another, so that every sweep has its share of
    /// the slots.
    private mutating func lease(
        byShare open: [SweepDigest], to id: PeerID, slots: inout [SweepDigest: Int], now: Double
    ) -> [CoordinatorDirective]? {
        // A stable order: the oldest sweep first among equals.
        func rank(_ digest: SweepDigest, _ offset: Int) -> (Int, Int, Int) {
            (
                -(sweeps[digest]?.placement.priority ?? 0), leaseCounts[digest, default: 0],
                offset
            )
        }
        let order =
            open.count == 1
            ? open
            : open.enumerated().sorted { left, right in
                rank(left.element, left.offset) < rank(right.element, right.offset)
            }.map(\.element)
        for digest in order {
            guard let sweep = sweeps[digest], hasCredit(id, for: sweep) else { continue }
            let known = slots[digest] ?? self.slots(for: sweep)
            slots[digest] = known
            guard let given = lease(digest, to: id, slots: known, now: now) else { continue }
            return given
        }
        return nil
    }

    /// Whether a worker is about to deliver what it has kept: until then its trials look as if they
    /// were still to be run.
    private mutating func isAwaitingResults(now: Double) -> Bool {
        awaited = awaited.filter { id in
            guard let peer = peers[id] else { return false }
            return peer.lastReport < peer.registration.lastReport
        }
        return awaited.contains { id in
            guard let peer = peers[id] else { return false }
            return now - peer.progressAt < 2 * settings.heartbeatInterval
        }
    }

    private mutating func lease(
        _ digest: SweepDigest, to id: PeerID, slots: Int, now: Double
    ) -> [CoordinatorDirective]? {
        let size = leaseSize.count(
            secondsPerTrial: sweeps[digest]?.secondsPerTrial,
            waiting: sweeps[digest]?.pending.count ?? 0, slots: slots)
        guard let range = sweeps[digest]?.take(atMost: size, now: now) else { return nil }
        sweeps[digest]?.leasedCount += range.count
        let lease = Lease(id: LeaseID(nextLease), sweep: digest, range: range)
        return issue(lease, open: IndexIntervals(range), to: id, now: now)
    }

    /// Sends a lease on its way.
    ///
    /// - Parameter open: trials of it that are the lease's alone.
    mutating func issue(
        _ lease: Lease, open: IndexIntervals, to id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        let digest = lease.sweep
        guard let definition = sweeps[digest]?.definition else { return [] }
        nextLease = lease.id.number + 1
        leases[lease.id] = LeaseRecord(peer: id, sweep: digest, open: open, issuedAt: now)
        peers[id]?.leases.append(lease.id)
        leaseCounts[digest, default: 0] += 1
        var directives: [CoordinatorDirective] = []
        if peers[id]?.definitions.insert(digest).inserted == true {
            directives.append(.send(.definition(definition), to: id))
        }
        directives.append(.send(.lease(lease), to: id))
        return directives
    }

    /// Takes back what has not begun of all leases of a sweep.
    ///
    /// - Parameter abandon: whether what runs is given up, too.
    mutating func recallLeases(
        of sweep: SweepDigest, abandon: Bool = false
    ) -> [CoordinatorDirective] {
        peerOrder.flatMap { id in
            recall(
                (peers[id]?.leases ?? []).filter { leases[$0]?.sweep == sweep }, from: id,
                abandon: abandon)
        }
    }

    /// Takes back what has not begun of all leases of a worker.
    mutating func recallAll(from id: PeerID, abandon: Bool = false) -> [CoordinatorDirective] {
        recall(peers[id]?.leases ?? [], from: id, abandon: abandon)
    }

    /// Takes back what has not begun of these leases of one worker.
    mutating func recall(
        _ wanted: [LeaseID], from id: PeerID, abandon: Bool = false
    ) -> [CoordinatorDirective] {
        let wanted = wanted.filter { lease in
            guard let recall = leases[lease]?.recall else { return false }
            return abandon ? recall != .abandoned : recall == .none
        }
        for lease in wanted { leases[lease]?.recall = abandon ? .abandoned : .asked }
        return wanted.isEmpty ? [] : [.send(.recall(wanted, abandon: abandon), to: id)]
    }

    /// Compares what a worker holds with what it should hold: any message between them may have been
    /// lost without either side noticing a broken connection.
    mutating func take(
        _ heartbeat: Heartbeat, from id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        guard let peer = peers[id] else { return [] }
        peers[id]?.running = heartbeat.running
        noteRunning(heartbeat.running, now: now)
        peers[id]?.registration.isLeaving = heartbeat.isLeaving
        peers[id]?.registration.resting = heartbeat.resting
        // Messages of one worker arrive in order: a newer report would have been here.
        guard heartbeat.lastReport <= peer.lastReport else { return [.send(.introduce, to: id)] }
        var directives = remind(id, of: heartbeat.standing)
        let held = Set(heartbeat.held)
        let lost = peer.leases.filter { lease in
            // Younger ones may still be on their way.
            guard !held.contains(lease), let record = leases[lease] else { return false }
            return now - record.issuedAt > settings.heartbeatTimeout
        }
        directives += withdraw(lost, from: id)
        let recalled = heartbeat.held.filter { leases[$0]?.recall == .asked }
        if !recalled.isEmpty {
            directives.append(.send(.recall(recalled, abandon: false), to: id))
        }
        let abandoned = heartbeat.held.filter { lease in
            // A lease that is not known belongs to a sweep that is not served any more, or to an
            // earlier life of this coordinator: its results are still welcome.
            leases[lease]?.recall == .abandoned
        }
        if !abandoned.isEmpty {
            directives.append(.send(.recall(abandoned, abandon: true), to: id))
        }
        if heartbeat.unacknowledged <= peer.acknowledged {
            directives.append(.send(.acknowledgement(through: peer.acknowledged), to: id))
        }
        return directives + handOut(now: now, to: id)
    }

    /// When nothing waits but a slot idles, takes trials back from the fullest lease.
    ///
    /// A lease is sized by the trials before it; where trial times differ, one slot may be left
    /// with many long trials while the others have nothing to do.
    mutating func rebalance(now: Double) -> [CoordinatorDirective] {
        let idle = peers.values.filter { !$0.isClosed && load(of: $0) < $0.registration.slots }
        guard !idle.isEmpty, !leases.values.contains(where: { $0.recall == .asked })
        else { return [] }
        // What an idle slot can run; what it cannot does not help it.
        let open = sweeps.filter { _, sweep in
            !sweep.isHeld && idle.contains { suits($0, sweep) }
        }
        guard open.values.allSatisfy({ $0.pending.isEmpty }) else { return [] }
        var fullest: (peer: PeerID, lease: LeaseID, open: Int)?
        for id in peerOrder {
            guard let peer = peers[id] else { continue }
            var ahead = 0
            for lease in peer.leases {
                defer { ahead += cpus(of: lease) }
                guard let record = leases[lease], record.recall == .none,
                    open[record.sweep] != nil,
                    now - record.issuedAt > 0.2
                else { continue }
                // A lease in waiting can be given back whole, a running one keeps its trial.
                let kept = ahead < peer.registration.slots ? 1 : 0
                if record.open.count > max(kept, fullest?.open ?? 0) {
                    fullest = (id, lease, record.open.count)
                }
            }
        }
        return fullest.map { recall([$0.lease], from: $0.peer) } ?? []
    }
}
