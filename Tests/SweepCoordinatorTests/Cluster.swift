import SweepCore
import SweepWire

@testable import SweepCoordinator

/// A coordinator with workers that do what a test tells them, message by message.
struct Cluster {
    var instance: CoordinatorInstance
    var now = 0.0
    /// Leases that each worker was given, oldest first.
    var leases: [UInt8: [Lease]] = [:]
    /// Leases that each worker was asked for.
    var recalled: [UInt8: [LeaseID]] = [:]
    /// Leases whose running trial was to be given up.
    var abandoned: [UInt8: [LeaseID]] = [:]
    var events: [CoordinatorEvent] = []
    var stored: [StoreBatch] = []
    private var reports: [UInt8: UInt64] = [:]

    init() {
        instance = CoordinatorInstance(settings: .init(version: "test", firstLease: 1))
        instance.service = .init(
            host: "h", pid: 1, startedAt: 0, storeRoot: "/st", endpoints: [])
    }

    static func progress(
        _ digest: UInt64, _ count: Int, limits: Limits = Limits(attempts: 3, maxFailures: 1000)
    ) -> SweepProgress {
        SweepProgress(
            definition: Definition(sweep: SweepDigest(bits: digest), json: [], timeout: nil),
            experiment: "noop/1", limits: limits, count: count, finished: IndexIntervals(),
            failed: IndexIntervals())
    }

    mutating func add(_ progress: SweepProgress) { take(instance.add(progress, now: now)) }

    mutating func join(
        _ worker: UInt8, slots: Int, _ change: (inout Registration) -> Void = { _ in }
    ) {
        var registration = Registration(
            version: "test", host: "h\(worker)", pid: Int(worker), slots: slots,
            experiments: ["noop/1"])
        change(&registration)
        take(instance.receive(.registration(registration), from: PeerID([worker]), now: now))
    }

    mutating func tick(after seconds: Double) {
        now += seconds
        for worker in leases.keys.sorted() { heartbeat(worker) }
        take(instance.tick(now: now))
    }

    private mutating func heartbeat(_ worker: UInt8) {
        take(
            instance.receive(
                .heartbeat(
                    Heartbeat(
                        running: leases[worker, default: []].map {
                            RunningTrial(lease: $0.id, index: $0.range.lowerBound)
                        }, held: leases[worker, default: []].map(\.id),
                        lastReport: reports[worker, default: 0],
                        unacknowledged: reports[worker, default: 0] + 1)),
                from: PeerID([worker]), now: now))
    }

    /// The worker ends its oldest lease, each trial in the same way.
    @discardableResult
    mutating func end(
        _ worker: UInt8, sweep: UInt64? = nil, failing: Bool = false, seconds: Double = 1
    ) -> Range<Int>? {
        guard
            let position = leases[worker]?.firstIndex(where: {
                sweep == nil || $0.sweep.bits == sweep
            }), let lease = leases[worker]?.remove(at: position)
        else { return nil }
        report(worker, lease, failing: failing, seconds: seconds)
        return lease.range
    }

    /// The worker ends its oldest lease without an outcome, as when the slot was killed for it.
    mutating func giveUp(_ worker: UInt8) {
        guard leases[worker]?.isEmpty == false, let lease = leases[worker]?.removeFirst()
        else { return }
        send(worker, lease, [])
    }

    mutating func report(
        _ worker: UInt8, _ lease: Lease, failing: Bool = false, seconds: Double = 1
    ) {
        let result: Result<TrialOutcome, TrialFailure> =
            failing
            ? .failure(TrialFailure("broken"))
            : .success(TrialOutcome(status: .ok, metrics: [], trace: Trace(columns: [], cells: [])))
        let outcomes = lease.range.map {
            Outcome(index: $0, result: result, startedAt: 0, duration: seconds)
        }
        send(worker, lease, outcomes)
    }

    private mutating func send(_ worker: UInt8, _ lease: Lease, _ outcomes: [Outcome]) {
        reports[worker, default: 0] += 1
        take(
            instance.receive(
                .report(
                    Report(
                        number: reports[worker, default: 0],
                        leases: [
                            LeaseReport(
                                lease: lease.id, sweep: lease.sweep, outcomes: outcomes,
                                isEnded: true)
                        ])), from: PeerID([worker]), now: now))
    }

    /// Asks as an operator does.
    mutating func ask(_ verb: OperatorRequest.Verb) -> OperatorReply.Body? {
        let directives = instance.receive(
            .request(OperatorRequest(number: 7, verb: verb)), from: PeerID([0x6f]), now: now)
        take(directives)
        return directives.lazy.compactMap { directive in
            if case .send(.reply(let reply), _) = directive { reply.body } else { nil }
        }.first
    }

    mutating func worker(_ worker: UInt8) -> WorkerSummary? {
        guard case .workers(let workers) = ask(.workers(selection: "")) else { return nil }
        return workers.first { $0.pid == Int(worker) }
    }

    mutating func take(_ directives: [CoordinatorDirective]) {
        for directive in directives {
            switch directive {
            case .send(.lease(let lease), let peer):
                leases[peer.bytes[0], default: []].append(lease)
            case .send(.recall(let ids, let abandon), let peer):
                if abandon {
                    abandoned[peer.bytes[0], default: []] += ids
                } else {
                    recalled[peer.bytes[0], default: []] += ids
                }
            case .announce(let event): events.append(event)
            case .store(let batch):
                stored.append(batch)
                take(instance.stored([batch.ticket], now: now))
            default: break
            }
        }
    }
}
