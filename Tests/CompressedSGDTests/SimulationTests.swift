import Testing

@testable import CompressedSGD

@Suite struct SimulationTests {
    @Test(arguments: [
        (0, 10, [0]), (1, 10, [0, 1]), (10, 10, [0, 10]), (25, 10, [0, 10, 20, 25]),
        (3, 1, [0, 1, 2, 3]),
    ])
    func `the start, every so many rounds and the last are recorded`(
        rounds: Int, logEvery: Int, expected: [Int]
    ) throws {
        #expect(try run(rounds: rounds, logEvery: logEvery).records.map(\.round) == expected)
    }

    @Test func `how often is recorded does not change the run`() throws {
        let often = try run(rounds: 40, logEvery: 1)
        let seldom = try run(rounds: 40, logEvery: 40)
        #expect(often.last == seldom.last)
    }

    @Test func `the state in row t is that after t updates`() throws {
        let long = try run(rounds: 20, logEvery: 1)
        for rounds in [0, 1, 7] {
            #expect(try run(rounds: rounds, logEvery: 100).last == long.records[rounds])
        }
    }

    @Test func `a run on real data has the same bits when other runs came before it`() throws {
        let data = LogisticRegressionTests.data
        func simulate(seed: UInt64) throws -> Simulation.Result {
            let problem = try LogisticRegression(
                data: data, clients: 3, split: .iid, batch: .size(1), lambda: 0.01, seed: seed)
            let method = EControl(
                clients: 3, eta: nil,
                compressor: CountSketch(rows: 3, columns: 5, k: 1, dimension: 3, seed: seed))
            return try Simulation(
                problem: problem, method: method,
                plan: .init(stepSize: .constant(0.1), rounds: 50, logEvery: 5)
            ).run()
        }
        let first = try simulate(seed: 1)
        _ = try simulate(seed: 2)
        #expect(try simulate(seed: 1) == first)
        #expect(try simulate(seed: 2) != first)
    }

    @Test func `a diverging run ends at the round that overflowed`() throws {
        let result = try run(rounds: 100_000, logEvery: 1000, stepSize: 50)
        #expect(result.hasDiverged)
        #expect(result.last.round > 0 && result.last.round < 1000)
        #expect(!result.last.loss.isFinite)
        #expect(result.records.count == 2)
    }

    @Test func `gradients that overflow at the start end the run at round 0`() throws {
        let problem = Quadratics(centres: [[1e308], [1e308]])
        let method = EF21(clients: 2, compressor: TopK(k: 1, dimension: 1))
        let result = try Simulation(
            problem: problem, method: method,
            plan: .init(stepSize: .constant(1), rounds: 5)
        ).run()
        #expect(result.hasDiverged)
        #expect(result.records.map(\.round) == [0])
    }

    private func run(
        rounds: Int, logEvery: Int, stepSize: Double = 0.1
    ) throws -> Simulation.Result {
        let problem = Quadratics.random(clients: 3, dimension: 5, noise: 0.1, seed: 1)
        return try Simulation(
            problem: problem,
            method: EControl(clients: 3, eta: nil, compressor: TopK(k: 2, dimension: 5)),
            plan: .init(stepSize: .constant(stepSize), rounds: rounds, logEvery: logEvery)
        ).run()
    }
}
