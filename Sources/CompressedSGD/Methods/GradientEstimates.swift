/// hᵢ, what server and client i both believe client i's gradient to be, and h = (1/n) Σᵢ hᵢ.
///
/// Shared by the methods that send differences to such estimates.
package final class GradientEstimates {
    /// hᵢ for each client.
    package let ofClients: [Vector]
    /// h, the server's.
    package let mean: Vector

    init(clients: Int, dimension: Int) {
        ofClients = (0..<clients).map { _ in Vector(zeros: dimension) }
        mean = Vector(zeros: dimension)
    }

    /// hᵢ⁰ = ∇fᵢ(x⁰), each sent once, uncompressed and counted; h⁰ is their mean.
    func start(at x: Vector, over exchange: Exchange) throws(ExchangeError) {
        mean.clear()
        for client in 0..<exchange.clients {
            let estimate = ofClients[client]
            exchange.fullGradient(of: client, at: x, into: estimate)
            try exchange.sendWhole(estimate).add(to: mean)
        }
        mean.divide(by: Double(exchange.clients))
    }
}
