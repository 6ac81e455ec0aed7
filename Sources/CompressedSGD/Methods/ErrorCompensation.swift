/// Error compensation (EC, error feedback, MEM-SGD): what was not sent is added to the next step.
///
///     client i:  Δᵢ = C(eᵢ + γgᵢᵗ);  eᵢ ← eᵢ + γgᵢᵗ − Δᵢ
///     server:    xᵗ⁺¹ = xᵗ − (1/n) Σᵢ Δᵢ
///
/// eᵢ⁰ = 0. The step size is inside the message. With a constant γ and clients that differ, EC
/// stalls at a floor that grows with the heterogeneity.
///
/// Source: Seide et al. 2014, doi:10.21437/Interspeech.2014-274; Stich, Cordonnier, Jaggi 2018,
/// arXiv:1809.07599.
public final class ErrorCompensation: Method {
    /// `ec`.
    public let name = MethodName.ec.rawValue
    /// xᵗ.
    public let iterate: Vector

    /// eᵢ for each client.
    package let errors: [Vector]
    private let compressor: any Compressor
    private let gradient: Vector
    private let sum: Vector

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - compressor: C.
    public convenience init(clients: Int, compressor: any ContractiveCompressor) {
        self.init(clients, compressor)
    }

    /// Fresh state in the compressor's ℝᵈ, for a compressor whose error is bounded.
    ///
    /// Source: Sahu et al. 2021, arXiv:2108.00951, Section 5.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - compressor: C.
    public convenience init(clients: Int, compressor: any AbsoluteCompressor) {
        self.init(clients, compressor)
    }

    private init(_ clients: Int, _ compressor: any Compressor) {
        let dimension = compressor.dimension
        self.compressor = compressor
        iterate = Vector(zeros: dimension)
        errors = (0..<clients).map { _ in Vector(zeros: dimension) }
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            let error = errors[client]
            error.add(stepSize, times: gradient)
            let delta = try exchange.send(error, by: compressor, Turn(client: client, round: round))
            delta.subtract(from: error)
            delta.add(to: sum)
        }
        iterate.subtract(sum, dividedBy: Double(exchange.participants.count))
    }
}
