import SweepCore
import SweepWire
import Testing

@testable import SweepCoordinator

@Suite("What was decided about a worker")
struct StandingTests {
    private let worker = PeerID([1])
    private let asker = PeerID([9])

    /// A coordinator with ten trials.
    private func coordinator() -> CoordinatorInstance {
        var coordinator = CoordinatorInstance(settings: .init(version: "test", firstLease: 1))
        coordinator.service = .init(
            host: "h", pid: 1, startedAt: 0, storeRoot: "/st", endpoints: [])
        _ = coordinator.add(Cluster.progress(1, 10), now: 0)
        return coordinator
    }

    private func register(
        _ standing: Standing, with coordinator: inout CoordinatorInstance
    ) -> [CoordinatorDirective] {
        var registration = Registration(
            version: "test", host: "h", pid: 1, slots: 1, experiments: ["noop/1"])
        registration.standing = standing
        return coordinator.receive(.registration(registration), from: worker, now: 0)
    }

    private func heartbeat(
        _ standing: Standing, to coordinator: inout CoordinatorInstance
    ) -> [CoordinatorDirective] {
        var sign = Heartbeat()
        sign.standing = standing
        return coordinator.receive(.heartbeat(sign), from: worker, now: 1)
    }

    private func command(
        _ action: WorkerAction, _ coordinator: inout CoordinatorInstance
    ) -> [CoordinatorDirective] {
        coordinator.receive(
            .request(OperatorRequest(number: 1, verb: .command(action, selection: "1"))),
            from: asker, now: 2)
    }

    /// What the worker is told about itself.
    private func told(_ directives: [CoordinatorDirective]) -> [Standing] {
        directives.compactMap {
            if case .send(.standing(let standing), _) = $0 { standing } else { nil }
        }
    }

    private func leases(_ directives: [CoordinatorDirective]) -> Int {
        directives.count { if case .send(.lease, _) = $0 { true } else { false } }
    }

    @Test("a worker is told at once, and again while it says otherwise")
    func telling() {
        var coordinator = coordinator()
        #expect(told(register(Standing(), with: &coordinator)) == [])
        let drained = Standing(isDraining: true)
        #expect(told(command(.drain, &coordinator)) == [drained])
        #expect(told(command(.drain, &coordinator)) == [])
        #expect(told(heartbeat(Standing(), to: &coordinator)) == [drained])
        #expect(told(heartbeat(drained, to: &coordinator)) == [])
        #expect(told(register(Standing(), with: &coordinator)) == [drained])
        #expect(told(command(.undrain, &coordinator)) == [Standing()])
        #expect(told(heartbeat(drained, to: &coordinator)) == [Standing()])
    }

    @Test(
        "another life of the coordinator goes by what the worker says",
        arguments: [Standing(isDraining: true), Standing(quarantine: "many trials failed")])
    func anotherLife(standing: Standing) {
        var coordinator = coordinator()
        // A worker that takes leases: one in quarantine is better than none.
        let other = Registration(
            version: "test", host: "other", pid: 2, slots: 1, experiments: ["noop/1"])
        _ = coordinator.receive(.registration(other), from: PeerID([2]), now: 0)
        let joined = register(standing, with: &coordinator)
        #expect(leases(joined) == 0)
        #expect(told(joined) == [])
        #expect(leases(heartbeat(standing, to: &coordinator)) == 0)
        let undrained = coordinator.receive(
            .request(OperatorRequest(number: 1, verb: .command(.undrain, selection: "2"))),
            from: asker, now: 2)
        #expect(told(undrained) == [Standing()])
        #expect(leases(undrained) == 1)
    }

    @Test("one that was to be sent away is sent away by the next coordinator")
    func going() {
        var coordinator = coordinator()
        let joined = register(
            Standing(isDraining: true, isGoing: true), with: &coordinator)
        #expect(leases(joined) == 0)
        let ticked = coordinator.tick(now: 1)
        #expect(
            ticked.contains {
                if case .send(.farewell, let peer) = $0 { peer == worker } else { false }
            })
    }
}
