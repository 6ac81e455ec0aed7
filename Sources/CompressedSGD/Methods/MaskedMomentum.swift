/// uᵢ and vᵢ: a client's momentum, and what it has not yet sent of it.
///
///     uᵢ ← ρuᵢ + gᵢ;  vᵢ ← vᵢ + uᵢ
///
/// Where an entry has been sent, both are set to zero (momentum-factor masking), so that stale
/// momentum does not carry it on.
///
/// Source: Lin et al., "Deep gradient compression", 2018, arXiv:1712.01887, Section 3.2.
package final class MaskedMomentum {
    /// ρ.
    package let momentum: Double
    /// uᵢ.
    package let velocities: [Vector]
    /// vᵢ.
    package let unsent: [Vector]

    init(clients: Int, dimension: Int, momentum: Double) {
        self.momentum = momentum
        velocities = (0..<clients).map { _ in Vector(zeros: dimension) }
        unsent = (0..<clients).map { _ in Vector(zeros: dimension) }
    }

    /// Takes in a gradient.
    func add(_ gradient: Vector, of client: Int) {
        let u = velocities[client].base
        let v = unsent[client].base
        for index in 0..<gradient.count {
            u[index] = momentum * u[index] + gradient.base[index]
            v[index] += u[index]
        }
    }

    /// Forgets what was sent.
    func mask(_ step: Delta, of client: Int) {
        guard !step.isDense else {
            velocities[client].clear()
            unsent[client].clear()
            return
        }
        for entry in 0..<step.count {
            velocities[client].base[Int(step.indices[entry])] = 0
            unsent[client].base[Int(step.indices[entry])] = 0
        }
    }
}

/// How a server puts together what clients send.
public enum Aggregation: String, CaseIterable, Sendable, Hashable, Codable {
    /// Σᵢ.
    case sum
    /// (1/n) Σᵢ over the clients of the round.
    case mean

    func divisor(_ exchange: Exchange) -> Double {
        self == .sum ? 1 : Double(exchange.participants.count)
    }
}
