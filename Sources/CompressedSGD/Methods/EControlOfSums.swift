/// EControl at the server, on the sum of the clients' tables; clients keep no state.
///
///     client i:  sends T(gᵢᵗ)
///     server:    T(m) = η·T(e) + (1/n) Σᵢ T(gᵢᵗ) − T(h);  Δ = top-k of the estimates from T(m)
///                T(e) ← T(e) + (1/n) Σᵢ T(gᵢᵗ) − T(h) − T(Δ);  h ← h + Δ;  xᵗ⁺¹ = xᵗ − γh
///
/// T is linear, so what the server has are the tables of e = mean eᵢ and of the mean gradient: the
/// iterates are those of EControl with one client that holds all functions, and C(v) = top-k of the
/// estimates from T(v). Differences between clients play no part, and a message is one table whatever
/// n is. h⁰ = (1/n) Σᵢ ∇fᵢ(x⁰), sent uncompressed and counted in both directions; then the server
/// sends Δ, which gives h and x to whoever has them.
///
/// Needs that C contracts on e, which is flat: `docs/reproduction.md` measures how wide a table that
/// takes. Source: Algorithm 2 of arXiv:2311.05645 with the linearity that arXiv:1903.04488 uses; the
/// combination is in neither paper.
public final class EControlOfSums: Method {
    /// `econtrol`.
    public let name = MethodName.econtrol.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The server sends Δ.
    public let sendsIterate = false
    /// η.
    public let eta: Double

    /// h.
    package let estimate: Vector
    /// T(e).
    package let error: Vector
    private let initial: InitialGradient
    private let compressor: any LinearCompressor
    private let gradient: Vector
    /// What is new: (1/n) Σᵢ T(gᵢᵗ) − T(h).
    private let news: Vector
    private let message: Vector
    /// T(h).
    private let estimateTable: Vector
    private let dense: Vector
    private let step: Delta

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - eta: η ≥ 0; nil means k/d of the compressor.
    ///   - compressor: T, the same in all rounds.
    ///   - initialGradient: h⁰.
    public init(
        eta: Double?, compressor: any LinearCompressor, initialGradient: InitialGradient = .full
    ) {
        let dimension = compressor.dimension
        self.eta = eta ?? Double(compressor.k) / Double(dimension)
        self.compressor = compressor
        initial = initialGradient
        iterate = Vector(zeros: dimension)
        estimate = Vector(zeros: dimension)
        error = Vector(zeros: compressor.tableSize)
        gradient = Vector(zeros: dimension)
        news = Vector(zeros: compressor.tableSize)
        message = Vector(zeros: compressor.tableSize)
        estimateTable = Vector(zeros: compressor.tableSize)
        dense = Vector(zeros: dimension)
        step = Delta(dimension: dimension)
    }

    /// h⁰ and T(h⁰).
    public func start(over exchange: Exchange) throws(ExchangeError) {
        guard initial != .zero else { return }
        for client in 0..<exchange.clients {
            if initial == .full {
                exchange.fullGradient(of: client, at: iterate, into: gradient)
            } else {
                exchange.gradient(of: client, at: iterate, round: -1, into: gradient)
            }
            try exchange.sendWhole(gradient).add(to: estimate)
        }
        estimate.divide(by: Double(exchange.clients))
        exchange.broadcastWhole()
        compressor.project(estimate, addingTo: estimateTable)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        news.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            try exchange.sendTable(
                of: gradient, by: compressor, Turn(client: client, round: round), addingTo: news)
        }
        let count = Double(exchange.participants.count)
        for cell in 0..<news.count {
            let new = news.base[cell] / count - estimateTable.base[cell]
            news.base[cell] = new
            message.base[cell] = eta * error.base[cell] + new
        }
        guard message.isFinite else { throw .nonFinite }
        compressor.recover(message, into: step)
        try exchange.broadcast(step)
        step.add(to: estimate)
        dense.clear()
        step.add(to: dense)
        message.clear()
        compressor.project(dense, addingTo: message)
        for cell in 0..<news.count {
            error.base[cell] = error.base[cell] + news.base[cell] - message.base[cell]
            estimateTable.base[cell] += message.base[cell]
        }
        iterate.add(-stepSize, times: estimate)
    }
}

/// Where the errors and estimates of EControl are kept.
public enum FeedbackPlace: String, CaseIterable, Sendable, Hashable, Codable {
    /// At each client; the server decodes messages one by one: ``EControl``.
    case clients
    /// At the server, as sums of tables: ``EControlOfSums``.
    case server
}
