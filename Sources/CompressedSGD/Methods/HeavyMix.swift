/// Sketched SGD as its authors analyse it, with HEAVYMIX.
///
///     client i:  ḡᵢ = γₜgᵢᵗ + aᵢ, γₜ = γ/(t + ξ);  sends S(ḡᵢ)
///     server:    Ŝ = (1/n) Σᵢ S(ḡᵢ), with estimates ĝ and ℓ̂ of ‖·‖²
///                H = the coordinates with ĝⱼ² ≥ ℓ̂/k, at most the k largest of them, filled up to k
///                with others drawn at random
///     client i:  sends the exact ḡᵢ at H
///     server:    g̃ = their mean at H;  xᵗ⁺¹ = xᵗ − g̃
///     client i:  aᵢ ← ḡᵢ − g̃
///
/// The answer after T rounds is the mean of x¹ … xᵀ with weights (ξ + t)². In the paper γ = 1; a
/// μ-strongly convex f wants γ of the order of 1/μ. The server sends H and g̃, not x.
///
/// Source: Ivkin et al., NeurIPS 2019, arXiv:1903.04488, Algorithms 1 (HEAVYMIX) and 2.
public final class HeavyMix: Method {
    /// `sketched-sgd`.
    public let name = MethodName.sketchedSGD.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The weighted mean of x¹ … xᵗ.
    public let answer: Vector
    /// The server sends g̃.
    public let sendsIterate = false

    /// aᵢ for each client.
    package let errors: [Vector]
    private let compressor: any LinearCompressor
    private let offset: Double
    private let seed: UInt64
    private var weight = 0.0
    private let gradient: Vector
    private let table: Vector
    private let estimates: Vector
    private let exact: Vector
    private let step: Delta
    private let selector: LargestEntries
    private let others: RandomSelection

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - offset: ξ > 0; nil means 2 + d/k.
    ///   - seed: fixes the random coordinates.
    ///   - compressor: S.
    public init(clients: Int, offset: Double?, seed: UInt64, compressor: any LinearCompressor) {
        let dimension = compressor.dimension
        self.compressor = compressor
        self.offset = offset ?? 2 + Double(dimension) / Double(compressor.k)
        self.seed = seed
        iterate = Vector(zeros: dimension)
        answer = Vector(zeros: dimension)
        errors = (0..<clients).map { _ in Vector(zeros: dimension) }
        gradient = Vector(zeros: dimension)
        table = Vector(zeros: compressor.tableSize)
        estimates = Vector(zeros: dimension)
        exact = Vector(zeros: compressor.k)
        step = Delta(dimension: dimension)
        selector = LargestEntries(dimension: dimension)
        others = RandomSelection(dimension: dimension)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        let clients = exchange.participants
        let size = stepSize / (Double(round) + offset)
        table.clear()
        for client in clients {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            errors[client].add(size, times: gradient)
            try exchange.sendTable(
                of: errors[client], by: compressor, Turn(client: client, round: round),
                addingTo: table)
        }
        table.divide(by: Double(clients.count))
        compressor.unsketch(table, into: estimates)
        try choose(round)
        let indices = UnsafeBufferPointer(start: UnsafePointer(step.indices), count: step.count)
        exchange.askFor(indices, from: clients.count)
        exact.clear()
        for client in clients {
            try exchange.sendEntries(of: errors[client], at: indices, addingTo: exact)
        }
        exact.divide(by: Double(clients.count))
        for entry in 0..<step.count { step.values[entry] = exact.base[entry] }
        try exchange.broadcast(step)
        for client in clients { step.subtract(from: errors[client]) }
        step.subtract(from: iterate)
        average(round + 1)
    }

    /// Δ's indices ← H and the random others, ascending.
    private func choose(_ round: Int) throws(ExchangeError) {
        let k = compressor.k
        let found = selector.select(k, of: estimates)
        guard found.areFinite else { throw .nonFinite }
        let bound = compressor.estimatedNormSquared(table) / Double(k)
        var heavy = 0
        for index in found.indices {
            let estimate = estimates.base[Int(index)]
            guard estimate * estimate >= bound else { continue }
            step.indices[heavy] = index
            heavy += 1
        }
        var stream = RandomStream(seed: seed, purpose: .recovery, round: round)
        let drawn = others.draw(
            k - heavy, below: compressor.dimension - heavy, from: &stream)
        merge(heavy, drawn)
    }

    /// Adds the coordinates outside H whose ranks among those were drawn.
    private func merge(_ heavy: Int, _ ranks: UnsafeBufferPointer<UInt32>) {
        // H moves to the end, and both are merged from the front.
        let count = heavy + ranks.count
        let start = count - heavy
        for entry in (0..<heavy).reversed() { step.indices[start + entry] = step.indices[entry] }
        var next = start
        for (place, rank) in ranks.enumerated() {
            // So many of H are below the coordinate of this rank.
            while next < count, Int(step.indices[next]) <= Int(rank) + next - start {
                step.indices[place + next - start] = step.indices[next]
                next += 1
            }
            step.indices[place + next - start] = rank + UInt32(next - start)
        }
        step.becomeSparse(count: count)
    }

    /// answer ← the mean of x¹ … xᵗ with weights (ξ + t)².
    private func average(_ updates: Int) {
        let part = (offset + Double(updates)) * (offset + Double(updates))
        weight += part
        let share = part / weight
        for index in 0..<iterate.count {
            answer.base[index] += share * (iterate.base[index] - answer.base[index])
        }
    }
}
