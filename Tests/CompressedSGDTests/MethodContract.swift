import Testing

@testable import CompressedSGD

/// What every method must do, whoever wrote it.
///
/// Run it from a test: `try MethodContract { MyMethod(clients: $0.clients, compressor: $1) }.verify()`.
struct MethodContract {
    /// Whether C = identity makes the method plain SGD, with the parameters that `make` chooses.
    var isSGDWithoutCompression = true
    /// Whether that also holds where some clients take part only: methods with estimates hear of the
    /// others by these.
    var isSampledSGDWithoutCompression = false
    /// Whether clients are told apart by nothing but their functions.
    var isSymmetric = true
    /// Whether coordinates in which nothing happens change nothing: not with hashing, nor with a draw
    /// among all coordinates or a parameter that follows from their number.
    var isIndifferentToPadding = true
    /// What ‖∇f‖² falls to with full gradients and top-2, where the method promises to converge.
    var floor: Double?
    /// How many uncompressed gradients each client sends before the first round.
    var initialGradients = 0
    /// The size of a client's message per round; nil: the compressor's.
    var bitsPerMessage: ((_ dimension: Int) -> Int)?
    /// What the server sends in a round with top-2, to all clients; nil: the iterate to each.
    var bitsDownPerRound: ((_ dimension: Int, _ clients: Int) -> Int)?
    /// The same where it depends on the messages: the least, and the most.
    var bitsDownBetween: ((_ dimension: Int, _ clients: Int) -> ClosedRange<Int>)?
    /// How many clients and coordinates are tried.
    var shapes = Self.shapes
    /// Makes fresh state.
    let make: (_ problem: any Problem, _ compressor: any ContractiveCompressor) -> any Method

    func verify() throws {
        for (clients, dimension) in shapes {
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
        try verifyTies()
        try verifyOrder()
        try verifyUnits()
        try verifyParticipation()
        try verifyFloor()
        try verifyLarge()
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
            #expect(
                record.bitsUp == n * (initialGradients * 64 * d + record.round * perRound),
                "each message is counted")
            let down = bitsDownPerRound?(d, n) ?? n * 64 * d
            let between = bitsDownBetween?(d, n) ?? down...down
            #expect(record.bitsDown >= record.round * between.lowerBound)
            #expect(record.bitsDown <= record.round * between.upperBound)
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
        let method = make(problem, identity)
        let sgd = SGD(dimension: problem.dimension)
        try iterate(method, problem, rounds: 25)
        try iterate(sgd, problem, rounds: 25)
        #expect(
            distance(method.iterate, sgd.iterate) < 1e-12, "C = identity makes it plain SGD")
    }

    private func verifyLargeK(_ problem: Quadratics) throws {
        let d = problem.dimension
        let large = make(problem, TopK(k: d + 7, dimension: d))
        let identity = make(problem, Identity(dimension: d))
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
        for compressor: any ContractiveCompressor in [
            TopK(k: 1, dimension: 4), Identity(dimension: 4),
        ] {
            let faulty = Quadratics(centres: [[1, 2, 3, 4], [4, 3, 2, 1]])
            faulty.fault = (client: 1, round: 3)
            let result = try run(faulty, compressor, rounds: 9)
            #expect(
                result.hasDiverged && result.last.round == 4, "what is not finite ends the run")
        }
    }

    private static let shapes: [(clients: Int, dimension: Int)] = {
        var random = RandomVectors(seed: 4)
        return [(1, 1), (1, 9), (3, 1), (2, 2), (20, 50)]
            + (0..<4).map { _ in (random.count(in: 1...12), random.count(in: 1...80)) }
    }()

    func run(
        _ problem: Quadratics, _ compressor: any ContractiveCompressor, rounds: Int,
        stepSize: Double = 0.1, sampling: ClientSampling? = nil
    ) throws -> Simulation.Result {
        try Simulation(
            problem: problem, method: make(problem, compressor),
            plan: .init(stepSize: .constant(stepSize), rounds: rounds), sampling: sampling
        ).run()
    }

    /// The largest difference of two coordinates.
    func distance(_ x: Vector, _ y: Vector) -> Double {
        (0..<x.count).map { (x[$0] - y[$0]).magnitude }.reduce(0) { $0 < $1 || $1.isNaN ? $1 : $0 }
    }

    func iterate(
        _ method: any Method, _ problem: any Problem, rounds: Int, sampling: ClientSampling? = nil
    ) throws {
        let exchange = Exchange(problem: problem, sampling: sampling)
        try method.start(over: exchange)
        for round in 0..<rounds {
            exchange.begin(round: round)
            try method.round(round, stepSize: 0.1, over: exchange)
        }
    }
}
