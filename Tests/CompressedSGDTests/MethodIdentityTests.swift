import Testing

@testable import CompressedSGD

/// Identities that hold for any correct implementation, over random shapes.
@Suite struct MethodIdentityTests {
    /// A random problem with noisy gradients, and how it is attacked.
    struct Shape: CustomTestStringConvertible {
        let clients: Int
        let dimension: Int
        let k: Int
        let seed: UInt64

        var testDescription: String { "n \(clients), d \(dimension), k \(k)" }
        var problem: Quadratics {
            .random(clients: clients, dimension: dimension, noise: 0.5, seed: seed)
        }
        var compressor: TopK { TopK(k: k, dimension: dimension) }
    }

    static let shapes: [Shape] = {
        var random = RandomVectors(seed: 77)
        return (0..<8).map { seed in
            let dimension = random.count(in: 1...60)
            return Shape(
                clients: random.count(in: 1...10), dimension: dimension,
                k: random.count(in: 1...dimension), seed: UInt64(seed))
        }
    }()

    @Test(arguments: shapes)
    func `econtrol with eta 0 is ef21, bit for bit`(shape: Shape) throws {
        let econtrol = EControl(clients: shape.clients, eta: 0, compressor: shape.compressor)
        let ef21 = EF21(clients: shape.clients, compressor: shape.compressor)
        try together([econtrol, ef21], shape) {
            #expect(econtrol.iterate.elements == ef21.iterate.elements)
            for client in 0..<shape.clients {
                #expect(
                    econtrol.estimates.ofClients[client].elements
                        == ef21.estimates.ofClients[client].elements)
            }
        }
    }

    @Test(arguments: shapes)
    func `ef21-sgdm with beta 1 is ef21, bit for bit`(shape: Shape) throws {
        let momentum = EF21SGDM(clients: shape.clients, beta: 1, compressor: shape.compressor)
        let ef21 = EF21(clients: shape.clients, compressor: shape.compressor)
        try together([momentum, ef21], shape) {
            #expect(momentum.iterate.elements == ef21.iterate.elements)
        }
    }

    @Test(arguments: shapes)
    func `ec's corrected iterate moves as plain sgd with the same gradients`(shape: Shape) throws {
        let recorder = GradientRecorder(shape.problem)
        let method = ErrorCompensation(clients: shape.clients, compressor: shape.compressor)
        let exchange = Exchange(problem: recorder)
        for round in 0..<40 {
            try method.round(round, stepSize: 0.1, over: exchange)
            // xᵗ − mean eᵢᵗ = x⁰ − γ Σ mean gᵢˢ
            for j in 0..<shape.dimension {
                let mean = method.errors.map { $0[j] }.reduce(0, +) / Double(shape.clients)
                let expected = -0.1 * recorder.sum[j] / Double(shape.clients)
                #expect((method.iterate[j] - mean - expected).magnitude < 1e-10)
            }
        }
    }

    @Test(arguments: shapes)
    func `econtrol's corrected iterate moves as plain sgd with the same gradients`(
        shape: Shape
    ) throws {
        let recorder = GradientRecorder(shape.problem)
        let method = EControl(clients: shape.clients, eta: nil, compressor: shape.compressor)
        let exchange = Exchange(problem: recorder)
        try method.start(over: exchange)
        for round in 0..<40 {
            try method.round(round, stepSize: 0.1, over: exchange)
            // xᵗ − γ·mean eᵢᵗ = x⁰ − γ Σ mean gᵢˢ
            for j in 0..<shape.dimension {
                let mean = method.errors.map { $0[j] }.reduce(0, +) / Double(shape.clients)
                let expected = -0.1 * recorder.sum[j] / Double(shape.clients)
                #expect((method.iterate[j] - 0.1 * mean - expected).magnitude < 1e-10)
            }
        }
    }

    @Test(arguments: shapes)
    func `econtrol's errors telescope and its mean is the mean of its clients'`(
        shape: Shape
    ) throws {
        let recorder = GradientRecorder(shape.problem)
        let method = EControl(clients: shape.clients, eta: 0.2, compressor: shape.compressor)
        let exchange = Exchange(problem: recorder)
        try method.start(over: exchange)
        var telescope = [[Double]](
            repeating: [Double](repeating: 0, count: shape.dimension), count: shape.clients)
        for round in 0..<40 {
            try method.round(round, stepSize: 0.1, over: exchange)
            for j in 0..<shape.dimension {
                var mean = 0.0
                for client in 0..<shape.clients {
                    let estimate = method.estimates.ofClients[client][j]
                    // eᵢᵗ = Σ (gᵢˢ − hᵢˢ⁺¹)
                    telescope[client][j] += recorder.last[client][j] - estimate
                    let error = method.errors[client][j]
                    #expect((error - telescope[client][j]).magnitude < 1e-10)
                    mean += estimate / Double(shape.clients)
                }
                #expect((method.estimates.mean[j] - mean).magnitude < 1e-10)
            }
        }
    }

    @Test(arguments: shapes)
    func `econtrol around zero estimates with eta 1 is ec`(shape: Shape) throws {
        // Without estimates EControl's round is Δ = C(e + g), e ← e + g − Δ, x ← x − γ·mean Δ: EC
        // with its errors divided by γ. A power of two as γ makes the two alike bit for bit.
        let gamma = 0.125
        let ec = ErrorCompensation(clients: shape.clients, compressor: shape.compressor)
        let exchange = Exchange(problem: shape.problem)
        let mirror = Exchange(problem: shape.problem)
        let iterate = Vector(zeros: shape.dimension)
        let errors = (0..<shape.clients).map { _ in Vector(zeros: shape.dimension) }
        let gradient = Vector(zeros: shape.dimension)
        let sum = Vector(zeros: shape.dimension)
        for round in 0..<40 {
            try ec.round(round, stepSize: gamma, over: exchange)
            sum.clear()
            for client in 0..<shape.clients {
                mirror.gradient(of: client, at: iterate, round: round, into: gradient)
                errors[client].add(gradient)
                let delta = try mirror.send(
                    errors[client], by: shape.compressor, Turn(client: client, round: round))
                delta.subtract(from: errors[client])
                delta.add(to: sum)
            }
            sum.divide(by: Double(shape.clients))
            iterate.add(-gamma, times: sum)
            #expect(iterate.elements == ec.iterate.elements)
        }
    }

    private func together(
        _ methods: [any Method], _ shape: Shape, _ check: () -> Void
    ) throws {
        let exchanges = methods.map { _ in Exchange(problem: shape.problem) }
        for (method, exchange) in zip(methods, exchanges) { try method.start(over: exchange) }
        for round in 0..<40 {
            for (method, exchange) in zip(methods, exchanges) {
                try method.round(round, stepSize: 0.1, over: exchange)
            }
            check()
        }
    }
}

/// A problem that remembers the stochastic gradients it has given.
final class GradientRecorder: Problem {
    private let problem: any Problem
    /// Σ over rounds and clients of gᵢᵗ.
    let sum: Vector
    /// The last gradient of each client.
    let last: [Vector]

    init(_ problem: any Problem) {
        self.problem = problem
        sum = Vector(zeros: problem.dimension)
        last = (0..<problem.clients).map { _ in Vector(zeros: problem.dimension) }
    }

    var dimension: Int { problem.dimension }
    var clients: Int { problem.clients }
    func exampleCount(of client: Int) -> Int { problem.exampleCount(of: client) }
    func batchSize(of client: Int) -> Int { problem.batchSize(of: client) }
    func evaluate(at x: Vector) -> Evaluation { problem.evaluate(at: x) }

    func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        problem.gradient(of: client, at: x, into: gradient)
    }

    func stochasticGradient(of client: Int, at x: Vector, round: Int, into gradient: Vector) {
        problem.stochasticGradient(of: client, at: x, round: round, into: gradient)
        sum.add(gradient)
        last[client].assign(gradient)
    }
}
