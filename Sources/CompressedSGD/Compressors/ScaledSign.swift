/// C(v) = (‖v‖₁/d)·sign(v); where vᵢ = 0 the sign is +.
///
/// ‖C(v) − v‖² = ‖v‖² − ‖v‖₁²/d: it contracts with δ(v) = ‖v‖₁²/(d‖v‖²), which is 1/d at worst, for
/// a vector with a single entry, and about 2/π for one of normal entries.
///
/// Message: ‖v‖₁/d; for each entry one bit, set where it is negative; zeros up to a whole byte.
///
/// Source: Karimireddy, Rebjock, Stich, Jaggi, "Error feedback fixes SignSGD", ICML 2019,
/// arXiv:1901.09847, Lemma 8.
public final class ScaledSign: ContractiveCompressor {
    /// `scaled-sign`.
    public let name = CompressorName.scaledSign.rawValue
    /// d.
    public let dimension: Int
    /// δ = 1/d.
    public let contraction: Contraction

    private let values: ValueFormat

    /// Scaled signs in ℝᵈ.
    public init(dimension: Int, values: ValueFormat = .f64) {
        precondition(dimension >= 1, "d is at least 1")
        self.dimension = dimension
        self.values = values
        contraction = Contraction(
            delta: (1 - values.lostSquare) / Double(dimension), certainty: .always)
    }

    /// Writes the magnitude and the signs.
    ///
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        let magnitude = values.rounded(vector.absoluteSum / Double(dimension))
        guard magnitude.isFinite else { throw .nonFinite }
        message.append(magnitude, as: values)
        let base = vector.base
        message.append(dimension, width: 1) { base[$0] < 0 ? 1 : 0 }
    }

    /// Reads the magnitude and the signs.
    ///
    /// - Complexity: O(d)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        let length = values.byteCount + (dimension + 7) / 8
        let target = delta.values
        guard message.byteCount == length, message.read(1, as: values, from: 0, into: target)
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        let magnitude = target[0]
        guard
            message.read(
                dimension, width: 1, from: values.byteCount,
                { target[$0] = $1 == 0 ? magnitude : -magnitude })
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        delta.becomeDense()
    }
}
