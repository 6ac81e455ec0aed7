/// Error compensation around the gradients at the solution, which an oracle knows.
///
///     client i:  Δᵢ = C(eᵢ + gᵢᵗ − hᵢ*);  eᵢ ← eᵢ + gᵢᵗ − hᵢ* − Δᵢ
///     server:    xᵗ⁺¹ = xᵗ − γ·(1/n) Σᵢ (hᵢ* + Δᵢ)
///
/// hᵢ* = ∇fᵢ(x*), known to client and server beforehand and not counted; eᵢ⁰ = 0. What EControl would
/// do if its estimates were perfect, and so a yardstick for it, not a method for practice.
///
/// Source: Gao, Islamov, Stich, "EControl", ICLR 2024, arXiv:2311.05645, EC-Ideal.
public final class ECIdeal: Method {
    /// `ec-ideal`.
    public let name = MethodName.ecIdeal.rawValue
    /// xᵗ.
    public let iterate: Vector

    /// eᵢ for each client.
    package let errors: [Vector]
    private let targets: GradientEstimates
    private let compressor: any ContractiveCompressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - problem: asked for ∇fᵢ(x*).
    ///   - optimum: x*.
    ///   - compressor: C.
    public init(
        problem: any Problem, optimum: Vector, compressor: any ContractiveCompressor
    ) {
        let dimension = compressor.dimension
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        errors = (0..<problem.clients).map { _ in Vector(zeros: dimension) }
        targets = GradientEstimates(
            clients: problem.clients, dimension: dimension, initial: .zero)
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
        for (client, target) in targets.ofClients.enumerated() {
            problem.gradient(of: client, at: optimum, into: target)
            targets.mean.add(target)
        }
        targets.mean.divide(by: Double(problem.clients))
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            gradient.subtract(targets.ofClients[client])
            let error = errors[client]
            error.add(gradient)
            let delta = try exchange.send(
                error, by: compressor, Turn(client: client, round: round))
            delta.subtract(from: error)
            delta.add(to: sum)
        }
        targets.step(iterate, -stepSize, sum, dividedBy: Double(exchange.participants.count))
    }
}
