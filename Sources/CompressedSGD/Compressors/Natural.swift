/// C(v)ᵢ = vᵢ rounded at random to one of the two powers of two around it, so that E C(v) = v.
///
/// E‖C(v) − v‖² ≤ ‖v‖²/8, and so it also contracts on average, with δ = 7/8. Of numbers below the
/// smallest normal one, the expectation holds, but not the variance.
///
/// Message: for each entry its exponent, biased as in IEEE 754, in 11 bits (singles: 8), above a bit
/// that is set where the entry is negative; an exponent of 0 stands for 0; zeros up to a whole byte.
/// 12 bits or 9 bits for each entry.
///
/// Source: Horváth et al., "Natural compression for distributed deep learning", 2022,
/// arXiv:1905.10988, Theorem 1.
public final class Natural: UnbiasedCompressor, ContractiveCompressor {
    /// `natural`.
    public let name = CompressorName.natural.rawValue
    /// d.
    public let dimension: Int
    /// ω = 1/8.
    public let variance = 0.125
    /// δ = 7/8.
    public let contraction = Contraction(delta: 0.875, certainty: .onAverage)

    private let seed: UInt64
    private let width: Int
    private let bias: Int
    private var turn = Turn(client: 0, round: 0)

    /// Natural compression in ℝᵈ.
    ///
    /// - Parameters:
    ///   - dimension: d, at least 1.
    ///   - seed: fixes the rounding.
    ///   - values: whose exponents are written.
    public init(dimension: Int, seed: UInt64, values: ValueFormat = .f64) {
        precondition(dimension >= 1, "d is at least 1")
        self.dimension = dimension
        self.seed = seed
        width = values == .f64 ? 12 : 9
        bias = values == .f64 ? 1023 : 127
    }

    /// The next message's random numbers are this turn's.
    public func begin(_ turn: Turn) { self.turn = turn }

    /// Writes signs and exponents.
    ///
    /// - Throws: `ExchangeError.nonFinite` also for an entry that was rounded beyond the largest
    ///   power of two.
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        let base = vector.base
        var stream = turn.stream(seed: seed)
        var highest = 0
        let smallest = Double(sign: .plus, exponent: 1 - bias, significand: 1)
        message.append(dimension, width: width) { index in
            let size = base[index].magnitude
            let draw = stream.nextUnit()
            let code =
                size < smallest
                ? (draw < size / smallest ? 1 : 0)
                : Int(size.exponent) + bias + (draw < size.significand - 1 ? 1 : 0)
            highest = max(highest, code)
            return UInt32(truncatingIfNeeded: code) &<< 1 | (base[index] < 0 ? 1 : 0)
        }
        guard highest <= 2 * bias else { throw .nonFinite }
    }

    /// Reads signs and exponents.
    ///
    /// - Complexity: O(d)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        let length = (dimension * width + 7) / 8
        guard message.byteCount == length else {
            throw .malformed("\(message.byteCount) bytes, expected \(length)")
        }
        let target = delta.values
        var highest = 0
        _ = message.read(dimension, width: width, from: 0) { index, field in
            let code = Int(field >> 1)
            highest = max(highest, code)
            let size =
                code == 0 ? 0 : Double(sign: .plus, exponent: code - bias, significand: 1)
            target[index] = field & 1 == 0 ? size : -size
        }
        guard highest <= 2 * bias else { throw .malformed("exponent \(highest) is none") }
        delta.becomeDense()
    }
}
