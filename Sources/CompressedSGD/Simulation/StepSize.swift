/// The step size γₜ as a function of the round: a base γ times a schedule, with a warm-up in front.
public struct StepSize: Sendable, Hashable {
    /// How the factor of γ develops over s = 0, 1, … rounds after the warm-up, of S in all.
    public enum Schedule: Sendable, Hashable {
        /// 1.
        case constant
        /// From 1 in a straight line to `final` after S rounds: 1 − (1 − final)·s/S.
        case linear(final: Double)
        /// 1/(1 + s/halving): ½ after so many rounds.
        case inverseTime(halving: Double)
        /// From 1 along half a cosine to `final` after S rounds: final + (1 − final)(1 + cos(πs/S))/2.
        case cosine(final: Double)
        /// factor^⌊s/every⌋.
        case step(every: Int, factor: Double)
    }

    /// γ.
    public var base: Double
    /// What becomes of it.
    public var schedule: Schedule
    /// W: in round t < W the size is γ·(t + 1)/W; then the schedule begins.
    public var warmUp: Int
    /// T = W + S, how many rounds there are.
    public var rounds: Int

    /// A step size over `rounds` rounds.
    public init(_ base: Double, _ schedule: Schedule, warmUp: Int = 0, rounds: Int) {
        self.base = base
        self.schedule = schedule
        self.warmUp = warmUp
        self.rounds = rounds
    }

    /// The same γ in every round.
    public static func constant(_ size: Double) -> StepSize {
        StepSize(size, .constant, rounds: 0)
    }

    /// γₜ in round t = 0, 1, ….
    public func at(round: Int) -> Double {
        if round < warmUp { return base * (Double(round + 1) / Double(warmUp)) }
        let done = Double(round - warmUp)
        let all = Double(max(1, rounds - warmUp))
        switch schedule {
        case .constant: return base
        case .linear(let final): return base * (1 - (1 - final) * (done / all))
        case .inverseTime(let halving): return base / (1 + done / halving)
        case .cosine(let final):
            return base * (final + (1 - final) * (0.5 + 0.5 * Self.cosine(ofPi: done / all)))
        case .step(let every, let factor):
            return base * Self.power(factor, (round - warmUp) / every)
        }
    }

    /// cos(πx) for 0 ≤ x ≤ 1, by the series of cos or sin up to π/4: the same bits on any machine.
    static func cosine(ofPi x: Double) -> Double {
        if x > 0.5 { return -cosine(ofPi: 1 - x) }
        let isSine = x > 0.25
        let angle = Double.pi * (isSine ? 0.5 - x : x)
        let square = angle * angle
        var term = isSine ? angle : 1
        var sum = term
        var next = isSine ? 2.0 : 1.0
        for _ in 0..<10 {
            term *= -square / (next * (next + 1))
            sum += term
            next += 2
        }
        return sum
    }

    /// aⁿ by squaring.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, factor, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
