import DequeModule
import SweepCoordinator
import SweepCore
import SweepWire
import SweepWorker

/// A whole cluster's life over virtual time, fixed by one seed: the same state machines that run on
/// sockets, with networks, machines, slots, disks and operators that are made of faults.
package struct ClusterLife {
    enum Event {
        case toCoordinator(worker: Int, life: Int, WorkerMessage)
        case toWorker(worker: Int, life: Int, CoordinatorMessage)
        case tickCoordinator(epoch: Int)
        case tickWorker(worker: Int, life: Int)
        case burstEnds(worker: Int, life: Int, slot: Int, process: Int, burst: Int)
        case startWorker(worker: Int, life: Int)
        case startCoordinator(epoch: Int)
        case opens(epoch: Int, StoreOpening)
        case opened(epoch: Int, StoreOpening)
        case disk(sweep: Int, writer: Int)
        case stored(epoch: Int, [UInt64])
        case closed(epoch: Int, SweepDigest)
        case storeFailed(epoch: Int, SweepDigest)
        case request(OperatorRequest.Verb)
        case operatorsLook
        case fault(Int)
    }

    package let plan: LifePlan
    /// What is made wrong on purpose.
    package let mistake: Mistake?
    package internal(set) var now = 0.0
    package internal(set) var violations: [Violation] = []
    /// Numbers of the faults that happened.
    package internal(set) var faults: [Int] = []
    package internal(set) var eventCount = 0
    /// Differs between lives that differ anywhere.
    package internal(set) var fingerprint: UInt64 = 0
    package internal(set) var trace: LifeTrace
    package internal(set) var load = CoordinatorLoad()

    var random: SplitMix
    var queue = EventQueue<Event>()
    var workers: [WorkerModel] = []
    var sweeps: [SweepModel] = []
    var sweepOfDigest: [SweepDigest: (sweep: Int, version: Int)] = [:]

    // The coordinator's machine.
    var coordinator: CoordinatorProcess?
    var epoch = 0
    /// Whether its socket is open: not before its stores are.
    var isListening = false
    var coordinatorOffset = 0.0
    var coordinatorPausedUntil = 0.0
    /// Directives that are carried out before it is killed in the middle of them.
    var directivesLeft: Int?
    /// What is still to be carried out of what the coordinator has said.
    var directives = Deque<CoordinatorDirective>()
    var isCarryingOut = false
    /// Messages that wait for a coordinator that is away.
    var backlog: [Event] = []
    var keepsBacklog = false
    /// Whether the next end of the coordinator is its machine's, too.
    var losesPower = false
    var diskFullUntil = 0.0
    var diskSlowUntil = 0.0
    var diskBreaks = false
    var writerCount = 0
    /// Rows that were handed to writers and are not durable.
    var unstoredRows = 0

    // Operators.
    var requests: UInt64 = 0
    var asked: [UInt64: (verb: OperatorRequest.Verb, at: Double)] = [:]
    /// States in which any sweep has been.
    package internal(set) var states: Set<SweepState> = []

    // What the faults so far excuse.
    /// Executions that were in flight at a fault.
    package internal(set) var excusedRuns = 0
    /// Executions that gave no row, of trials that did not fail by themselves.
    package internal(set) var wasted = 0
    var largestLease = 1

    package init(
        plan: LifePlan, mistake: Mistake? = nil, isTraced: Bool = false, isTimed: Bool = false
    ) {
        self.plan = plan
        self.mistake = mistake
        trace = LifeTrace(isOn: isTraced)
        load.isOn = isTimed
        random = SplitMix(plan.seed)
        for (number, sweep) in plan.sweeps.enumerated() {
            let digest = UInt64(number + 1) << 8
            var versions = [
                SweepModel.Version(
                    digest: SweepDigest(bits: digest), trials: sweep.trials, offset: 0)
            ]
            if sweep.extended > sweep.trials {
                versions.append(
                    .init(
                        digest: SweepDigest(bits: digest + 1), trials: sweep.extended,
                        offset: sweep.extended / 3))
            }
            for (version, content) in versions.enumerated() {
                sweepOfDigest[content.digest] = (number, version)
            }
            sweeps.append(SweepModel(plan: sweep, versions: versions))
            queue.add(.request(.submit(submission(number, version: 0))), at: sweep.submittedAt)
        }
        coordinatorOffset = 1e5 * random.uniform()
        for number in 0..<plan.workers {
            workers.append(
                WorkerModel(
                    instance: Self.instance(number, plan, recovered: 0),
                    slots: Array(repeating: SlotModel(), count: plan.slots),
                    clockOffset: 1e5 * random.uniform()))
            queue.add(.startWorker(worker: number, life: 0), at: 0.1 * random.uniform())
        }
        startCoordinator()
        queue.add(.fault(0), at: plan.faultsEvery * random.uniform())
        queue.add(.operatorsLook, at: 1)
    }

    static func instance(_ number: Int, _ plan: LifePlan, recovered: Int) -> WorkerInstance {
        let spill: WorkerInstance.Spill =
            switch plan.spill {
            case .memory: .none
            case .file: .forSpace
            case .durableFile: .durable(recovered: recovered)
            }
        return WorkerInstance(
            identity: Registration(
                version: "test", host: "node\(number)", pid: number, slots: plan.slots,
                experiments: ["noop/1"]),
            spill: spill, memoryLimit: plan.memoryLimit)
    }

    /// Trials of all grids.
    package var trialCount: Int { sweeps.reduce(0) { $0 + $1.versions[$1.wanted].trials } }

    /// Each sweep's results by trial.
    package var results: [[Int: Int64]] { sweeps.map(\.table.results) }

    /// The plan, with the grids to which operators have extended the sweeps.
    package var finalPlan: LifePlan {
        var plan = plan
        for (number, sweep) in sweeps.enumerated() {
            plan.sweeps[number].trials = sweep.versions[sweep.wanted].trials
            plan.sweeps[number].extended = plan.sweeps[number].trials
        }
        return plan
    }

    /// How often any trial was begun.
    package var executionCount: Int {
        sweeps.reduce(0) { $0 + $1.executions.values.reduce(0, +) }
    }

    /// Lives until every sweep is done, or something is wrong.
    package mutating func run() {
        let longest = longestLife
        while let (time, event) = queue.next() {
            now = time
            eventCount += 1
            fingerprint = SplitMix.mixed(fingerprint ^ time.bitPattern)
            handle(event)
            if !violations.isEmpty { return }
            if case .operatorsLook = event, isDone {
                checkEnd()
                return
            }
            if now > longest {
                violate(
                    .everythingEnds, "\(openSweeps) after all the time that work and waits need")
                return
            }
        }
        violate(.everythingEnds, "nothing is left to happen, but \(openSweeps)")
    }

    /// Far beyond all the work there is, done one after the other, with every wait.
    private var longestLife: Double {
        let work = plan.sweeps.reduce(0.0) { sum, sweep in
            sum
                + (0..<sweep.extended).reduce(0.0) { sum, trial in
                    // Poison runs to its end in each attempt, and again when it is tried once more.
                    let isTriedAgain = sweep.poison.contains(trial) && sweep.attempts <= 1000
                    return sum + sweep.seconds(of: trial)
                        * Double(isTriedAgain ? sweep.attempts : 1)
                }
        }
        return 1200 + plan.faultsUntil + 4 * work
    }

    // MARK: Events

    private mutating func handle(_ event: Event) {
        switch event {
        case .toCoordinator(let worker, let life, let message):
            deliver(message, from: worker, life)
        case .toWorker(let worker, let life, let message):
            guard isLiving(worker, life), now >= workers[worker].link.downCutUntil else { return }
            if wait(event, for: worker) { return }
            trace.add(now, worker: worker, hears: message)
            if case .acknowledgement(let through) = message { checkDurable(worker, through) }
            carryOut(
                workers[worker].instance.receive(message, now: clock(of: worker)), of: worker)
        case .tickCoordinator(let epoch):
            guard epoch == self.epoch, coordinator != nil else { return }
            guard now >= coordinatorPausedUntil else {
                queue.add(event, at: coordinatorPausedUntil)
                return
            }
            feed { coordinator, now in coordinator.tick(now: now) }
            queue.add(.tickCoordinator(epoch: epoch), at: now + tickInterval)
        case .tickWorker(let worker, let life):
            guard isLiving(worker, life) else { return }
            if wait(event, for: worker) { return }
            tick(worker)
            queue.add(event, at: now + tickInterval)
        case .burstEnds(let worker, let life, let slot, let process, let burst):
            guard isLiving(worker, life), workers[worker].slots[slot].process == process,
                workers[worker].slots[slot].burstNumber == burst
            else { return }
            if wait(event, for: worker) { return }
            endBurst(worker, slot)
        case .startWorker(let worker, let life):
            guard workers[worker].life == life else { return }
            startWorker(worker)
        case .startCoordinator(let epoch):
            guard epoch == self.epoch, coordinator == nil else { return }
            startCoordinator()
        case .opens(let epoch, let opening):
            guard isCurrent(epoch, event) else { return }
            open(opening)
        case .opened(let epoch, let opening):
            guard isCurrent(epoch, event) else { return }
            finishOpening(opening)
        case .disk(let sweep, let writer):
            stepDisk(sweep, writer)
        case .stored(let epoch, let tickets):
            guard isCurrent(epoch, event) else { return }
            trace.add(now, "coordinator: batches \(tickets) are durable")
            feed { coordinator, now in coordinator.stored(tickets, now: now) }
        case .closed(let epoch, let digest):
            guard isCurrent(epoch, event) else { return }
            feed { coordinator, _ in coordinator.closed(digest) }
        case .storeFailed(let epoch, let digest):
            guard isCurrent(epoch, event) else { return }
            failStore(digest)
        case .request(let verb):
            ask(verb)
        case .operatorsLook:
            look()
            queue.add(.operatorsLook, at: now + (now < plan.faultsUntil ? 10 : 2))
        case .fault(let number):
            happen(number)
        }
    }

    /// Whether a coordinator's process of this number is there to hear from its threads; a process
    /// that stands still hears later.
    private mutating func isCurrent(_ epoch: Int, _ event: Event) -> Bool {
        guard epoch == self.epoch, coordinator != nil else { return false }
        guard now >= coordinatorPausedUntil else {
            queue.add(event, at: coordinatorPausedUntil)
            return false
        }
        return true
    }

    /// Seconds between ticks; long trials that run on when all faults are over need few of them.
    private var tickInterval: Double {
        now > plan.faultsUntil + 60 ? 3 : plan.workers > 50 ? 1 : 0.5
    }

    /// Puts an event off while a worker stands still.
    private mutating func wait(_ event: Event, for worker: Int) -> Bool {
        guard now < workers[worker].pausedUntil else { return false }
        queue.add(event, at: workers[worker].pausedUntil)
        return true
    }

    func isLiving(_ worker: Int, _ life: Int) -> Bool {
        workers[worker].isAlive && workers[worker].life == life
    }

    /// What a worker's clock shows.
    func clock(of worker: Int) -> Double { now + workers[worker].clockOffset }

    mutating func violate(_ property: Violation.Property, _ detail: String) {
        let violation = Violation(property: property, detail: detail, time: now)
        violations.append(violation)
        trace.add(now, "BROKEN: \(violation.description)")
    }

    mutating func delay() -> Double { 1e-4 + 0.05 * random.uniform() * random.uniform() }
}
