import Testing

@testable import CompressedSGD

extension MethodContract {
    /// Ten million coordinates, of which fifty matter.
    func verifyLarge() throws {
        let narrow = Quadratics.random(clients: 2, dimension: 50, noise: 0.3, seed: 7)
        let wide = Padded(narrow, dimension: 10_000_000)
        let method = make(wide, TopK(k: 2, dimension: wide.dimension))
        try iterate(method, wide, rounds: 2)
        #expect(method.answer.count == wide.dimension && method.answer.isFinite)
        guard isIndifferentToPadding else { return }
        #expect(method.answer.normSquared > 0, "it moves")
        let other = make(narrow, TopK(k: 2, dimension: narrow.dimension))
        try iterate(other, narrow, rounds: 2)
        let (answer, expected) = (method.answer, other.answer)
        #expect(
            (0..<expected.count).allSatisfy { answer[$0] == expected[$0] },
            "what happens elsewhere does not matter")
        let head = (0..<expected.count).reduce(0.0) { $0 + answer[$1] * answer[$1] }
        #expect(
            (answer.normSquared - head).magnitude <= 1e-12 * head,
            "nothing moves where nothing happens")
    }
}

/// Another problem with coordinates behind it on which it does not depend.
final class Padded: Problem {
    let dimension: Int
    private let core: Quadratics
    private let point: Vector
    private let slope: Vector

    init(_ core: Quadratics, dimension: Int) {
        self.core = core
        self.dimension = dimension
        point = Vector(zeros: core.dimension)
        slope = Vector(zeros: core.dimension)
    }

    var clients: Int { core.clients }
    func exampleCount(of client: Int) -> Int { 1 }
    func batchSize(of client: Int) -> Int { 1 }

    func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        narrow(x)
        core.gradient(of: client, at: point, into: slope)
        widen(into: gradient)
    }

    func stochasticGradient(of client: Int, at x: Vector, round: Int, into gradient: Vector) {
        narrow(x)
        core.stochasticGradient(of: client, at: point, round: round, into: slope)
        widen(into: gradient)
    }

    func evaluate(at x: Vector) -> Evaluation {
        narrow(x)
        return core.evaluate(at: point)
    }

    func optimum() -> Optimum? {
        guard let core = core.optimum() else { return nil }
        let wide = Vector(zeros: dimension)
        for j in 0..<core.point.count { wide[j] = core.point[j] }
        return Optimum(point: wide, loss: core.loss, errorBound: core.errorBound)
    }

    private func narrow(_ x: Vector) {
        for j in 0..<core.dimension { point[j] = x[j] }
    }

    private func widen(into gradient: Vector) {
        gradient.clear()
        for j in 0..<core.dimension { gradient[j] = slope[j] }
    }
}
