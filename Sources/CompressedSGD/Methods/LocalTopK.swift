/// Each client's own largest entries, with masked momentum (deep gradient compression).
///
///     client i:  uᵢ ← ρuᵢ + gᵢᵗ;  vᵢ ← vᵢ + uᵢ;  Δᵢ = top-k(vᵢ);  uᵢ and vᵢ ← 0 where Δᵢ has an entry
///     server:    xᵗ⁺¹ = xᵗ − γ Σᵢ Δᵢ
///
/// The sum has up to n·k entries, so that what the server sends grows with n: the sum's entries other
/// than 0 while that is shorter than d doubles, then all of them.
///
/// Source: Lin et al. 2018, arXiv:1712.01887; Ivkin et al., NeurIPS 2019, arXiv:1903.04488, its
/// baseline "local top-k".
public final class LocalTopK: Method {
    /// `local-top-k`.
    public let name = MethodName.localTopK.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The server sends the sum.
    public let sendsIterate = false

    /// uᵢ and vᵢ.
    package let memory: MaskedMomentum
    private let compressor: TopK
    private let aggregation: Aggregation
    private let gradient: Vector
    private let sum: Vector
    private let step: Delta

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - momentum: ρ, from 0 to below 1.
    ///   - aggregation: whether Δᵢ are summed or averaged.
    ///   - compressor: top-k.
    public init(clients: Int, momentum: Double, aggregation: Aggregation, compressor: TopK) {
        let dimension = compressor.dimension
        self.compressor = compressor
        self.aggregation = aggregation
        iterate = Vector(zeros: dimension)
        memory = MaskedMomentum(clients: clients, dimension: dimension, momentum: momentum)
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
        step = Delta(dimension: dimension)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            memory.add(gradient, of: client)
            let delta = try exchange.send(
                memory.unsent[client], by: compressor, Turn(client: client, round: round))
            delta.add(to: sum)
            memory.mask(delta, of: client)
        }
        sum.divide(by: aggregation.divisor(exchange))
        try broadcastSum(over: exchange)
        iterate.add(-stepSize, times: sum)
    }

    /// The sum to all clients, in whichever form is shorter.
    private func broadcastSum(over exchange: Exchange) throws(ExchangeError) {
        var count = 0
        for index in 0..<sum.count where sum.base[index] != 0 {
            step.values[count] = sum.base[index]
            step.indices[count] = UInt32(index)
            count += 1
        }
        let indexBits = TopK.indexWidth(dimension: sum.count) * count
        if 32 + 64 * count + (indexBits + 7) / 8 * 8 < 64 * sum.count {
            step.becomeSparse(count: count)
            try exchange.broadcast(step)
        } else {
            exchange.broadcastWhole()
        }
    }
}
