/// EF21: clients send the compressed change of their gradient.
///
///     client i:  Δᵢ = C(gᵢᵗ − hᵢ);  hᵢ ← hᵢ + Δᵢ
///     server:    h ← h + (1/n) Σᵢ Δᵢ;  xᵗ⁺¹ = xᵗ − γh
///
/// hᵢ⁰ = ∇fᵢ(x⁰), sent uncompressed and counted.
///
/// Source: Richtárik, Sokolov, Fatkhullin 2021, arXiv:2106.05203.
public final class EF21: Method {
    /// `ef21`.
    public let name = MethodName.ef21.rawValue
    /// xᵗ.
    public let iterate: Vector

    /// hᵢ and h.
    package let estimates: GradientEstimates
    private let compressor: any ContractiveCompressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - compressor: C.
    ///   - initialGradient: hᵢ⁰.
    public init(
        clients: Int, compressor: any ContractiveCompressor,
        initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        estimates = GradientEstimates(
            clients: clients, dimension: dimension, initial: initialGradient)
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
            let estimate = estimates.ofClients[client]
            gradient.subtract(estimate)
            let delta = try exchange.send(
                gradient, by: compressor, Turn(client: client, round: round))
            delta.add(to: estimate)
            delta.add(to: sum)
        }
        estimates.mean.add(sum, dividedBy: Double(exchange.clients))
        iterate.add(-stepSize, times: estimates.mean)
    }
}
