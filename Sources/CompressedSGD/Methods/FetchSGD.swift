/// FetchSGD: momentum and error live in sketches at the server; clients keep no state.
///
///     client i:  sends S(gᵢᵗ)
///     server:    Sᵤ ← ρSᵤ + (1/n) Σᵢ S(gᵢᵗ);  Sₑ ← γSᵤ + Sₑ
///                Δ = top-k of the estimates from Sₑ;  xᵗ⁺¹ = xᵗ − Δ
///                subtract:  Sₑ ← Sₑ − S(Δ)
///                zero:      Sₑ and Sᵤ ← 0 in the cells where S(Δ) is not 0
///
/// Subtraction is the paper's; in practice it diverges where the table is narrow, since what a cell
/// holds of other coordinates stays. The authors' code sets cells to zero. The server sends Δ.
///
/// Source: Rothchild, Panda, Ullah, Ivkin, Stoica, Braverman, Gonzalez, Arora, "FetchSGD", ICML 2020,
/// arXiv:2007.07682, Algorithm 1, and its authors' code.
public final class FetchSGD: Method {
    /// What becomes of the error where Δ was taken from it.
    public enum ErrorUpdate: String, CaseIterable, Sendable, Hashable, Codable {
        /// Cells that Δ touches are set to zero, those of the momentum as well.
        case zero
        /// The sketch of Δ is subtracted.
        case subtract
    }

    /// `fetchsgd`.
    public let name = MethodName.fetchSGD.rawValue
    /// xᵗ.
    public let iterate: Vector
    /// The server sends Δ.
    public let sendsIterate = false

    /// Sₑ.
    package let error: Vector
    /// Sᵤ.
    package let velocity: Vector
    private let momentum: Double
    private let update: ErrorUpdate
    private let compressor: any LinearCompressor
    private let gradient: Vector
    private let table: Vector
    private let dense: Vector
    private let step: Delta

    /// Fresh state in the compressor's ℝᵈ.
    ///
    /// - Parameters:
    ///   - momentum: ρ, from 0 to below 1.
    ///   - update: what becomes of the error.
    ///   - compressor: S, the same in all rounds.
    public init(momentum: Double, update: ErrorUpdate, compressor: any LinearCompressor) {
        self.momentum = momentum
        self.update = update
        self.compressor = compressor
        iterate = Vector(zeros: compressor.dimension)
        error = Vector(zeros: compressor.tableSize)
        velocity = Vector(zeros: compressor.tableSize)
        gradient = Vector(zeros: compressor.dimension)
        table = Vector(zeros: compressor.tableSize)
        dense = Vector(zeros: compressor.dimension)
        step = Delta(dimension: compressor.dimension)
    }

    /// One round.
    public func round(
        _ round: Int, stepSize: Double, over exchange: Exchange
    ) throws(ExchangeError) {
        table.clear()
        for client in exchange.participants {
            exchange.gradient(of: client, at: iterate, round: round, into: gradient)
            try exchange.sendTable(
                of: gradient, by: compressor, Turn(client: client, round: round),
                addingTo: table)
        }
        let count = Double(exchange.participants.count)
        for cell in 0..<table.count {
            velocity.base[cell] = momentum * velocity.base[cell] + table.base[cell] / count
            error.base[cell] += stepSize * velocity.base[cell]
        }
        guard error.isFinite else { throw .nonFinite }
        compressor.recover(error, into: step)
        try exchange.broadcast(step)
        step.subtract(from: iterate)
        dense.clear()
        step.add(to: dense)
        table.clear()
        compressor.project(dense, addingTo: table)
        switch update {
        case .subtract: error.subtract(table)
        case .zero:
            for cell in 0..<table.count where table.base[cell] != 0 {
                error.base[cell] = 0
                velocity.base[cell] = 0
            }
        }
    }
}
