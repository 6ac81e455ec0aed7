/// EF21 with momentum: the estimates follow a running mean of the stochastic gradients.
///
///     client i:  vᵢ ← (1 − β)vᵢ + βgᵢᵗ;  Δᵢ = C(vᵢ − hᵢ);  hᵢ ← hᵢ + Δᵢ
///     server:    h ← h + (1/n) Σᵢ Δᵢ;  xᵗ⁺¹ = xᵗ − γh
///
/// hᵢ⁰ = vᵢ⁰ = ∇fᵢ(x⁰), sent uncompressed and counted. β = 1 is EF21.
///
/// Source: Fatkhullin, Tyurin, Richtárik 2023, arXiv:2305.15155, Algorithm 1.
public final class EF21SGDM: Method {
    /// `ef21-sgdm`.
    public let name = MethodName.ef21SGDM.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// β.
    public let beta: Double

    /// hᵢ and h.
    package let estimates: GradientEstimates
    /// vᵢ for each client.
    package let momenta: [Vector]
    private let compressor: any ContractiveCompressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - beta: β, above 0 and at most 1.
    ///   - compressor: C.
    ///   - initialGradient: hᵢ⁰.
    public init(
        clients: Int, beta: Double, compressor: any ContractiveCompressor,
        initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.beta = beta
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        estimates = GradientEstimates(
            clients: clients, dimension: dimension, initial: initialGradient)
        momenta = (0..<clients).map { _ in Vector(zeros: dimension) }
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
    }

    /// hᵢ⁰.
    public func start(over exchange: Exchange) throws(ExchangeError) {
        try estimates.start(at: iterate, over: exchange)
        for client in 0..<exchange.clients { momenta[client].assign(estimates.ofClients[client]) }
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            let estimate = estimates.ofClients[client]
            advance(momenta[client], estimate)
            let delta = try exchange.send(
                gradient, by: compressor, Turn(client: client, round: round))
            delta.add(to: estimate)
            delta.add(to: sum)
        }
        estimates.mean.add(sum, dividedBy: Double(exchange.clients))
        iterate.add(-stepSize, times: estimates.mean)
    }

    /// v ← (1 − β)v + βg, and then g ← v − h.
    private func advance(_ momentum: Vector, _ estimate: Vector) {
        let g = gradient.base
        let v = momentum.base
        let h = estimate.base
        let keep = 1 - beta
        for index in 0..<gradient.count {
            v[index] = keep * v[index] + beta * g[index]
            g[index] = v[index] - h[index]
        }
    }
}
