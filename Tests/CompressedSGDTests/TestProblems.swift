@testable import CompressedSGD

extension Split {
    /// Every split, with parameters where it has some.
    static let someOfEach: [Split] = [
        .contiguous, .sorted, .iid, .dirichlet(alpha: 0.01), .dirichlet(alpha: 3),
    ]
}

/// fᵢ(x) = ½ Σⱼ aᵢⱼ(xⱼ − cᵢⱼ)², with optional noise on the gradients.
final class Quadratics: Problem {
    let dimension: Int
    let clients: Int
    private let curvatures: [[Double]]
    private let centres: [[Double]]
    private let noise: Double
    /// Whose gradient has a NaN, and in which round.
    var fault: (client: Int, round: Int)?

    init(curvatures: [[Double]]? = nil, centres: [[Double]], noise: Double = 0) {
        self.centres = centres
        self.curvatures = curvatures ?? centres.map { $0.map { _ in 1 } }
        self.noise = noise
        clients = centres.count
        dimension = centres[0].count
    }

    /// A random problem: curvatures in (½, 1½), centres normal.
    static func random(clients: Int, dimension: Int, noise: Double, seed: UInt64) -> Quadratics {
        var stream = RandomStream(seed: seed, purpose: .data)
        return Quadratics(
            curvatures: (0..<clients).map { _ in
                (0..<dimension).map { _ in 0.5 + stream.nextUnit() }
            },
            centres: (0..<clients).map { _ in (0..<dimension).map { _ in stream.nextNormal() } },
            noise: noise)
    }

    /// The same clients in the opposite order.
    var reversed: Quadratics {
        Quadratics(
            curvatures: curvatures.reversed(), centres: centres.reversed(), noise: noise)
    }

    /// f(x/a)·a².
    func scaled(by factor: Double) -> Quadratics {
        Quadratics(
            curvatures: curvatures, centres: centres.map { $0.map { factor * $0 } },
            noise: factor * noise)
    }

    /// x*ⱼ = Σ aᵢⱼcᵢⱼ / Σ aᵢⱼ.
    func optimum() -> Optimum? {
        let point = Vector(zeros: dimension)
        for j in 0..<dimension {
            let bend = curvatures.reduce(0) { $0 + $1[j] }
            point[j] = zip(curvatures, centres).reduce(0) { $0 + $1.0[j] * $1.1[j] } / bend
        }
        return Optimum(point: point, loss: evaluate(at: point).loss, errorBound: 0)
    }

    func exampleCount(of client: Int) -> Int { 1 }
    func batchSize(of client: Int) -> Int { 1 }

    func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        for j in 0..<dimension {
            gradient[j] = curvatures[client][j] * (x[j] - centres[client][j])
        }
    }

    func stochasticGradient(of client: Int, at x: Vector, round: Int, into gradient: Vector) {
        self.gradient(of: client, at: x, into: gradient)
        if let fault, fault == (client, round) { gradient[dimension - 1] = .nan }
        guard noise > 0 else { return }
        var stream = RandomStream(seed: 1, purpose: .noise, client: client, round: round)
        for j in 0..<dimension { gradient[j] += noise * stream.nextNormal() }
    }

    func evaluate(at x: Vector) -> Evaluation {
        let gradient = Vector(zeros: dimension)
        let sum = Vector(zeros: dimension)
        var loss = 0.0
        for client in 0..<clients {
            self.gradient(of: client, at: x, into: gradient)
            sum.add(gradient)
            for j in 0..<dimension {
                let offset = x[j] - centres[client][j]
                loss += 0.5 * curvatures[client][j] * offset * offset
            }
        }
        sum.divide(by: Double(clients))
        return Evaluation(loss: loss / Double(clients), gradientNormSquared: sum.normSquared)
    }
}
