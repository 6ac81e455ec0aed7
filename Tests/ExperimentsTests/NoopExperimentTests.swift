import Glibc
import SweepCore
import Testing

@testable import Experiments

@Suite struct NoopExperimentTests {
    private func trial(_ values: [String: Value]) -> Trial {
        let names = ["i", "busy", "crash"]
        let columns = names.map { Column(name: $0, type: .any, fallback: nil) }
        return Trial(index: 0, values: names.map { values[$0] }, columns: Columns(columns))
    }

    private let context = TrialContext(directory: "/")

    @Test("the outcome is the parameter", arguments: [0, -5, 9_007_199_254_740_991] as [Int64])
    func value(_ i: Int64) throws {
        let outcome = try NoopExperiment().run(trial(["i": .integer(i)]), in: context)
        #expect(outcome == TrialOutcome(status: .ok, metrics: [.init("value", .integer(i))]))
    }

    @Test func `busy uses up computing time of the thread`() throws {
        var before = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        _ = try NoopExperiment().run(trial(["busy": .real(0.02)]), in: context)
        var after = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        let used =
            Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) * 1e-9
        #expect(used >= 0.02)
    }

    @Test func `a failure can be asked for`() {
        #expect(throws: TrialFailure.self) {
            try NoopExperiment().run(trial(["crash": .text("fail")]), in: context)
        }
        #expect(throws: Never.self) {
            try NoopExperiment().run(trial(["crash": .text("none")]), in: context)
        }
    }

    @Test func `every experiment has a name of its own, and metrics and parameters without clash`()
    {
        let all = ExperimentRegistry.builtIn.map(\.description)
        #expect(Set(all.map(\.name)).count == all.count)
        for one in all {
            let headers = one.parameters.map { Column(name: $0.name, type: $0.type, fallback: nil) }
            #expect(Set(headers.map(\.header)).isDisjoint(with: one.metrics.map(\.name)))
            #expect(ExperimentRegistry().experiment(named: one.name)?.description == one)
        }
    }
}
