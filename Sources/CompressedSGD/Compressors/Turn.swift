/// Whose message a compressor writes or reads: what its random numbers may depend on.
public struct Turn: Sendable, Hashable {
    /// The client that sends.
    public let client: Int
    /// t.
    public let round: Int
    /// Which of the client's messages of the round it is, from 0.
    public let message: Int

    /// The place of a message in a run.
    public init(client: Int, round: Int, message: Int = 0) {
        self.client = client
        self.round = round
        self.message = message
    }

    /// The random numbers of this turn.
    package func stream(seed: UInt64) -> RandomStream {
        RandomStream(
            seed: seed, purpose: message == 0 ? .compression : .secondCompression,
            client: client, round: round)
    }
}
