/// The step size γ as a function of the round.
public enum StepSize: Sendable, Hashable {
    /// The same γ in every round.
    case constant(Double)

    /// γ in round t = 0, 1, ….
    public func at(round: Int) -> Double {
        switch self {
        case .constant(let size): size
        }
    }
}
