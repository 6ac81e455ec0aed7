/// How far a running trial has come, for those who watch; no result depends on it.
public struct TrialProgress: Sendable, Hashable {
    /// Rounds that are done.
    public let round: Int
    /// How many there will be; nil where that is not known.
    public let rounds: Int?
    /// The latest value of the sweep's metric; nil where there is none.
    public let value: Double?

    /// Describes how far a trial has come.
    public init(round: Int, rounds: Int? = nil, value: Double? = nil) {
        self.round = round
        self.rounds = rounds
        self.value = value
    }
}
