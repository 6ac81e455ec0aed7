/// C(v)ᵢ = ‖v‖·sign(vᵢ)·ξᵢ, where ξᵢ is |vᵢ|/‖v‖ rounded at random to one of the two levels around
/// it, so that E ξᵢ = |vᵢ|/‖v‖.
///
/// The norm is ‖v‖₂ or ‖v‖∞. The levels are 0, 1/s, 2/s, …, 1, or 0, 2¹⁻ˢ, …, ½, 1.
///
/// E‖C(v) − v‖² ≤ ω‖v‖² with, for even levels, ω = min(d/(4s²), √d/s), since rounding between
/// levels 1/s apart has a variance of at most 1/(4s²) and of at most |vᵢ|/(s‖v‖); for QSGD, as its
/// authors state it, min(d/s², √d/s); for powers of two, ω = 1/8 + √d·2¹⁻ˢ·min(1, √d·2¹⁻ˢ).
///
/// Message: the norm; for each entry the number of its level in ⌈log₂(s + 1)⌉ bits, above a bit that
/// is set where the entry is negative; zeros up to a whole byte. With singles the norm is rounded up,
/// and levels are levels of that.
///
/// Source: Alistarh et al., "QSGD", NeurIPS 2017, arXiv:1610.02132, Lemma 3.1; Horváth et al.,
/// "Natural compression for distributed deep learning", 2022, arXiv:1905.10988, Theorem 7.
public final class Dithering: UnbiasedCompressor {
    /// The norm that levels are parts of.
    public enum Norm: String, CaseIterable, Sendable, Hashable, Codable {
        /// ‖v‖₂.
        case euclidean
        /// ‖v‖∞.
        case maximum
    }

    /// Where the levels are.
    public enum Spacing: String, CaseIterable, Sendable, Hashable, Codable {
        /// At multiples of 1/s.
        case even
        /// At powers of two.
        case powersOfTwo = "powers-of-two"
    }

    /// `qsgd` or `random-dithering`.
    public let name: String
    /// d.
    public let dimension: Int
    /// s.
    public let levels: Int
    /// ω.
    public let variance: Double

    private let norm: Norm
    private let spacing: Spacing
    private let seed: UInt64
    private let values: ValueFormat
    private let width: Int
    private var turn = Turn(client: 0, round: 0)

    /// QSGD: even levels of ‖v‖₂.
    ///
    /// - Parameters:
    ///   - levels: s, from 1 to 2²⁰.
    ///   - dimension: d, at least 1.
    ///   - seed: fixes the rounding.
    ///   - values: how the norm is written.
    public convenience init(
        qsgd levels: Int, dimension: Int, seed: UInt64, values: ValueFormat = .f64
    ) {
        let (d, s) = (Double(dimension), Double(levels))
        self.init(
            name: .qsgd, levels: levels, norm: .euclidean, spacing: .even, dimension: dimension,
            seed: seed, values: values, variance: min(d / (s * s), d.squareRoot() / s))
    }

    /// Random dithering with the given norm and levels.
    ///
    /// - Parameters:
    ///   - levels: s, from 1 to 2²⁰; with powers of two at most 1000.
    ///   - norm: what levels are parts of.
    ///   - spacing: where they are.
    ///   - dimension: d, at least 1.
    ///   - seed: fixes the rounding.
    ///   - values: how the norm is written.
    public convenience init(
        levels: Int, norm: Norm, spacing: Spacing, dimension: Int, seed: UInt64,
        values: ValueFormat = .f64
    ) {
        let (d, s) = (Double(dimension), Double(levels))
        let variance: Double
        switch spacing {
        case .even: variance = min(d / (4 * s * s), d.squareRoot() / s)
        case .powersOfTwo:
            let lowest = d.squareRoot() * Self.power(1 - levels)
            variance = 0.125 + lowest * min(1, lowest)
        }
        self.init(
            name: .randomDithering, levels: levels, norm: norm, spacing: spacing,
            dimension: dimension, seed: seed, values: values, variance: variance)
    }

    private init(
        name: CompressorName, levels: Int, norm: Norm, spacing: Spacing, dimension: Int,
        seed: UInt64, values: ValueFormat, variance: Double
    ) {
        precondition(dimension >= 1, "d is at least 1")
        precondition(
            levels >= 1 && levels <= (spacing == .even ? Self.mostLevels : Self.mostPowers),
            "s is within its bounds")
        self.name = name.rawValue
        self.levels = levels
        self.norm = norm
        self.spacing = spacing
        self.dimension = dimension
        self.seed = seed
        self.values = values
        self.variance = variance
        width = 1 + Int.bitWidth - levels.leadingZeroBitCount
    }

    /// The next message's random numbers are this turn's.
    public func begin(_ turn: Turn) { self.turn = turn }

    /// Writes the norm and the levels.
    ///
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        let size = values.roundedUp(norm == .euclidean ? vector.norm : vector.largestMagnitude)
        guard size.isFinite else { throw .nonFinite }
        message.append(size, as: values)
        let base = vector.base
        var stream = turn.stream(seed: seed)
        let divisor = size > 0 ? size : 1
        message.append(dimension, width: width) { index in
            let entry = base[index]
            let part = min(1, entry.magnitude / divisor)
            let level = spacing == .even ? even(part, &stream) : power(part, &stream)
            return UInt32(truncatingIfNeeded: level) &<< 1 | (entry < 0 ? 1 : 0)
        }
    }

    /// Reads the norm and the levels.
    ///
    /// - Complexity: O(d)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        let length = values.byteCount + (dimension * width + 7) / 8
        let target = delta.values
        guard message.byteCount == length, message.read(1, as: values, from: 0, into: target)
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        let size = target[0]
        var highest = 0
        _ = message.read(dimension, width: width, from: values.byteCount) { index, field in
            let level = Int(field >> 1)
            highest = max(highest, level)
            let part =
                spacing == .even
                ? Double(level) / Double(levels)
                : level == 0 ? 0 : Self.power(level - levels)
            target[index] = field & 1 == 0 ? size * part : -(size * part)
        }
        guard highest <= levels else {
            throw .malformed("level \(highest), of which there are \(levels)")
        }
        delta.becomeDense()
    }

    /// The number of a level ξ = number/s.
    @inline(__always)
    private func even(_ part: Double, _ stream: inout RandomStream) -> Int {
        let place = part * Double(levels)
        let lower = place.rounded(.down)
        return Int(lower) + (stream.nextUnit() < place - lower ? 1 : 0)
    }

    /// The number of a level ξ = 2^(number − s), or 0 for ξ = 0.
    @inline(__always)
    private func power(_ part: Double, _ stream: inout RandomStream) -> Int {
        let draw = stream.nextUnit()
        let lowest = Self.power(1 - levels)
        guard part >= lowest else { return draw < part / lowest ? 1 : 0 }
        return Int(part.exponent) + levels + (draw < part.significand - 1 ? 1 : 0)
    }

    private static func power(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }

    /// The largest s of even levels.
    public static let mostLevels = 1 << 20
    /// The largest s of levels at powers of two.
    public static let mostPowers = 1000
}
