import DequeModule
import SweepCore
import SweepWire

/// The worker daemon as a pure state machine: messages, slots' news and the time go in,
/// directives come out.
///
/// A report is kept until the coordinator acknowledges it, and sent again after every
/// registration: what was computed is not lost when a connection or the coordinator is.
package struct WorkerInstance: Sendable {
    struct Slot: Sendable {
        var lease: Lease?
        /// Trials of the lease that were reported.
        var reported = IndexIntervals()
        var definitions: Set<SweepDigest> = []
        /// Whether it was told to begin nothing more of its lease.
        var isTruncated = false
        /// Whether its lease was given up, and it is being killed for that.
        var isAbandoned = false
        /// Why the worker killed it, if it did.
        var killReason: String?
        /// Deaths in a row without a single outcome in between.
        var idleDeaths = 0
        /// What its trial prints.
        var output = OutputCapture()
        /// Graphics cards that its lease has.
        var gpus: [String] = []

        /// Whether it waits for a lease.
        var isFree: Bool { lease == nil && killReason == nil && !isAbandoned }
    }

    /// Who this worker is.
    package let identity: Registration
    var slots: [Slot]
    var queue = Deque<Lease>()
    /// Leases that have ended, with the report that says so and waits in the file: until it is sent
    /// the coordinator must not take them for lost.
    private var untold = Deque<(lease: Lease, report: UInt64)>()
    /// The lease that was heard last.
    private var lastLease: LeaseID?
    private(set) var definitions: [SweepDigest: Definition] = [:]
    private var reports: ReportQueue
    private var output = OutputQueue()
    /// The oldest report that is kept, and since when it is the oldest.
    private var waiting = (report: UInt64(0), since: 0.0)
    private var isWelcome = false
    private var isLeaving = false
    private var farewell = "it was told to leave"
    /// Why it takes no leases for now; nil: it takes some.
    var resting: String?
    /// Seconds without work after which it leaves; nil: it stays.
    package var idleLimit: Double?
    private var busyAt: Double?
    /// What was decided about it.
    private var standing = Standing()
    private var heartbeatInterval = 1.0
    private var heartbeatTimeout = 10.0
    private var lastHeard = 0.0
    var lastSent = -Double.infinity

    /// Deaths in a row after which a slot is not started again.
    private static let maximumIdleDeaths = 5

    /// Where reports go that memory does not hold.
    package enum Spill: Sendable {
        /// They stay in memory.
        case none
        /// Into a file that goes with the process.
        case forSpace
        /// Into a file that outlives the process, and holds reports of an earlier one.
        case durable(recovered: Int)
    }

    /// Bytes of reports in memory, roughly, before they go to the file.
    package static let memoryLimit = 32 << 20

    package init(
        identity: Registration, spill: Spill = .none, memoryLimit: Int = Self.memoryLimit
    ) {
        self.identity = identity
        switch spill {
        case .none: reports = ReportQueue(spill: .none, recovered: 0, limit: memoryLimit)
        case .forSpace: reports = ReportQueue(spill: .forSpace, recovered: 0, limit: memoryLimit)
        case .durable(let recovered):
            reports = ReportQueue(spill: .durable, recovered: recovered, limit: memoryLimit)
        }
        slots = Array(repeating: Slot(), count: identity.slots)
    }

    /// Whether the coordinator has welcomed this worker and was heard of since.
    package var isConnected: Bool { isWelcome }

    // MARK: Inputs

    /// Begins: starts the slots and introduces itself.
    package mutating func start(now: Double) -> [WorkerDirective] {
        slots.indices.map { .startSlot($0) } + register(now: now)
    }

    /// A message from the coordinator.
    package mutating func receive(
        _ message: CoordinatorMessage, now: Double
    ) -> [WorkerDirective] {
        lastHeard = now
        switch message {
        case .introduce:
            return register(now: now)
        case .welcome(let welcome):
            isWelcome = true
            heartbeatInterval = welcome.heartbeatInterval
            heartbeatTimeout = welcome.heartbeatTimeout
            // The next tick says that it was heard: leases wait for it.
            lastSent = -.infinity
            return directives(reports.goOnline())
        case .refusal(let reason):
            return [.exit(.refused(reason: reason))]
        case .definition(let definition):
            definitions[definition.sweep] = definition
            return []
        case .lease(let lease):
            return accept(lease, now: now)
        case .acknowledgement(let through):
            return directives(reports.acknowledge(through))
        case .recall(let leases, let abandon):
            return leases.flatMap { giveBack($0, abandon: abandon) }
        case .standing(let standing):
            self.standing = standing
            return []
        case .heartbeat, .reply, .enrolled:
            return []
        case .farewell(let reason):
            return slots.indices.map { .kill(slot: $0) } + [.exit(.dismissed(reason: reason))]
        }
    }

    /// A slot has outcomes, or has ended its lease.
    package mutating func slotReported(
        _ slot: Int, _ report: LeaseReport
    ) -> [WorkerDirective] {
        guard let lease = slots[slot].lease, lease.id == report.lease else { return [] }
        for outcome in report.outcomes {
            slots[slot].reported.insert(outcome.index)
            // The log has a trial's last line before the trial's row is anywhere.
            if slots[slot].output.belongs(to: .init(sweep: lease.sweep, index: outcome.index)) {
                output.append(slots[slot].output.end())
            }
        }
        slots[slot].idleDeaths = 0
        if report.isEnded { slots[slot].lease = nil }
        return send(report, ending: lease) + assign()
    }

    /// A slot, or a program that it runs, has printed something.
    ///
    /// - Parameters:
    ///   - slot: which one.
    ///   - bytes: what was printed, in pieces of any size.
    ///   - index: the trial that has printed it; nil: none, and it is not logged.
    package mutating func slotPrinted(
        _ slot: Int, _ bytes: some Collection<UInt8>, index: Int?
    ) {
        guard let lease = slots[slot].lease, let index, lease.range.contains(index) else { return }
        output.append(
            slots[slot].output.take(bytes, of: .init(sweep: lease.sweep, index: index)))
    }

    /// A slot will begin no trial of its lease at or past `end`: they go back at once, also while a
    /// long trial before them runs on.
    package mutating func slotTruncated(_ slot: Int, at end: Int) -> [WorkerDirective] {
        guard let lease = slots[slot].lease, end >= lease.range.lowerBound,
            end <= lease.range.upperBound
        else { return [] }
        slots[slot].lease?.range = lease.range.lowerBound..<end
        slots[slot].isTruncated = true
        return send(
            LeaseReport(
                lease: lease.id, sweep: lease.sweep, outcomes: [], isEnded: false,
                truncatedAt: end))
    }

    /// A slot's process is gone; what ran in it is to blame, what waited behind is not.
    package mutating func slotEnded(_ slot: Int, _ end: SlotEnd) -> [WorkerDirective] {
        output.append(slots[slot].output.end())
        let gone = slots[slot]
        slots[slot] = Slot()
        slots[slot].idleDeaths = gone.idleDeaths + 1
        var directives: [WorkerDirective] = []
        if let lease = gone.lease {
            var report = LeaseReport(
                lease: lease.id, sweep: lease.sweep, outcomes: [], isEnded: true)
            if gone.isAbandoned {
                slots[slot].idleDeaths = 0
            } else if let index = end.activity.index, lease.range.contains(index),
                !gone.reported.contains(index)
            {
                slots[slot].idleDeaths = 0
                report.outcomes.append(
                    Outcome(
                        index: index,
                        result: .failure(
                            Self.failure(
                                end, killReason: gone.killReason, note: memoryNote(lease))),
                        startedAt: end.time - end.activity.seconds,
                        duration: end.activity.seconds))
            }
            directives += send(report, ending: lease)
        }
        if slots[slot].idleDeaths >= Self.maximumIdleDeaths {
            let reason = Self.failure(end, killReason: gone.killReason).reason
            return directives + [
                .send(.farewell(reason: "its slots end before they run anything: \(reason)")),
                .exit(.slotsFail(reason: reason)),
            ]
        }
        return directives + [.startSlot(slot)] + assign()
    }

    /// The worker is to leave: what runs may finish, nothing more is begun, and it goes when the
    /// coordinator has everything.
    package mutating func leave() -> [WorkerDirective] {
        guard !isLeaving else { return [] }
        isLeaving = true
        // The next tick says so.
        lastSent = -.infinity
        return giveBackQueue()
    }

    /// Leases that have not begun go back to the coordinator.
    mutating func giveBackQueue() -> [WorkerDirective] {
        defer { queue = [] }
        return queue.flatMap { lease in
            send(LeaseReport(lease: lease.id, sweep: lease.sweep, outcomes: [], isEnded: true))
        }
    }

    /// Leaves when there was nothing to do for as long as it may idle.
    private mutating func leaveIfIdle(now: Double) -> [WorkerDirective] {
        guard let limit = idleLimit, !isLeaving else { return [] }
        // Outside of its hours it is not idle: it has nothing to wait for.
        guard held.isEmpty, reports.isEmpty, resting == nil, let since = busyAt else {
            busyAt = now
            return []
        }
        guard now - since >= limit else { return [] }
        farewell = "it had nothing to do for \(Int(limit)) s"
        return leave()
    }

    /// Slots that have a lease.
    package var runningCount: Int { slots.count { $0.lease != nil } }

    /// Reports that the coordinator has not acknowledged.
    package var unacknowledgedCount: Int { reports.count }

    /// Reports were read back from the spill file; none when it cannot be read.
    package mutating func unspilled(_ read: [Report]) -> [WorkerDirective] {
        directives(reports.take(read, isOnline: isWelcome))
    }

    /// Time has passed: call several times a second.
    ///
    /// - Parameters:
    ///   - activity: what each slot does at the moment.
    ///   - now: seconds of a clock that only goes forward.
    package mutating func tick(_ activity: [SlotActivity], now: Double) -> [WorkerDirective] {
        var directives: [WorkerDirective] = []
        for (slot, activity) in activity.enumerated() {
            guard let lease = slots[slot].lease, slots[slot].killReason == nil,
                let index = activity.index, !slots[slot].reported.contains(index),
                let timeout = definitions[lease.sweep]?.timeout, activity.seconds > timeout
            else { continue }
            slots[slot].killReason = "no result within the timeout of \(timeout) s"
            directives.append(.kill(slot: slot))
        }
        directives += leaveIfIdle(now: now)
        if isLeaving || resting != nil {
            for (slot, state) in slots.enumerated() where state.lease != nil && !state.isTruncated {
                directives.append(.truncate(slot: slot))
            }
        }
        if isLeaving, held.isEmpty, reports.isEmpty {
            return directives + slots.indices.map { .kill(slot: $0) } + [
                .send(.farewell(reason: farewell)), .exit(.left),
            ]
        }
        output.refill(now: now)
        directives += keepSafe(now: now) + sendOutput()
        guard now - lastSent >= heartbeatInterval else { return directives }
        if !isWelcome || now - lastHeard > heartbeatTimeout {
            isWelcome = false
            return directives + register(now: now)
        }
        lastSent = now
        var running: [RunningTrial] = []
        for (slot, activity) in zip(slots, activity) {
            guard let lease = slot.lease, let index = activity.index,
                lease.range.contains(index), !slot.reported.contains(index)
            else { continue }
            var trial = RunningTrial(lease: lease.id, index: index)
            if running.count < RunningTrial.mostProgress {
                trial.progress = RunningProgress(
                    seconds: activity.seconds, trial: activity.progress)
            }
            running.append(trial)
        }
        var sign = Heartbeat(
            running: running, held: told.map(\.id), lastReport: reports.newest,
            unacknowledged: reports.oldest, isLeaving: isLeaving)
        sign.resting = resting
        sign.standing = standing
        return directives + [.send(.heartbeat(sign))]
    }

    // MARK: Decisions

    /// Leases that have not ended: running ones, then waiting ones.
    private var held: [Lease] { slots.compactMap(\.lease) + queue }

    /// Leases of which the coordinator will hear more.
    private var told: [Lease] { held + untold.map(\.lease) }

    private mutating func register(now: Double) -> [WorkerDirective] {
        lastSent = now
        var registration = identity
        registration.nextReport = reports.oldest
        registration.held = told
        registration.isLeaving = isLeaving
        registration.resting = resting
        registration.standing = standing
        registration.lastReport = reports.isEmpty ? 0 : reports.next - 1
        return [.send(.registration(registration))]
    }

    private mutating func accept(_ lease: Lease, now: Double) -> [WorkerDirective] {
        // A message that arrives twice is one lease.
        guard lease.id != lastLease, !held.contains(where: { $0.id == lease.id }) else { return [] }
        lastLease = lease.id
        guard let definition = definitions[lease.sweep] else {
            // The definition was lost on the way: after a registration it is sent again.
            let report = LeaseReport(
                lease: lease.id, sweep: lease.sweep, outcomes: [], isEnded: true)
            return send(report) + register(now: now)
        }
        if isLeaving || resting != nil || !hasCards(for: definition) {
            return send(
                LeaseReport(lease: lease.id, sweep: lease.sweep, outcomes: [], isEnded: true))
        }
        queue.append(lease)
        return assign()
    }

    private mutating func giveBack(_ id: LeaseID, abandon: Bool) -> [WorkerDirective] {
        if let slot = slots.firstIndex(where: { $0.lease?.id == id }) {
            if abandon {
                guard !slots[slot].isAbandoned else { return [] }
                slots[slot].isAbandoned = true
                return [.kill(slot: slot)]
            }
            return [.truncate(slot: slot)]
        }
        guard let position = queue.firstIndex(where: { $0.id == id }) else { return [] }
        let lease = queue.remove(at: position)
        return send(LeaseReport(lease: id, sweep: lease.sweep, outcomes: [], isEnded: true))
    }

    private mutating func send(
        _ report: LeaseReport, ending lease: Lease? = nil
    ) -> [WorkerDirective] {
        let steps = reports.append(report.uniform(), isOnline: isWelcome)
        if report.isEnded, let lease, reports.newest < reports.next - 1 {
            untold.append((lease, reports.next - 1))
        }
        return sendOutput() + directives(steps)
    }

    /// What was printed goes on its way; nobody acknowledges it.
    private mutating func sendOutput() -> [WorkerDirective] {
        isWelcome ? output.take().map { .send(.output($0)) } : []
    }

    /// Makes reports durable that the coordinator has not acknowledged for a while: that it is gone
    /// is known for sure only later.
    private mutating func keepSafe(now: Double) -> [WorkerDirective] {
        if reports.isEmpty || waiting.report != reports.oldest {
            waiting = (reports.oldest, now)
            return []
        }
        guard now - waiting.since > heartbeatInterval else { return [] }
        return directives(reports.mirror())
    }

    private mutating func directives(_ steps: ReportQueue.Steps) -> [WorkerDirective] {
        while let first = untold.first, first.report <= reports.newest { untold.removeFirst() }
        var directives: [WorkerDirective] = []
        if !steps.spill.isEmpty { directives.append(.spill(steps.spill)) }
        directives += steps.send.map { .send(.report($0)) }
        if steps.clear { directives.append(.clearSpill) }
        if let number = steps.read { directives.append(.readSpill(from: number)) }
        return directives
    }

    private static func failure(
        _ end: SlotEnd, killReason: String?, note: String = ""
    ) -> TrialFailure {
        var reason: String
        if let killReason {
            reason = killReason
        } else if let signal = end.signal {
            reason = "the slot was ended by signal \(signal) (\(signalName(signal)))"
        } else {
            reason = "the slot exited with code \(end.exitCode ?? -1)"
        }
        reason += note
        if !end.lastWords.isEmpty { reason += "\n" + end.lastWords }
        return TrialFailure(reason, exitCode: end.exitCode, signal: end.signal)
    }

    private static func signalName(_ signal: Int32) -> String {
        switch signal {
        case 4: "illegal instruction: a trap in the program"
        case 5: "trap"
        case 6: "abort"
        case 7: "bus error"
        case 8: "arithmetic error"
        case 9: "killed, perhaps for want of memory"
        case 11: "segmentation fault"
        case 15: "terminated"
        case 24: "CPU time limit"
        case 25: "file size limit"
        default: "see signal(7)"
        }
    }
}
