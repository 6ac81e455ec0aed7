/// C(v) = v.
///
/// Message: the d entries as doubles, 64·d bits.
public final class Identity: ContractiveCompressor, UnbiasedCompressor, LinearCompressor {
    /// `identity`.
    public let name = CompressorName.identity.rawValue
    /// d.
    public let dimension: Int
    /// δ = 1.
    public let contraction = Contraction(delta: 1, certainty: .always)
    /// ω = 0.
    public let variance = 0.0

    /// The identity of ℝᵈ.
    public init(dimension: Int) {
        self.dimension = dimension
    }

    /// Writes all entries.
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        message.append(vector)
    }

    /// Reads all entries.
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        guard message.byteCount == dimension * 8,
            message.read(dimension, from: 0, into: delta.values)
        else {
            throw .malformed(
                "\(message.byteCount) bytes, expected 8 for each of \(dimension) entries")
        }
        delta.becomeDense()
    }

    /// d.
    public var tableSize: Int { dimension }

    /// T(v) = v.
    public func project(_ vector: Vector, addingTo table: Vector) { table.add(vector) }

    /// The table itself.
    public func recover(_ table: Vector, into delta: Delta) {
        delta.values.update(from: table.base, count: dimension)
        delta.becomeDense()
    }
}
