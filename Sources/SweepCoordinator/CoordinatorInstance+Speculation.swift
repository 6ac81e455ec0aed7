import SweepCore
import SweepWire

/// A second copy of a trial that takes long, on a slot that would idle: the first result wins.
///
/// The copy's lease holds none of the sweep's book: `open` is empty, so that the trial stays under
/// the lease that it was under. A result of the copy is taken in like one of a lease that has
/// ended, a failure of it says nothing. Whichever has the trial's row first, the other is given up.
extension CoordinatorInstance {
    /// Seconds that a trial must have run before it is copied.
    private static let patience = 1.0
    /// How many times the usual trial's time, too.
    private static let factor = 2.0

    /// Takes note of what a worker runs, and since when.
    mutating func noteRunning(_ running: [RunningTrial], now: Double) {
        for trial in running where leases[trial.lease]?.runs?.index != trial.index {
            leases[trial.lease]?.runs = (trial.index, now)
        }
    }

    /// Gives idle slots copies of trials that take long.
    mutating func speculate(now: Double) -> [CoordinatorDirective] {
        var directives = giveUpCopies()
        for digest in sweepOrder {
            guard let sweep = sweeps[digest], sweep.speculates, !sweep.isHeld,
                sweep.pending.isEmpty, let usual = sweep.secondsPerTrial
            else { continue }
            let least = max(Self.patience, Self.factor * usual)
            for (lease, index) in stragglers(of: digest, least: least, now: now) {
                guard let peer = idlePeer(for: sweep, otherThan: leases[lease]?.peer) else { break }
                directives += copy(index, of: lease, to: peer, now: now)
            }
        }
        return directives
    }

    /// Gives copies up where trials wait that their workers can run: they are for slots that idle.
    ///
    /// The trial that was copied may be copied again.
    private mutating func giveUpCopies() -> [CoordinatorDirective] {
        let waiting = sweeps.values.filter { !$0.isHeld && !$0.pending.isEmpty }
        guard !waiting.isEmpty else { return [] }
        return peerOrder.flatMap { id -> [CoordinatorDirective] in
            guard let peer = peers[id], !peer.isClosed,
                waiting.contains(where: { suits(peer, $0) })
            else { return [] }
            let copies = peer.leases.filter {
                leases[$0]?.twin != nil && leases[$0]?.open.isEmpty == true
            }
            for copy in copies {
                guard let original = leases[copy]?.twin else { continue }
                leases[copy]?.twin = nil
                leases[original]?.twin = nil
                leases[original]?.wasCopied = false
            }
            return recall(copies, from: id, abandon: true)
        }
    }

    /// Trials that are the last of their leases and have run for some time, the longest first.
    private func stragglers(
        of digest: SweepDigest, least: Double, now: Double
    ) -> [(lease: LeaseID, index: Int)] {
        var found: [(lease: LeaseID, index: Int, since: Double)] = []
        for (id, record) in leases where record.sweep == digest && !record.wasCopied {
            guard let runs = record.runs, record.recall != .abandoned, record.open.count == 1,
                record.open.contains(runs.index), now - runs.since >= least,
                // It may have its row already, by a result under an earlier lease.
                sweeps[digest]?.isSettled(runs.index) == false
            else { continue }
            found.append((id, runs.index, runs.since))
        }
        return found.sorted { ($0.since, $0.lease) < ($1.since, $1.lease) }
            .map { ($0.lease, $0.index) }
    }

    /// A worker with a free slot: another one than the trial's own, if there is one.
    private func idlePeer(for sweep: SweepProgress, otherThan owner: PeerID?) -> PeerID? {
        let idle = peerOrder.filter { hasRoom($0, for: sweep) }
        return idle.first { $0 != owner } ?? idle.first
    }

    private mutating func copy(
        _ index: Int, of original: LeaseID, to id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        guard let digest = leases[original]?.sweep else { return [] }
        let lease = Lease(id: LeaseID(nextLease), sweep: digest, range: index..<index + 1)
        leases[original]?.wasCopied = true
        leases[original]?.twin = lease.id
        let directives = issue(lease, open: IndexIntervals(), to: id, now: now)
        leases[lease.id]?.wasCopied = true
        leases[lease.id]?.twin = original
        return directives
    }

    /// A trial has its row: what else runs of it is given up.
    mutating func endTwin(of lease: LeaseID, at index: Int) -> [CoordinatorDirective] {
        guard let twin = leases[lease]?.twin, let other = leases[twin] else { return [] }
        leases[lease]?.twin = nil
        leases[twin]?.twin = nil
        if other.open.contains(index) {
            leases[twin]?.open.remove(index..<index + 1)
            sweeps[other.sweep]?.leasedCount -= 1
        }
        return recall([twin], from: other.peer, abandon: true)
    }
}
