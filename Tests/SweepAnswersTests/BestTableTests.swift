import SweepCore
import Testing

@testable import SweepAnswers
@testable import SweepStore

@Suite struct BestTableTests {
    static let text = """
        sweep: s
        experiment: distributed-sgd
        metric: {name: loss, goal: minimize}
        fixed: {problem: least-squares, clients: 4, dimension: 20}
        axes:
          method: [ec, {kind: econtrol, eta: [0.05, 0.1]}]
          compressor: [{kind: top-k, k: [2, 4]}]
          step-size: [0.1, 0.2, 0.4, 0.8]
          seed: {range: [0, 3]}
        """

    private static func number(_ trial: Trial, _ name: String) -> Double {
        trial[name]?.number ?? 0
    }

    /// Has its least at a step size of 0.2 for ec, and at the highest for econtrol.
    private static func loss(_ trial: Trial) -> Double? {
        let step = number(trial, "step-size")
        let seed = number(trial, "seed") - 1
        let k = number(trial, "compressor.k")
        if trial["method"] == .text("ec") {
            return step > 0.5 ? nil : abs(step - 0.2) + 0.01 * seed + k
        }
        return 1 - step + number(trial, "method.eta") + 0.02 * seed + k
    }

    @Test func `each combination stands at the setting with the best mean over seeds`() throws {
        let table = try AnswerFixture(Self.text, outcome: Self.loss).best()
        #expect(table.groups == ["method", "compressor.k"])
        #expect(
            table.tuned == ["step-size", "method.eta"]
                || table.tuned == ["method.eta", "step-size"])
        #expect(table.rows.count == 4)
        #expect(table.rows.allSatisfy { $0.seeds == 3 })
        let step = try #require(table.tuned.firstIndex(of: "step-size"))
        for row in table.rows {
            let k = try #require(Double(row.group[1]))
            let isPlain = row.group[0] == "ec"
            #expect(row.setting[step] == (isPlain ? "0.2" : "0.8"))
            let mean = try #require(row.mean)
            #expect(abs(mean - (isPlain ? k : 0.25 + k)) < 1e-12)
            let deviation = try #require(row.deviation)
            #expect(abs(deviation - (isPlain ? 0.01 : 0.02)) < 1e-12)
            #expect(row.diverged == (isPlain ? 3 : 0))
        }
        let means = table.rows.compactMap(\.mean)
        #expect(means == means.sorted())
    }

    @Test func `a best value at an end of what was tried is told, one at a bound is not`() throws {
        let table = try AnswerFixture(Self.text, outcome: Self.loss).best()
        for row in table.rows {
            let edges = Set(row.edges.map { "\($0.column) \($0.end.rawValue)" })
            #expect(
                edges == (row.group[0] == "ec" ? [] : ["step-size highest", "method.eta lowest"]))
        }
        // A sweep's lambda is 0 at least: nothing lies beyond.
        let bounded = try AnswerFixture(
            """
            sweep: s
            experiment: distributed-sgd
            fixed: {problem: least-squares, clients: 4, dimension: 20, step-size: 0.1, method: sgd}
            axes: {zeta: [0, 1, 2], sigma: [0.5, 1]}
            """
        ) { Self.number($0, "zeta") + Self.number($0, "sigma") }.best()
        #expect(bounded.rows.first?.edges.map(\.column) == ["sigma"])
    }

    @Test func `a diverged seed keeps a setting from being the best`() throws {
        let table = try AnswerFixture(Self.text) { trial in
            let isLow = Self.number(trial, "step-size") == 0.1
            if isLow, Self.number(trial, "seed") == 1 { return nil }
            return isLow ? 0 : Self.number(trial, "step-size")
        }.best()
        let step = try #require(table.tuned.firstIndex(of: "step-size"))
        #expect(table.rows.allSatisfy { $0.setting[step] == "0.2" && $0.diverged > 0 })
        let none = try AnswerFixture(Self.text) { _ in nil }.best()
        #expect(
            none.rows.allSatisfy { $0.mean == nil && $0.edges.isEmpty && $0.diverged == $0.trials })
    }

    @Test func `the largest is best where it is asked for`() throws {
        let fixture = try AnswerFixture(Self.text) { Self.number($0, "step-size") }
        for (goal, value) in [(MetricGoal.Goal.minimize, "0.1"), (.maximize, "0.8")] {
            let table = try fixture.best(per: ["method"], tune: ["step-size"], goal: goal)
            #expect(table.tuned == ["step-size"])
            #expect(table.rows.allSatisfy { $0.setting == [value] })
        }
    }

    @Test func `what is left of the factors is tuned after per alone, and compared otherwise`()
        throws
    {
        let factors = try AnswerFixture(Self.text, outcome: Self.loss).observations().factors
        func names(_ places: [Int]) -> Set<String> { Set(places.map { factors[$0].name }) }
        func place(_ name: String) -> Int { factors.firstIndex { $0.name == name } ?? -1 }
        let none = ColumnRoles(factors, per: nil, tune: nil, over: nil)
        #expect(names(none.tuned) == ["step-size", "method.eta"])
        #expect(names(none.averaged) == ["seed"])
        #expect(names(none.compared) == ["method", "compressor.k"])
        let per = ColumnRoles(factors, per: [place("method")], tune: nil, over: nil)
        #expect(names(per.compared) == ["method"])
        #expect(names(per.tuned) == ["step-size", "method.eta", "compressor.k"])
        let both = ColumnRoles(
            factors, per: [place("method")], tune: [place("step-size")], over: [place("seed")])
        #expect(names(both.compared).count == 3)
        #expect(names(both.unasked) == ["method.eta", "compressor.k"])
        let tune = ColumnRoles(factors, per: nil, tune: [place("step-size")], over: nil)
        #expect(names(tune.compared) == ["method", "method.eta", "compressor.k"])
        #expect(tune.unasked.isEmpty)
    }

    @Test func `the end of a run and the question without flags give the same rows`() throws {
        let fixture = try AnswerFixture(Self.text, skipping: [3, 40], outcome: Self.loss)
        let run = try #require(try BestTable(fixture.folder, grid: fixture.grid))
        let asked = try fixture.best()
        #expect(run.rows.map(\.mean) == asked.rows.map(\.mean))
        #expect(run.rows.map { Set($0.group) } == asked.rows.map { Set($0.group + ["top-k"]) })
        #expect(run.rows.map(\.edges) == asked.rows.map(\.edges))
        #expect(run.diverged == asked.diverged)
    }

    @Test func `mean and deviation do not depend on the order, and are geometric on logarithms`()
        throws
    {
        let summary = try #require(Summary([4, 1, 16], logarithmic: true))
        #expect(abs(summary.mean - 4) < 1e-12)
        #expect(abs(summary.band.lowerBound - 1) < 1e-12)
        #expect(abs(summary.band.upperBound - 16) < 1e-12)
        #expect(Summary([0.1, 0.7, 0.3]) == Summary([0.7, 0.3, 0.1]))
        #expect(Summary([1, .nan]) == nil)
        #expect(Summary([1, 0], logarithmic: true) == nil)
        #expect(Summary([]) == nil)
        #expect(Summary([2])?.deviation == nil)
        #expect(Summary([1, 3])?.deviation == 2.0.squareRoot())
    }
}
