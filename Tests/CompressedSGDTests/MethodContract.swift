import Testing

@testable import CompressedSGD

/// What every method must do, whoever wrote it.
///
/// Run it from a test: `try MethodContract { MyMethod(clients: $0, compressor: $1) }.verify()`.
struct MethodContract {
    /// Whether C = identity makes the method plain SGD, with the parameters that `make` chooses.
    var isSGDWithoutCompression = true
    /// How many uncompressed gradients each client sends before the first round.
    var initialGradients = 0
    /// The size of a client's message per round; nil: the compressor's.
    var bitsPerMessage: ((_ dimension: Int) -> Int)?
    /// What the server sends in a round with top-2, to all clients; nil: the iterate to each.
    var bitsDownPerRound: ((_ dimension: Int, _ clients: Int) -> Int)?
    /// Makes fresh state.
    let make: (_ clients: Int, _ compressor: any ContractiveCompressor) -> any Method

    func verify() throws {
        var random = RandomVectors(seed: 4)
        for (clients, dimension) in [(1, 1), (1, 9), (3, 1), (2, 2), (20, 50)]
            + (0..<4).map({ _ in (random.count(in: 1...12), random.count(in: 1...80)) })
        {
            for noise in [0, 0.3] {
                let problem = Quadratics.random(
                    clients: clients, dimension: dimension, noise: noise,
                    seed: UInt64(dimension))
                try verifyBits(problem)
                try verifyRepetition(problem)
                try verifyIdentity(problem)
                try verifyLargeK(problem)
            }
        }
        try verifyRestAtOptimum()
        try verifyDivergence()
    }

    private func verifyBits(_ problem: Quadratics) throws {
        let (n, d) = (problem.clients, problem.dimension)
        let compressor = TopK(k: 2, dimension: d)
        let message = Message()
        try compressor.encode(Vector(zeros: d), into: message)
        let result = try run(problem, compressor, rounds: 5)
        #expect(result.records.map(\.round) == [0, 1, 2, 3, 4, 5])
        for record in result.records {
            let perRound = bitsPerMessage?(d) ?? message.bitCount
            #expect(record.bitsUp == n * (initialGradients * 64 * d + record.round * perRound))
            #expect(
                record.bitsDown == record.round * (bitsDownPerRound?(d, n) ?? n * 64 * d))
            #expect(record.gradientEvaluations == n * (initialGradients + record.round))
        }
    }

    private func verifyRepetition(_ problem: Quadratics) throws {
        let d = problem.dimension
        let first = try run(problem, TopK(k: 3, dimension: d), rounds: 30)
        let second = try run(problem, TopK(k: 3, dimension: d), rounds: 30)
        #expect(first == second, "the same run has the same bits")
    }

    private func verifyIdentity(_ problem: Quadratics) throws {
        guard isSGDWithoutCompression else { return }
        let identity = Identity(dimension: problem.dimension)
        let method = make(problem.clients, identity)
        let sgd = SGD(dimension: problem.dimension)
        try iterate(method, problem, rounds: 25)
        try iterate(sgd, problem, rounds: 25)
        for j in 0..<problem.dimension {
            #expect((method.iterate[j] - sgd.iterate[j]).magnitude < 1e-12)
        }
    }

    private func verifyLargeK(_ problem: Quadratics) throws {
        let d = problem.dimension
        let large = make(problem.clients, TopK(k: d + 7, dimension: d))
        let identity = make(problem.clients, Identity(dimension: d))
        try iterate(large, problem, rounds: 10)
        try iterate(identity, problem, rounds: 10)
        #expect(large.iterate.elements == identity.iterate.elements, "k ≥ d is the identity")
    }

    /// Where every gradient vanishes, nothing moves.
    private func verifyRestAtOptimum() throws {
        let problem = Quadratics(centres: [[0, 0, 0], [0, 0, 0]])
        let result = try run(problem, TopK(k: 1, dimension: 3), rounds: 4)
        #expect(!result.hasDiverged)
        #expect(result.records.allSatisfy { $0.loss == 0 && $0.gradientNormSquared == 0 })
    }

    /// A run that overflows ends with a record that says so.
    private func verifyDivergence() throws {
        let wild = Quadratics(centres: [[1e200, 1], [1, -1e200]])
        for compressor: any ContractiveCompressor in [
            TopK(k: 1, dimension: 2), Identity(dimension: 2),
            CountSketch(rows: 3, columns: 2, k: 1, dimension: 2, seed: 1),
        ] {
            let result = try run(wild, compressor, rounds: 1000, stepSize: 1e300)
            #expect(result.hasDiverged)
            #expect(result.last.round < 1000)
            #expect(!result.last.loss.isFinite)
        }
        for fault in [Double.nan, .infinity] {
            let broken = Quadratics(centres: [[fault, 1], [1, 1]])
            #expect(try run(broken, TopK(k: 1, dimension: 2), rounds: 9).hasDiverged)
        }
    }

    private func run(
        _ problem: Quadratics, _ compressor: any ContractiveCompressor, rounds: Int,
        stepSize: Double = 0.1
    ) throws -> Simulation.Result {
        try Simulation(
            problem: problem, method: make(problem.clients, compressor),
            plan: .init(stepSize: .constant(stepSize), rounds: rounds)
        ).run()
    }

    private func iterate(_ method: any Method, _ problem: Quadratics, rounds: Int) throws {
        let exchange = Exchange(problem: problem)
        try method.start(over: exchange)
        for round in 0..<rounds { try method.round(round, stepSize: 0.1, over: exchange) }
    }
}
