import SweepWire
import Testing

@testable import Allocations

@Suite("How many nodes trials wait for")
struct AllocationDemandTests {
    private let offer = AllocationDemand(slots: 8, tags: ["big"], gpus: 2)

    private func sweep(
        _ trials: Int, leased: Int = 0, state: SweepState = .running,
        _ change: (inout SweepSummary) -> Void = { _ in }
    ) -> SweepSummary {
        var sweep = SweepSummary(name: "s", state: state, store: "s")
        sweep.trials = trials
        sweep.leased = leased
        change(&sweep)
        return sweep
    }

    private func worker(
        slots: Int, running: Int, state: WorkerSummary.State = .ready, tags: [String] = []
    ) -> WorkerSummary {
        var worker = WorkerSummary(
            number: 1, host: "h", pid: 1, slots: slots, running: running, state: state,
            version: "1", silence: 0)
        worker.tags = tags
        return worker
    }

    @Test("trials that neither run nor have a result, in nodes of so many slots")
    func trials() {
        #expect(offer.nodes([], []) == 0)
        #expect(offer.nodes([sweep(1)], []) == 1)
        #expect(offer.nodes([sweep(8)], []) == 1)
        #expect(offer.nodes([sweep(9)], []) == 2)
        #expect(offer.nodes([sweep(100, leased: 92)], []) == 1)
        #expect(offer.nodes([sweep(100, leased: 100)], []) == 0)
        // Two half nodes are one.
        #expect(offer.nodes([sweep(4), sweep(4)], []) == 1)
        let ended = sweep(100) {
            $0.finished = 90
            $0.failed = 10
        }
        #expect(offer.nodes([ended], []) == 0)
    }

    @Test("a sweep that does not run waits for nothing", arguments: SweepState.allCases)
    func states(state: SweepState) {
        let nodes = offer.nodes([sweep(8, state: state)], [])
        switch state {
        case .opening: #expect(nodes == nil)
        case .running: #expect(nodes == 1)
        case .paused, .cancelled, .stopped, .finished, .failed: #expect(nodes == 0)
        }
    }

    @Test("workers with free slots are made use of first")
    func free() {
        #expect(offer.nodes([sweep(8)], [worker(slots: 8, running: 0)]) == 0)
        #expect(offer.nodes([sweep(8)], [worker(slots: 8, running: 7)]) == 1)
        #expect(offer.nodes([sweep(8)], [worker(slots: 8, running: 0, state: .draining)]) == 1)
        let picky = sweep(8) { $0.requires = ["big"] }
        #expect(offer.nodes([picky], [worker(slots: 8, running: 0)]) == 1)
        #expect(offer.nodes([picky], [worker(slots: 8, running: 0, tags: ["big"])]) == 0)
    }

    @Test("a sweep that the nodes could not run asks for none")
    func suits() {
        #expect(offer.nodes([sweep(8) { $0.requires = ["big", "fast"] }], []) == 0)
        #expect(offer.nodes([sweep(8) { $0.cpus = 9 }], []) == 0)
        #expect(offer.nodes([sweep(8) { $0.gpus = 3 }], []) == 0)
        #expect(offer.nodes([sweep(8) { $0.cpus = 4 }], []) == 4)
        #expect(offer.nodes([sweep(8) { $0.gpus = 1 }], []) == 4)
    }

    @Test("numbers of any size are borne")
    func bounds() throws {
        let huge = (0..<3).map { _ in sweep(.max) }
        #expect(try #require(offer.nodes(huge, [])) == 1_000_000_000)
        #expect(offer.nodes([sweep(8) { $0.cpus = .max }], []) == 0)
    }
}
