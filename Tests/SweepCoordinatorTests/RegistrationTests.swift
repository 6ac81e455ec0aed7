import SweepCore
import SweepWire
import Testing

@testable import SweepCoordinator

@Suite("Registrations and reports of one worker among others")
struct RegistrationTests {
    private let digest = SweepDigest(bits: 1)

    private func coordinator(trials: Int) -> CoordinatorInstance {
        var coordinator = CoordinatorInstance(
            settings: .init(version: "test", firstLease: 1))
        _ = coordinator.add(
            SweepProgress(
                definition: Definition(sweep: digest, json: [], timeout: nil),
                experiment: "noop/1", limits: Limits(), count: trials,
                finished: IndexIntervals(), failed: IndexIntervals()), now: 0)
        return coordinator
    }

    private func registration(_ pid: Int, held: [Lease] = []) -> WorkerMessage {
        .registration(
            Registration(
                version: "test", host: "node", pid: pid, slots: 1, experiments: ["noop/1"],
                held: held))
    }

    private func leases(_ directives: [CoordinatorDirective]) -> [Lease] {
        directives.compactMap {
            if case .send(.lease(let lease), _) = $0 { lease } else { nil }
        }
    }

    private func abandoned(_ directives: [CoordinatorDirective]) -> [LeaseID] {
        directives.flatMap { directive -> [LeaseID] in
            if case .send(.recall(let leases, abandon: true), _) = directive { leases } else { [] }
        }
    }

    @Test("many registrations on their way lease a trial once, and take back what crossed them")
    func registrationsInARow() throws {
        var coordinator = coordinator(trials: 1)
        let peer = PeerID([1])
        let first = leases(coordinator.receive(registration(1), from: peer, now: 0))
        #expect(first.map(\.range) == [0..<1])
        // Sent before the welcome to the first one was heard, when nothing was held.
        let second = coordinator.receive(registration(1), from: peer, now: 0.1)
        #expect(leases(second) == [])
        #expect(abandoned(second) == first.map(\.id))
        let third = coordinator.receive(registration(1), from: peer, now: 0.2)
        #expect(leases(third) == [])
        #expect(abandoned(third) == [])
        // What it says next it says after the welcome.
        let fourth = coordinator.receive(.heartbeat(Heartbeat()), from: peer, now: 0.3)
        #expect(leases(fourth).map(\.range) == [0..<1])
    }

    @Test("a coordinator of another life numbers its leases past those that its workers hold")
    func numbersOfLeases() throws {
        let sweep = digest
        var earlier = coordinator(trials: 3)
        let peer = PeerID([1])
        let held = try #require(leases(earlier.receive(registration(1), from: peer, now: 0)).first)
        // As if the clock had been set back: both begin with the same number.
        var later = coordinator(trials: 3)
        var open = leases(later.receive(registration(1, held: [held]), from: peer, now: 0))
        var number: UInt64 = 0
        func report(_ lease: Lease) -> WorkerMessage {
            number += 1
            let outcomes = lease.range.map {
                Outcome(
                    index: $0,
                    result: .success(
                        TrialOutcome(
                            status: .ok, metrics: [], trace: Trace(columns: [], cells: []))),
                    startedAt: 0,
                    duration: 0)
            }
            return .report(
                Report(
                    number: number,
                    leases: [
                        LeaseReport(
                            lease: lease.id, sweep: sweep, outcomes: outcomes, isEnded: true)
                    ]))
        }
        open += leases(later.receive(report(held), from: peer, now: 1))
        while let lease = open.popLast() {
            #expect(lease.id > held.id)
            open += leases(later.receive(report(lease), from: peer, now: 1))
        }
        #expect(later.sweeps[sweep]?.remaining == 0)
        #expect(later.sweeps[sweep]?.leasedCount == 0)
    }

    @Test("lives that begin within one second have leases of their own")
    func numbersOfLives() {
        let first = CoordinatorInstance.Settings(version: "test", startedAt: 1_800_000_000.25)
        let second = CoordinatorInstance.Settings(version: "test", startedAt: 1_800_000_000.26)
        #expect(second.firstLease - first.firstLease > 1 << 20)
    }

    @Test("a lease that a heartbeat has not named for long is taken back")
    func lostLease() {
        var coordinator = coordinator(trials: 1)
        let peer = PeerID([1])
        let first = leases(coordinator.receive(registration(1), from: peer, now: 0))
        let young = coordinator.receive(.heartbeat(Heartbeat()), from: peer, now: 5)
        #expect(abandoned(young) == [])
        let old = coordinator.receive(.heartbeat(Heartbeat()), from: peer, now: 10.5)
        #expect(abandoned(old) == first.map(\.id))
        #expect(leases(old).map(\.range) == [0..<1])
    }

    @Test("a coordinator that stood still takes nobody's silence for a loss")
    func stoodStill() {
        var coordinator = coordinator(trials: 1)
        let peer = PeerID([1])
        _ = coordinator.receive(registration(1), from: peer, now: 0)
        func isLost(_ directives: [CoordinatorDirective]) -> Bool {
            directives.contains { if case .announce(.lost) = $0 { true } else { false } }
        }
        #expect(!isLost(coordinator.tick(now: 1)))
        // SIGSTOP, and SIGCONT a minute later: the timer comes before the messages.
        #expect(!isLost(coordinator.tick(now: 61)))
        for second in 62...69 { #expect(!isLost(coordinator.tick(now: Double(second)))) }
        // From then on silence is silence: 1 s before it stood still, and 10 s after.
        #expect(isLost(coordinator.tick(now: 71)))
    }

    @Test("the end of a lease is told by its own worker only")
    func foreignEnd() throws {
        var coordinator = coordinator(trials: 1)
        let owner = PeerID([1])
        let stranger = PeerID([2])
        let lease = try #require(
            leases(coordinator.receive(registration(1), from: owner, now: 0)).first)
        _ = coordinator.receive(registration(2), from: stranger, now: 0)
        let end = LeaseReport(lease: lease.id, sweep: digest, outcomes: [], isEnded: true)
        let heard = coordinator.receive(
            .report(Report(number: 1, leases: [end])), from: stranger, now: 0.1)
        #expect(leases(heard) == [])
        #expect(coordinator.isOpen(0, under: lease.id))
        let own = coordinator.receive(
            .report(Report(number: 1, leases: [end])), from: owner, now: 0.2)
        #expect(!coordinator.isOpen(0, under: lease.id))
        #expect(leases(own).map(\.range) == [0..<1])
    }
}
