/// Which clients take part in a round: m of the n, each set of m equally likely.
///
/// A draw is a function of the seed and the round alone.
public final class ClientSampling {
    private let count: Int
    private let seed: UInt64
    private let selection: RandomSelection

    /// Sampling of a share of the clients.
    ///
    /// - Parameters:
    ///   - fraction: above 0 and at most 1; m is fraction·n rounded to the nearest, at least 1.
    ///   - clients: n.
    ///   - seed: fixes the draws.
    public init(fraction: Double, clients: Int, seed: UInt64) {
        precondition(fraction > 0 && fraction <= 1 && clients >= 1, "a share of the clients")
        count = max(1, Int((fraction * Double(clients)).rounded()))
        self.seed = seed
        selection = RandomSelection(dimension: clients)
    }

    /// The clients of a round, ascending.
    func draw(round: Int, into participants: inout [Int]) {
        var stream = RandomStream(seed: seed, purpose: .participation, round: round)
        participants.removeAll(keepingCapacity: true)
        for client in selection.draw(count, from: &stream) { participants.append(Int(client)) }
    }
}
