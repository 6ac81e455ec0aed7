/// hᵢ, what server and client i both believe client i's gradient to be, and h = (1/n) Σᵢ hᵢ.
///
/// Shared by the methods that send differences to such estimates.
package final class GradientEstimates {
    /// hᵢ for each client.
    package let ofClients: [Vector]
    /// h, the server's.
    package let mean: Vector

    private let initial: InitialGradient

    init(clients: Int, dimension: Int, initial: InitialGradient) {
        ofClients = (0..<clients).map { _ in Vector(zeros: dimension) }
        mean = Vector(zeros: dimension)
        self.initial = initial
    }

    /// hᵢ⁰, sent once, uncompressed and counted, unless it is zero; h⁰ is their mean.
    func start(at x: Vector, over exchange: Exchange) throws(ExchangeError) {
        mean.clear()
        guard initial != .zero else { return }
        for client in 0..<exchange.clients {
            let estimate = ofClients[client]
            if initial == .full {
                exchange.fullGradient(of: client, at: x, into: estimate)
            } else {
                exchange.gradient(of: client, at: x, round: -1, into: estimate)
            }
            try exchange.sendWhole(estimate).add(to: mean)
        }
        mean.divide(by: Double(exchange.clients))
    }

    /// x ← x + a·(h + s/m).
    func step(_ x: Vector, _ scale: Double, _ sum: Vector, dividedBy divisor: Double) {
        let point = x.base
        let h = mean.base
        let s = sum.base
        for index in 0..<x.count { point[index] += scale * (h[index] + s[index] / divisor) }
    }
}

/// hᵢ⁰, where a method that sends differences to estimates starts.
public enum InitialGradient: String, CaseIterable, Sendable, Hashable, Codable {
    /// 0, which costs nothing.
    case zero
    /// ∇fᵢ(x⁰).
    case full
    /// The gradient at x⁰ of a batch that no round looks at: that of round −1.
    case batch
}
