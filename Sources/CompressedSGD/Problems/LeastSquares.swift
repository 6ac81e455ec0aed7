/// fᵢ(x) = ½‖Aᵢx − bᵢ‖² with Aᵢ = (i/√n)·I and bᵢ ~ N(0, (ζ²/i²)·I), i = 1 … n.
///
/// ζ turns heterogeneity up and down. A stochastic gradient is ∇fᵢ(x) = Aᵢ(Aᵢx − bᵢ) plus Gaussian
/// noise with E‖noise‖² = σ², that is σ²/d for each coordinate.
///
/// f is quadratic with Hessian L·I, L = (1/n) Σ i²/n = (n + 1)(2n + 1)/(6n).
///
/// Source: Gao, Islamov, Stich, "EControl", ICLR 2024, arXiv:2311.05645, synthetic experiments.
public final class LeastSquares: Problem {
    /// d.
    public let dimension: Int
    /// n.
    public let clients: Int

    private let seed: UInt64
    private let noise: Double
    private let scales: [Double]
    private let targets: [Vector]
    private let part: Vector
    private let sum: Vector

    /// Draws the problem.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - dimension: d, at least 1.
    ///   - zeta: ζ ≥ 0, heterogeneity.
    ///   - sigma: σ ≥ 0, the root of the noise's total variance.
    ///   - seed: fixes bᵢ and the noise.
    public init(clients: Int, dimension: Int, zeta: Double, sigma: Double, seed: UInt64) {
        precondition(clients >= 1 && dimension >= 1, "n and d are at least 1")
        self.clients = clients
        self.dimension = dimension
        self.seed = seed
        noise = sigma / Double(dimension).squareRoot()
        scales = (1...clients).map { Double($0) / Double(clients).squareRoot() }
        targets = (0..<clients).map { client in
            let target = Vector(zeros: dimension)
            var stream = RandomStream(seed: seed, purpose: .data, client: client)
            let deviation = zeta / Double(client + 1)
            for index in 0..<dimension { target.base[index] = deviation * stream.nextNormal() }
            return target
        }
        part = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
    }

    /// 1: a client's function is one example.
    public func exampleCount(of client: Int) -> Int { 1 }

    /// 1.
    public func batchSize(of client: Int) -> Int { 1 }

    /// Aᵢ(Aᵢx − bᵢ).
    public func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        let scale = scales[client]
        let target = targets[client].base
        let point = x.base
        let result = gradient.base
        for index in 0..<dimension {
            result[index] = scale * (scale * point[index] - target[index])
        }
    }

    /// Aᵢ(Aᵢx − bᵢ) + noise.
    public func stochasticGradient(
        of client: Int, at x: Vector, round: Int, into gradient: Vector
    ) {
        self.gradient(of: client, at: x, into: gradient)
        guard noise > 0 else { return }
        var stream = RandomStream(seed: seed, purpose: .noise, client: client, round: round)
        for index in 0..<dimension { gradient.base[index] += noise * stream.nextNormal() }
    }

    /// x* = Σ Aᵢbᵢ / Σ Aᵢ², coordinate by coordinate.
    public func optimum() -> Optimum? {
        let point = Vector(zeros: dimension)
        var bend = 0.0
        for client in 0..<clients {
            point.add(scales[client], times: targets[client])
            bend += scales[client] * scales[client]
        }
        point.divide(by: bend)
        let state = evaluate(at: point)
        let bound = state.gradientNormSquared / (2 * bend / Double(clients))
        guard bound <= Optimum.tolerance else { return nil }
        return Optimum(point: point, loss: state.loss, errorBound: bound)
    }

    /// Lᵢ = i²/n.
    public var smoothness: Smoothness? {
        let ofClients = scales.map { $0 * $0 }
        return Smoothness(
            ofMean: ofClients.reduce(0, +) / Double(clients), ofClients: ofClients)
    }

    /// f(x) and ‖∇f(x)‖², without noise.
    public func evaluate(at x: Vector) -> Evaluation {
        var loss = 0.0
        sum.clear()
        for client in 0..<clients {
            gradient(of: client, at: x, into: part)
            sum.add(part)
            // ∇fᵢ = Aᵢ(Aᵢx − bᵢ), so ‖Aᵢx − bᵢ‖² = ‖∇fᵢ‖² / (i²/n).
            loss += 0.5 * part.normSquared / (scales[client] * scales[client])
        }
        sum.divide(by: Double(clients))
        return Evaluation(
            loss: loss / Double(clients), gradientNormSquared: sum.normSquared)
    }
}
