/// Sketched SGD as its authors practise it: sketches of accumulated momentum are summed, and exact
/// values are fetched where the sum looks large.
///
///     client i:  uᵢ ← ρuᵢ + gᵢᵗ;  vᵢ ← vᵢ + uᵢ;  sends S(vᵢ)
///     server:    candidates = the P·k largest of the estimates from Σᵢ S(vᵢ)
///     client i:  sends the exact vᵢ at the candidates
///     server:    Δ = the k largest of their sums;  xᵗ⁺¹ = xᵗ − γΔ
///     client i:  uᵢ and vᵢ ← 0 where Δ has an entry
///
/// Without the second round Δ is the k largest estimates themselves. The server sends the candidates,
/// and Δ, not x. `aggregation: mean` divides all sums by the number of clients.
///
/// Source: Ivkin, Rothchild, Ullah, Braverman, Stoica, Arora, "Communication-efficient distributed
/// SGD with sketching", NeurIPS 2019, arXiv:1903.04488, Section 4, and its authors' code.
public final class SketchedSGD: Method {
    /// `sketched-sgd`.
    public let name = MethodName.sketchedSGD.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The server sends Δ.
    public let sendsIterate = false

    /// uᵢ and vᵢ.
    package let memory: MaskedMomentum
    private let compressor: any LinearCompressor
    private let candidates: Int?
    private let aggregation: Aggregation
    private let gradient: Vector
    private let table: Vector
    private let estimates: Vector
    private let exact: Vector
    private let step: Delta
    private let selector: LargestEntries
    private let finalSelector: LargestEntries

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - clients: n, at least 1.
    ///   - momentum: ρ, from 0 to below 1.
    ///   - candidates: P, at least 1; nil for no second round.
    ///   - aggregation: whether tables and values are summed or averaged.
    ///   - compressor: S.
    public init(
        clients: Int, momentum: Double, candidates: Int?, aggregation: Aggregation,
        compressor: any LinearCompressor
    ) {
        let dimension = compressor.dimension
        self.compressor = compressor
        self.aggregation = aggregation
        let k = compressor.k
        self.candidates = candidates.map { factor in
            let (product, overflow) = factor.multipliedReportingOverflow(by: k)
            return overflow ? dimension : min(product, dimension)
        }
        iterate = Vector(zeros: dimension)
        memory = MaskedMomentum(clients: clients, dimension: dimension, momentum: momentum)
        gradient = Vector(zeros: dimension)
        table = Vector(zeros: compressor.tableSize)
        estimates = Vector(zeros: dimension)
        exact = Vector(zeros: self.candidates ?? 0)
        step = Delta(dimension: dimension)
        selector = LargestEntries(dimension: dimension)
        finalSelector = LargestEntries(dimension: self.candidates ?? 0)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        table.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            memory.add(gradient, of: client)
            try exchange.sendTable(
                of: memory.unsent[client], by: compressor, Turn(client: client, round: round),
                addingTo: table)
        }
        let divisor = aggregation.divisor(exchange)
        table.divide(by: divisor)
        compressor.unsketch(table, into: estimates)
        guard let candidates else {
            try take(selector.select(compressor.k, of: estimates))
            return try finish(stepSize, exchange)
        }
        let found = selector.select(candidates, of: estimates)
        guard found.areFinite else { throw .nonFinite }
        exchange.askFor(found.indices, from: exchange.participants.count)
        exact.clear()
        for client in exchange.participants {
            try exchange.sendEntries(
                of: memory.unsent[client], at: found.indices, addingTo: exact)
        }
        exact.divide(by: divisor)
        let chosen = finalSelector.select(compressor.k, of: exact)
        guard chosen.areFinite else { throw .nonFinite }
        for (entry, place) in chosen.indices.enumerated() {
            step.indices[entry] = found.indices[Int(place)]
            step.values[entry] = exact.base[Int(place)]
        }
        step.becomeSparse(count: chosen.indices.count)
        try finish(stepSize, exchange)
    }

    /// Δ = the estimates that were found.
    private func take(_ found: LargestEntries.Found) throws(ExchangeError) {
        guard found.areFinite else { throw .nonFinite }
        for (entry, index) in found.indices.enumerated() {
            step.indices[entry] = index
            step.values[entry] = estimates.base[Int(index)]
        }
        step.becomeSparse(count: found.indices.count)
    }

    private func finish(_ stepSize: Double, _ exchange: Exchange) throws(ExchangeError) {
        try exchange.broadcast(step)
        for client in exchange.participants { memory.mask(step, of: client) }
        step.scale(by: stepSize)
        step.subtract(from: iterate)
    }
}
