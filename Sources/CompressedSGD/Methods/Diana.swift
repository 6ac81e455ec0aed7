/// DIANA: unbiased compression of differences to estimates that learn the gradients.
///
///     client i:  Δᵢ = C(gᵢᵗ − hᵢ);  hᵢ ← hᵢ + αΔᵢ
///     server:    xᵗ⁺¹ = xᵗ − γ(h + (1/n) Σᵢ Δᵢ);  h ← h + α·(1/n) Σᵢ Δᵢ
///
/// C is unbiased with variance ω; theory asks for α ≤ 1/(1 + ω). x takes the old h. Of m clients in a
/// round, x moves by h + (1/m) Σ Δᵢ, and h by (α/n) Σ Δᵢ.
///
/// Source: Mishchenko, Gorbunov, Takáč, Richtárik 2019, arXiv:1901.09269.
public final class Diana: Method {
    /// `diana`.
    public let name = MethodName.diana.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// α.
    public let alpha: Double

    /// hᵢ and h.
    package let estimates: GradientEstimates
    private let compressor: any UnbiasedCompressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - alpha: α ≥ 0; nil means 1/(1 + ω).
    ///   - compressor: C.
    ///   - initialGradient: hᵢ⁰.
    public init(
        clients: Int, alpha: Double?, compressor: any UnbiasedCompressor,
        initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.alpha = alpha ?? 1 / (1 + compressor.variance)
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
            delta.add(to: sum)
            delta.scale(by: alpha)
            delta.add(to: estimate)
        }
        let count = Double(exchange.participants.count)
        estimates.step(iterate, -stepSize, sum, dividedBy: count)
        estimates.mean.add(alpha / Double(exchange.clients), times: sum)
    }
}
