import DequeModule
import SweepCore
import SweepWire

/// The coordinator as a pure state machine: messages and the time go in, directives come out.
///
/// It holds no socket, file, clock or generator; the same inputs always lead to the same state.
/// Times are seconds on a clock that never goes back.
package struct CoordinatorInstance: Sendable {
    /// A worker that has registered.
    struct Peer: Sendable {
        var registration: Registration
        var lastHeard: Double
        /// Leases that the worker has not ended, oldest first.
        var leases: [LeaseID] = []
        var running: [RunningTrial] = []
        var definitions: Set<SweepDigest> = []
        /// Number of the last report that was taken in.
        var lastReport: UInt64
        /// Reports whose rows are not known to be durable: number and ticket, both rising.
        var unstored: Deque<(number: UInt64, ticket: UInt64)> = []
        var acknowledged: UInt64
        /// When it registered, or sent a report since.
        var progressAt: Double
        /// Whether it may have other registrations on their way, sent before it has heard the
        /// welcome: what is leased now they would know nothing of.
        var isReturning = false
        /// Its number for operators.
        var number = 0
        /// Whether an operator wants it to begin nothing more.
        var isDraining = false
        /// Whether it is sent away when it holds nothing any more.
        var isGoing = false
        /// Seconds since it was heard, as of the last tick.
        var silence = 0.0
        /// Trials that failed in a row, by sweep.
        var streaks: [SweepDigest: FailureStreak] = [:]
        /// Why it is in quarantine, if it is.
        var quarantine: String?

        /// Whether it is given no more leases.
        var isClosed: Bool {
            isDraining || isGoing || quarantine != nil || registration.takesNothing
        }

        var name: String { "\(registration.host):\(registration.pid)" }
    }

    struct LeaseRecord: Sendable {
        var peer: PeerID
        var sweep: SweepDigest
        /// Trials without an outcome so far.
        var open: IndexIntervals
        var issuedAt: Double
        var recall = Recall.none
        /// The trial that runs, as far as its worker has said, and since when.
        var runs: (index: Int, since: Double)?
        /// The lease under which the same trial runs once more.
        var twin: LeaseID?
        /// Whether its trial runs, or ran, once more, or it is itself the copy.
        var wasCopied = false

        /// Whether the worker was asked for what has not begun.
        enum Recall: Sendable {
            case none, asked, answered
            /// What runs was asked for, too.
            case abandoned
        }
    }

    /// Rows on their way to a disk.
    struct UnstoredBatch: Sendable {
        var ticket: UInt64
        var sweep: SweepDigest
        var rows: Int
        var isStored = false
        /// Failed trials that are tried again when this is stored.
        var retries = IndexIntervals()
    }

    /// What a coordinator that serves operators says of itself.
    package struct Service: Sendable {
        package var host: String
        package var pid: Int
        package var startedAt: Double
        package var storeRoot: String
        package var endpoints: [String]

        package init(
            host: String, pid: Int, startedAt: Double, storeRoot: String, endpoints: [String]
        ) {
            self.host = host
            self.pid = pid
            self.startedAt = startedAt
            self.storeRoot = storeRoot
            self.endpoints = endpoints
        }
    }

    /// What does not change during a coordinator's life.
    package struct Settings: Sendable {
        /// Version of the program, for messages.
        package var version: String
        package var heartbeatInterval = 1.0
        package var heartbeatTimeout = 10.0
        /// Rows that may wait for the disk before leasing stops.
        package var maximumUnstored = 200_000
        /// Number of the first lease; differs between the lives of a coordinator.
        package var firstLease: UInt64
        /// A mistake that the simulation must find; nil outside of its tests.
        package var mistake: PlantedMistake?

        package init(version: String, firstLease: UInt64) {
            self.version = version
            self.firstLease = firstLease
        }

        /// - Parameter startedAt: seconds since 1970, from which leases are numbered: microseconds
        ///   times 2¹², so that two lives within one second have different ones.
        package init(version: String, startedAt: Double) {
            self.init(version: version, firstLease: UInt64(max(0, startedAt) * 1e6) << 12)
        }
    }

    package let settings: Settings
    package internal(set) var sweeps: [SweepDigest: SweepProgress] = [:]
    var sweepOrder: [SweepDigest] = []
    var peers: [PeerID: Peer] = [:]
    var peerOrder: [PeerID] = []
    var leases: [LeaseID: LeaseRecord] = [:]
    /// Leases that have not ended, by sweep.
    var leaseCounts: [SweepDigest: Int] = [:]
    var nextLease: UInt64
    var lastTicket: UInt64 = 0
    var storedTicket: UInt64 = 0
    /// Batches on their way to a disk, by rising ticket without gaps.
    ///
    /// Stores of different sweeps may finish out of order.
    var unstored: Deque<UnstoredBatch> = []
    /// Peers whose reports wait for a ticket to be stored, by rising ticket.
    var waiting: Deque<(ticket: UInt64, peer: PeerID)> = []
    /// Peers that may be about to deliver what they have kept.
    var awaited: Set<PeerID> = []
    /// Whether trials came back that any worker may take.
    var hasReturned = false
    /// Slots that a sweep's trials may run on, as long as workers neither come nor go.
    var knownSlots: [SweepDigest: Int] = [:]
    /// Whether a worker is to be sent away when it holds nothing.
    var hasGoing = false
    /// Batches on their way, by sweep.
    var unstoredCounts: [SweepDigest: Int] = [:]
    /// Nil for the coordinator of a single run, which takes no requests.
    package var service: Service?
    var served: [String: ServedSweep] = [:]
    var nextOrder = 1
    var retryAskers: [UInt64: Asker] = [:]
    /// Whether an operator has told it to leave.
    package internal(set) var isStopping = false
    /// Whether it leaves when the last worker has gone.
    var dismissesWorkers = false
    private var lastWorker = 0
    var unstoredRowCount = 0
    var lastHeartbeat = -Double.infinity
    private var lastTick: Double?
    private var isDismissing = false
    let leaseSize = LeaseSize()

    package init(settings: Settings) {
        self.settings = settings
        nextLease = settings.firstLease
    }

    /// Adds a sweep; its trials are handed out from now on.
    package mutating func add(_ sweep: SweepProgress, now: Double) -> [CoordinatorDirective] {
        let digest = sweep.definition.sweep
        guard sweeps[digest] == nil else { return [] }
        sweeps[digest] = sweep
        sweepOrder.append(digest)
        return handOut(now: now)
    }

    /// Stops handing out a sweep's trials and takes back what has not begun.
    package mutating func drain(
        _ sweep: SweepDigest, reason: String?
    ) -> [CoordinatorDirective] {
        sweeps[sweep]?.drain(reason: reason)
        return recallLeases(of: sweep)
    }

    /// Whether nothing of a sweep runs, waits for the disk or, unless it drains, waits for a slot.
    package func isAtRest(_ sweep: SweepDigest) -> Bool {
        guard let progress = sweeps[sweep] else { return true }
        return unstoredCounts[sweep, default: 0] == 0 && progress.leasedCount == 0
            && (progress.isDraining || progress.remaining == 0)
    }

    /// Slots of all registered workers.
    package var slotCount: Int { peers.values.reduce(0) { $0 + $1.registration.slots } }

    /// Sends all workers away, and everyone who speaks from now on.
    package mutating func dismissWorkers() -> [CoordinatorDirective] {
        isDismissing = true
        return peerOrder.map { .send(Self.dismissal, to: $0) }
    }

    private static let dismissal = CoordinatorMessage.farewell(reason: "the work is done")

    /// Whether a trial of a lease has no outcome so far.
    package func isOpen(_ index: Int, under lease: LeaseID) -> Bool {
        leases[lease]?.open.contains(index) == true
    }

    /// Whether a lease is a copy of a trial that stays under another.
    package func isCopy(_ lease: LeaseID) -> Bool {
        leases[lease].map { $0.twin != nil && $0.open.isEmpty } ?? false
    }

    /// How many trials of a worker's leases have no outcome so far.
    package func openTrials(of peer: PeerID) -> Int {
        peers[peer]?.leases.reduce(0) { $0 + (leases[$1]?.open.count ?? 0) } ?? 0
    }

    /// How many workers are registered.
    package var workerCount: Int { peers.count }

    // MARK: Inputs

    /// A message from a peer.
    package mutating func receive(
        _ message: WorkerMessage, from id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        if isDismissing {
            if case .request = message { return [] }
            return [.send(Self.dismissal, to: id)]
        }
        if case .registration(let registration) = message {
            return register(registration, from: id, now: now)
        }
        if case .request(let request) = message { return take(request, from: id, now: now) }
        guard peers[id] != nil else { return [.send(.introduce, to: id)] }
        peers[id]?.lastHeard = now
        peers[id]?.isReturning = false
        switch message {
        case .registration, .request, .enrolment:
            return []
        case .report(let report):
            return take(report, from: id, now: now)
        case .heartbeat(let heartbeat):
            return take(heartbeat, from: id, now: now)
        case .output(let parts):
            return log(parts, from: id)
        case .farewell(let reason):
            return remove(id, now: now) { .left(worker: $0, reason: reason) }
        }
    }

    /// These batches are durable.
    package mutating func stored(_ tickets: [UInt64], now: Double) -> [CoordinatorDirective] {
        for ticket in tickets {
            guard let first = unstored.first?.ticket, ticket >= first, ticket <= lastTicket
            else { continue }
            unstored[Int(ticket - first)].isStored = true
        }
        var directives: [CoordinatorDirective] = []
        while let first = unstored.first, first.isStored {
            storedTicket = first.ticket
            unstoredRowCount -= first.rows
            unstored.removeFirst()
            if let count = unstoredCounts[first.sweep] { unstoredCounts[first.sweep] = count - 1 }
            sweeps[first.sweep]?.retry(first.retries)
            if let asker = retryAskers.removeValue(forKey: first.ticket),
                let name = served.first(where: { $0.value.submission.sweep == first.sweep })?.key
            {
                directives.append(statusReply(name, asker))
            }
        }
        directives += acknowledgeStored()
        return directives + handOut(now: now) + concludeSweeps() + sendAway(now: now)
    }

    /// Time has passed: call at least every heartbeat interval.
    package mutating func tick(now: Double) -> [CoordinatorDirective] {
        var directives: [CoordinatorDirective] = []
        // Who has not listened has heard nothing: while this process stood still, everyone was
        // silent, and what they said waits to be read.
        if let last = lastTick, now - last > settings.heartbeatTimeout / 2 {
            for id in peerOrder {
                guard let heard = peers[id]?.lastHeard else { continue }
                peers[id]?.lastHeard = min(now, heard + (now - last))
            }
        }
        lastTick = now
        for id in peerOrder {
            guard let peer = peers[id] else { continue }
            peers[id]?.silence = max(0, now - peer.lastHeard)
            guard now - peer.lastHeard > settings.heartbeatTimeout else { continue }
            let silence = Int((now - peer.lastHeard).rounded())
            directives += lose(id, reason: "gave no sign of life for \(silence) s", now: now)
        }
        if now - lastHeartbeat >= settings.heartbeatInterval {
            lastHeartbeat = now
            directives += peerOrder.map { .send(.heartbeat, to: $0) }
        }
        liftQuarantine()
        directives += tellObstacles()
        directives += handOut(now: now) + rebalance(now: now) + speculate(now: now)
        return directives + concludeSweeps() + sendAway(now: now)
    }

    /// A worker's process is known to have ended: its connection need not fall silent first.
    package mutating func ended(
        pid: Int, on host: String, reason: String, now: Double
    ) -> [CoordinatorDirective] {
        peerOrder.flatMap { id -> [CoordinatorDirective] in
            guard let registration = peers[id]?.registration, registration.pid == pid,
                registration.host == host
            else { return [] }
            return lose(id, reason: reason, now: now)
        }
    }

    // MARK: Registration and loss

    private mutating func register(
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
        return directives + handOut(now: now, to: id)
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
    private mutating func lose(
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
