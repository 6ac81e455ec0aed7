/// The k largest entries of the exact sum: what sketched SGD approximates.
///
///     client i:  uᵢ ← ρuᵢ + gᵢᵗ;  vᵢ ← vᵢ + uᵢ;  sends vᵢ as it is
///     server:    Δ = top-k(Σᵢ vᵢ);  xᵗ⁺¹ = xᵗ − γΔ
///     client i:  uᵢ and vᵢ ← 0 where Δ has an entry
///
/// Source: Ivkin et al., NeurIPS 2019, arXiv:1903.04488, its baseline "true top-k".
public final class TrueTopK: Method {
    /// `true-top-k`.
    public let name = MethodName.trueTopK.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The server sends Δ.
    public let sendsIterate = false

    /// uᵢ and vᵢ.
    package let memory: MaskedMomentum
    private let k: Int
    private let aggregation: Aggregation
    private let gradient: Vector
    private let sum: Vector
    private let step: Delta
    private let selector: LargestEntries

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - momentum: ρ, from 0 to below 1.
    ///   - aggregation: whether vᵢ are summed or averaged.
    ///   - compressor: gives k.
    public init(clients: Int, momentum: Double, aggregation: Aggregation, compressor: TopK) {
        let dimension = compressor.dimension
        k = compressor.k
        self.aggregation = aggregation
        iterate = Vector(zeros: dimension)
        memory = MaskedMomentum(clients: clients, dimension: dimension, momentum: momentum)
        gradient = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
        step = Delta(dimension: dimension)
        selector = LargestEntries(dimension: dimension)
    }

    /// One round, which sends n·64·d bits up.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        sum.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            memory.add(gradient, of: client)
            try exchange.sendWhole(memory.unsent[client]).add(to: sum)
        }
        sum.divide(by: aggregation.divisor(exchange))
        let found = selector.select(k, of: sum)
        guard found.areFinite else { throw .nonFinite }
        for (entry, index) in found.indices.enumerated() {
            step.indices[entry] = index
            step.values[entry] = sum.base[Int(index)]
        }
        step.becomeSparse(count: found.indices.count)
        try exchange.broadcast(step)
        for client in exchange.participants { memory.mask(step, of: client) }
        step.scale(by: stepSize)
        step.subtract(from: iterate)
    }
}
