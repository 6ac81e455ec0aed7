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

        /// What the worker is to remember of that.
        var standing: Standing {
            Standing(isDraining: isDraining, isGoing: isGoing, quarantine: quarantine)
        }

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

        /// - Parameters:
        ///   - version: that of this program, for workers and operators.
        ///   - startedAt: seconds since 1970, from which leases are numbered: microseconds times
        ///     2¹², so that two lives within one second have different ones.
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
    /// The latest failed attempts by sweep, the newest last, for those who watch.
    var failures: [SweepDigest: Deque<FailureSummary>] = [:]
    var nextOrder = 1
    var retryAskers: [UInt64: Asker] = [:]
    /// Whether an operator has told it to leave.
    package internal(set) var isStopping = false
    /// Whether it leaves when the last worker has gone.
    var dismissesWorkers = false
    var lastWorker = 0
    var unstoredRowCount = 0
    var lastHeartbeat = -Double.infinity
    private var lastTick: Double?
    var isDismissing = false
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
}
