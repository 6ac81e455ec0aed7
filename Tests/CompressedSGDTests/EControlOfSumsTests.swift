import Testing

@testable import CompressedSGD

/// All functions of a problem in the hands of one client.
private final class Merged: Problem {
    let whole: any Problem
    let clients = 1
    private let part: Vector
    var dimension: Int { whole.dimension }

    init(_ whole: any Problem) {
        self.whole = whole
        part = Vector(zeros: whole.dimension)
    }

    func exampleCount(of client: Int) -> Int { 1 }
    func batchSize(of client: Int) -> Int { 1 }

    func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        gradient.clear()
        for client in 0..<whole.clients {
            whole.gradient(of: client, at: x, into: part)
            gradient.add(part)
        }
        gradient.divide(by: Double(whole.clients))
    }

    func stochasticGradient(of client: Int, at x: Vector, round: Int, into gradient: Vector) {
        gradient.clear()
        for client in 0..<whole.clients {
            whole.stochasticGradient(of: client, at: x, round: round, into: part)
            gradient.add(part)
        }
        gradient.divide(by: Double(whole.clients))
    }

    func evaluate(at x: Vector) -> Evaluation { whole.evaluate(at: x) }
}

@Suite struct EControlOfSumsTests {
    private func run(
        _ method: any Method, _ problem: any Problem, rounds: Int = 30
    ) throws -> (iterate: [Double], exchange: Exchange) {
        let exchange = Exchange(problem: problem)
        try method.start(over: exchange)
        for round in 0..<rounds { try method.round(round, stepSize: 0.05, over: exchange) }
        return (method.iterate.elements, exchange)
    }

    /// The wide table has no collisions, the narrow one has many.
    @Test(arguments: MethodIdentityTests.shapes, [8, 1 << 16])
    func `sums at the server are econtrol of one client that holds all functions`(
        shape: MethodIdentityTests.Shape, columns: Int
    ) throws {
        func sketch() -> CountSketch {
            CountSketch(
                rows: 5, columns: columns, k: shape.k, dimension: shape.dimension, seed: 3)
        }
        let sums = try run(
            EControlOfSums(eta: nil, compressor: sketch()), shape.problem, rounds: 12)
        let one = try run(
            EControl(clients: 1, eta: nil, compressor: sketch()), Merged(shape.problem), rounds: 12)
        let scale = one.iterate.reduce(1) { max($0, $1.magnitude) }
        for (a, b) in zip(sums.iterate, one.iterate) { #expect((a - b).magnitude < 1e-9 * scale) }
    }

    @Test(arguments: MethodIdentityTests.shapes)
    func `where everything is sent it is sgd`(shape: MethodIdentityTests.Shape) throws {
        let sums = try run(
            EControlOfSums(eta: 0.3, compressor: Identity(dimension: shape.dimension)),
            shape.problem)
        let plain = try run(SGD(dimension: shape.dimension), shape.problem)
        for (a, b) in zip(sums.iterate, plain.iterate) { #expect((a - b).magnitude < 1e-12) }
    }

    @Test func `a message is one table, whatever the number of clients`() throws {
        for clients in [2, 8] {
            let problem = Quadratics.random(clients: clients, dimension: 40, noise: 0.1, seed: 4)
            let sketch = CountSketch(rows: 3, columns: 10, k: 2, dimension: 40, seed: 1)
            let (_, exchange) = try run(
                EControlOfSums(eta: 0, compressor: sketch), problem, rounds: 7)
            #expect(exchange.bitsUp == clients * (64 * 40 + 7 * 64 * 30))
            // Two pairs of a double and six bits, with their number; h⁰ at the start.
            #expect(exchange.bitsDown == clients * (64 * 40 + 7 * (32 + 2 * 64 + 16)))
        }
    }
}
