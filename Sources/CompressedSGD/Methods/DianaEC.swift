/// DIANA with error compensation (EC-SGD-DIANA, D-EC-SGD): two messages, one with the error and one
/// that teaches the estimates.
///
///     client i:  Δᵢ = C(eᵢ + gᵢᵗ − hᵢ);  eᵢ ← eᵢ + gᵢᵗ − hᵢ − Δᵢ;  Δ'ᵢ = C(gᵢᵗ − hᵢ);  hᵢ ← hᵢ + αΔ'ᵢ
///     server:    xᵗ⁺¹ = xᵗ − γ(h + (1/n) Σᵢ Δᵢ);  h ← h + α·(1/n) Σᵢ Δ'ᵢ
///
/// Both messages take the old h; eᵢ⁰ = 0. EControl does with one message what this does with two.
///
/// Source: Gorbunov, Kovalev, Makarenko, Richtárik, "Linearly converging error compensated SGD",
/// NeurIPS 2020, arXiv:2010.12292; Stich 2020, arXiv:2009.02388.
public final class DianaEC: Method {
    /// `diana-ec`.
    public let name = MethodName.dianaEC.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// α.
    public let alpha: Double

    /// hᵢ and h.
    package let estimates: GradientEstimates
    /// eᵢ for each client.
    package let errors: [Vector]
    private let compressor: any ContractiveCompressor
    private let gradient: Vector
    private let sum: Vector
    private let lesson: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - alpha: α ≥ 0; at most 1 for a contraction.
    ///   - compressor: C, of both messages.
    ///   - initialGradient: hᵢ⁰.
    public init(
        clients: Int, alpha: Double, compressor: any ContractiveCompressor,
        initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.alpha = alpha
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        estimates = GradientEstimates(
            clients: clients, dimension: dimension, initial: initialGradient)
        errors = (0..<clients).map { _ in Vector(zeros: dimension) }
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
        lesson = Vector(zeros: dimension)
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
        lesson.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            let error = errors[client]
            let estimate = estimates.ofClients[client]
            gradient.subtract(estimate)
            error.add(gradient)
            let delta = try exchange.send(
                error, by: compressor, Turn(client: client, round: round))
            delta.subtract(from: error)
            delta.add(to: sum)
            let second = try exchange.send(
                gradient, by: compressor, Turn(client: client, round: round, message: 1))
            second.add(to: lesson)
            second.scale(by: alpha)
            second.add(to: estimate)
        }
        let count = Double(exchange.participants.count)
        estimates.step(iterate, -stepSize, sum, dividedBy: count)
        estimates.mean.add(alpha / Double(exchange.clients), times: lesson)
    }
}
