/// fᵢ(x) = ½‖Aᵢx − bᵢ‖² with Aᵢ = (i/√n)·I and bᵢ ~ N(0, (ζ²/i²)·I), i = 1 … n.
///
/// ζ turns heterogeneity up and down. A stochastic gradient is ∇fᵢ(x) = Aᵢ(Aᵢx − bᵢ) plus noise with
/// E noise = 0 and E‖noise‖² = σ², the same share of it for each coordinate.
///
/// f is quadratic with Hessian L·I, L = (1/n) Σ i²/n = (n + 1)(2n + 1)/(6n), which grows with n. With
/// equal curvatures Aᵢ = I and bᵢ ~ N(0, (ζ²/n)·I): the same gradients at 0, and L = 1 for every n.
///
/// In single precision Aᵢ, bᵢ and x are rounded, and so is each operation of Aᵢ(Aᵢx − bᵢ). Noise, f, ∇f, f*
/// and L stay double.
///
/// Source: Gao, Islamov, Stich, "EControl", ICLR 2024, arXiv:2311.05645, synthetic experiments.
public final class LeastSquares: Problem {
    /// How strongly the clients' functions are curved.
    public enum Curvature: String, CaseIterable, Sendable, Hashable, Codable {
        /// Aᵢ = (i/√n)·I.
        case graded
        /// Aᵢ = I.
        case equal
    }

    /// What the noise of stochastic gradients is drawn from.
    public enum Noise: String, CaseIterable, Sendable, Hashable, Codable {
        /// N(0, (σ²/d)·I).
        case gaussian
        /// For each pair of coordinates, one of (2, 0), (0, 1), (−2, −1) times σ·√(0.6/d).
        ///
        /// Its mean is 0, that of its larger entry is not. Source: Fatkhullin, Tyurin, Richtárik 2023,
        /// arXiv:2305.15155, Theorem 1, where d = 2.
        case skewed
    }

    /// d.
    public let dimension: Int
    /// n.
    public let clients: Int
    /// What clients compute in.
    public let precision: Precision

    private let seed: UInt64
    private let noise: Noise
    private let deviation: Double
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
    ///   - curvature: how strongly the clients' functions are curved.
    ///   - noise: what the noise is drawn from; with `skewed` d is even.
    ///   - precision: what clients compute in.
    ///   - seed: fixes bᵢ and the noise.
    public init(
        clients: Int, dimension: Int, zeta: Double, sigma: Double, curvature: Curvature = .graded,
        noise: Noise = .gaussian, precision: Precision = .double, seed: UInt64
    ) {
        precondition(clients >= 1 && dimension >= 1, "n and d are at least 1")
        precondition(noise == .gaussian || dimension % 2 == 0, "skewed noise comes in pairs")
        self.clients = clients
        self.dimension = dimension
        self.precision = precision
        self.seed = seed
        self.noise = noise
        switch noise {
        case .gaussian: deviation = sigma / Double(dimension).squareRoot()
        case .skewed: deviation = sigma * (0.6 / Double(dimension)).squareRoot()
        }
        let root = Double(clients).squareRoot()
        scales =
            switch curvature {
            case .graded: (1...clients).map { Double($0) / root }
            case .equal: [Double](repeating: 1, count: clients)
            }
        targets = (0..<clients).map { client in
            let target = Vector(zeros: dimension)
            var stream = RandomStream(seed: seed, purpose: .data, client: client)
            let deviation =
                switch curvature {
                case .graded: zeta / Double(client + 1)
                case .equal: zeta / root
                }
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
        guard precision == .single else {
            return doubleGradient(of: client, at: x, into: gradient)
        }
        let scale = Float(scales[client])
        let target = targets[client].base
        let point = x.base
        let result = gradient.base
        for index in 0..<dimension {
            result[index] = Double(scale * (scale * Float(point[index]) - Float(target[index])))
        }
    }

    private func doubleGradient(of client: Int, at x: Vector, into gradient: Vector) {
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
        guard deviation > 0 else { return }
        var stream = RandomStream(seed: seed, purpose: .noise, client: client, round: round)
        switch noise {
        case .gaussian:
            for index in 0..<dimension { gradient.base[index] += deviation * stream.nextNormal() }
        case .skewed:
            for index in stride(from: 0, to: dimension, by: 2) {
                let (first, second): (Double, Double) =
                    switch stream.next(below: 3) {
                    case 0: (2, 0)
                    case 1: (0, 1)
                    default: (-2, -1)
                    }
                gradient.base[index] += deviation * first
                gradient.base[index + 1] += deviation * second
            }
        }
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

    /// Lᵢ = i²/n, or 1 with equal curvatures.
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
            doubleGradient(of: client, at: x, into: part)
            sum.add(part)
            // ∇fᵢ = Aᵢ(Aᵢx − bᵢ), so ‖Aᵢx − bᵢ‖² = ‖∇fᵢ‖² divided by Aᵢ².
            loss += 0.5 * part.normSquared / (scales[client] * scales[client])
        }
        sum.divide(by: Double(clients))
        return Evaluation(
            loss: loss / Double(clients), gradientNormSquared: sum.normSquared)
    }
}
