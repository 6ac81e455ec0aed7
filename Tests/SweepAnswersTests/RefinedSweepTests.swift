import Experiments
import SweepCore
import Testing

@testable import SweepAnswers

@Suite struct RefinedSweepTests {
    /// Sweep files with everything that they can say.
    static let files = [
        BestTableTests.text,
        """
        sweep: everything
        experiment: distributed-sgd
        metric: {name: accuracy, goal: maximize}
        limits: {timeout: 90s, attempts: 5, max-failures: 7}
        requires: [gpu, fast]
        resources: {cpus: 2, memory: 1.5GiB, gpus: 1}
        fixed: {problem: logistic-regression, data: "a b/ä \\"q\\".libsvm", schedule: {kind: inverse-time, halving: 10}}
        axes:
          seed: {range: [0, 6, 2]}
          lambda: {range: [0.05, 0.2, 0.05]}
          split: [iid, sorted]
          step-size: {log: [1e-3, 1, 7]}
          compressor: [identity, {kind: top-k, k: [1%, 10]}]
          zip:
            - {clients: [4, 16], batch: [full, 16]}
            - {method: [ec, {kind: econtrol, eta: 0.1}], rounds: [2000, 1000]}
          random:
            samples: 5
            seed: 7
            zeta: {log-uniform: [1e-4, 1]}
            sigma: {uniform: [0, 0.1]}
        exclude:
          - {split: sorted, step-size: [0.001, 1]}
          - {compressor: {kind: top-k, k: 10}, split: iid, seed: 2}
          - {compressor: identity, lambda: [0.05, 0.1]}
        """,
        """
        sweep: any
        experiment: command
        limits: {timeout: 500ms}
        fixed: {argv: [python3, "a b.py", "--x={x}"], note: "007", flag: true, real: 2.0}
        axes:
          x: {linear: [0, 1, 5]}
          word: [a, "true", "2", 1, 1.5, "null"]
        """,
    ]

    @Test(arguments: files) func `a sweep's text reads back as the same sweep`(file: String) throws
    {
        let sweep = try AnswerFixture.sweep(file)
        let text = SweepFileText.text(sweep, comment: ["A comment: with a colon", ""])
        let again = try AnswerFixture.sweep(text)
        let first = try Grid(sweep)
        let second = try Grid(again)
        #expect(again == sweep || Set(again.axes) == Set(sweep.axes), "\(text)")
        #expect(first.count == second.count)
        let ids = (0..<min(first.count, 5000)).map { first.id(of: first.trial(at: $0)) }
        for (index, id) in ids.enumerated() {
            #expect(second.index(of: first.trial(at: index).values) != nil, "\(id)")
        }
    }

    @Test func `new values lie between the neighbours of the best one, or go on beyond an edge`() {
        let real = ParameterType.real(.positive)
        func next(_ tried: [Double], _ best: [Double], _ type: ParameterType = real) -> [Double] {
            RefinedSweep.next(tried, best: best, within: type)
        }
        #expect(next([0.1, 0.4, 1.6], [0.4]) == [0.2, 0.4, 0.8])
        #expect(next([0.1, 0.4, 1.6], [1.6]) == [0.8, 1.6, 6.4, 25.6])
        #expect(next([0.1, 0.4, 1.6], [0.1]) == [0.00625, 0.025, 0.1, 0.2])
        #expect(next([0.1, 0.4, 1.6], [0.1, 1.6]).count == 8)
        #expect(next([1, 2, 3, 4], [2]) == [1.5, 2, 2.5])
        #expect(next([0.25, 0.5, 0.75, 1], [1], .real(RealBounds(from: 0, to: 1))) == [0.875, 1])
        #expect(next([1, 10, 100], [10], .integer(1...100)) == [3, 10, 32])
        #expect(next([1, 2], [1], .integer(1...100)) == [1])
        #expect(next([0.3], [0.3]) == [0.15, 0.3, 0.6])
    }

    @Test func `the next round has finer axes, the best values among them, and is accepted`() throws
    {
        let text =
            BestTableTests.text
            + "\nexclude:\n  - {method: ec, step-size: 0.1}\n  - {compressor.k: 2, seed: 1, step-size: [0.1, 0.8]}\n"
        let fixture = try AnswerFixture(text) { trial in
            let step = trial["step-size"]?.number ?? 0
            return trial["method"] == .text("ec") ? abs(step - 0.2) : 2 - step
        }
        let best = try fixture.best()
        let refined = try RefinedSweep(fixture.sweep, best: best)
        #expect(refined.sweep.name == "s-2")
        let again = try AnswerFixture.sweep(SweepFileText.text(refined.sweep))
        let steps = Set(again.values(of: "step-size").compactMap(\.number))
        #expect(steps == [0.141, 0.2, 0.283, 0.566, 0.8, 1.6, 3.2])
        #expect(Set(again.values(of: "method.eta").compactMap(\.number)).contains(0.05))
        // No axis has 0.1 any more; 0.8 is left in the other exclusion.
        #expect(again.exclusions.count == 1)
        #expect(try Grid(again).excludedCount > 0)
    }

    @Test func `what cannot be refined is told`() throws {
        let fixture = try AnswerFixture(
            """
            sweep: s
            experiment: distributed-sgd
            fixed: {problem: least-squares, dimension: 20, method: sgd}
            axes: {zip: {clients: [4, 16], step-size: [0.1, 0.2]}, split: [iid, sorted]}
            """
        ) { _ in 1 }
        for tune in [["step-size"], ["split"]] {
            let best = try fixture.best(tune: tune)
            let problem = #expect(throws: RefinedSweep.Problem.self) {
                try RefinedSweep(fixture.sweep, best: best)
            }
            #expect(problem?.text.contains("--tune") == true)
        }
    }

    @Test func `each round has another name`() {
        #expect(RefinedSweep.next("digits") == "digits-2")
        #expect(RefinedSweep.next("digits-2") == "digits-3")
        #expect(RefinedSweep.next("vs-ef21") == "vs-ef21-2")
        #expect(RefinedSweep.next(String(repeating: "x", count: 100)).count == 100)
    }
}
