/// EControl: error compensation around estimates of the gradients, with its strength under control.
///
///     client i:  Δᵢ = C(η·eᵢ + gᵢᵗ − hᵢ);  eᵢ ← eᵢ + gᵢᵗ − hᵢ − Δᵢ;  hᵢ ← hᵢ + Δᵢ
///     server:    xᵗ⁺¹ = xᵗ − γ(h + (1/n) Σᵢ Δᵢ);  h ← h + (1/n) Σᵢ Δᵢ
///
/// One message per round; e takes the old h. hᵢ⁰ = ∇fᵢ(x⁰), sent uncompressed and counted; eᵢ⁰ = 0.
/// η = 0 sends what EF21 sends. Theory: η = δ/400; in practice η near δ is best, and above 2δ to 4δ
/// the method is unstable.
///
/// Source: Gao, Islamov, Stich, "EControl: fast distributed optimization with compression and error
/// control", ICLR 2024, arXiv:2311.05645, Algorithm 2.
public final class EControl: Method {
    /// `econtrol`.
    public let name = MethodName.econtrol.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// η.
    public let eta: Double

    /// hᵢ and h.
    package let estimates: GradientEstimates
    /// eᵢ for each client.
    package let errors: [Vector]
    private let compressor: any ContractiveCompressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - eta: η ≥ 0; nil means δ of the compressor.
    ///   - compressor: C.
    ///   - initialGradient: hᵢ⁰.
    public init(
        clients: Int, eta: Double?, compressor: any ContractiveCompressor,
        initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.eta = eta ?? compressor.contraction.delta
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        estimates = GradientEstimates(
            clients: clients, dimension: dimension, initial: initialGradient)
        errors = (0..<clients).map { _ in Vector(zeros: dimension) }
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
    }

    /// hᵢ⁰.
    public func start(over exchange: Exchange) throws(ExchangeError) {
        try estimates.start(at: iterate, over: exchange)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            let error = errors[client]
            let estimate = estimates.ofClients[client]
            prepare(error, estimate)
            let delta = try exchange.send(
                gradient, by: compressor, Turn(client: client, round: round))
            delta.subtract(from: error)
            delta.add(to: estimate)
            delta.add(to: sum)
        }
        let (n, m) = (exchange.clients, exchange.participants.count)
        if m == n {
            // xᵗ⁺¹ needs h + mean Δ, which is what h becomes.
            estimates.mean.add(sum, dividedBy: Double(n))
            iterate.add(-stepSize, times: estimates.mean)
        } else {
            estimates.step(iterate, -stepSize, sum, dividedBy: Double(m))
            estimates.mean.add(sum, dividedBy: Double(n))
        }
    }

    /// g ← η·e + g − h and e ← e + g − h, both rounded from left to right.
    private func prepare(_ error: Vector, _ estimate: Vector) {
        let g = gradient.base
        let e = error.base
        let h = estimate.base
        for index in 0..<gradient.count {
            let message = eta * e[index] + g[index] - h[index]
            e[index] = e[index] + g[index] - h[index]
            g[index] = message
        }
    }
}
