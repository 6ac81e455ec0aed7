/// C(v) = v; with values as singles, v rounded.
///
/// Message: the d entries.
public final class Identity: ContractiveCompressor, UnbiasedCompressor, LinearCompressor {
    /// `identity`.
    public let name = CompressorName.identity.rawValue
    /// d.
    public let dimension: Int
    /// δ = 1.
    public let contraction: Contraction
    /// ω = 0.
    public let variance = 0.0

    private let values: ValueFormat
    /// Needed by servers that sum tables only.
    private lazy var received = Vector(zeros: dimension)

    /// The identity of ℝᵈ.
    public init(dimension: Int, values: ValueFormat = .f64) {
        self.dimension = dimension
        self.values = values
        contraction = Contraction(delta: 1 - values.lostSquare, certainty: .always)
    }

    /// Writes all entries.
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        try message.append(vector, as: values)
    }

    /// Reads all entries.
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        try read(message, into: delta.values)
        delta.becomeDense()
    }

    private func read(
        _ message: Message, into target: UnsafeMutablePointer<Double>
    ) throws(ExchangeError) {
        guard message.byteCount == dimension * values.byteCount,
            message.read(dimension, as: values, from: 0, into: target)
        else {
            throw .malformed(
                "\(message.byteCount) bytes, expected \(values.byteCount) for each of "
                    + "\(dimension) entries")
        }
    }

    /// d.
    public var k: Int { dimension }

    /// d.
    public var tableSize: Int { dimension }

    /// T(v) = v.
    public func project(_ vector: Vector, addingTo table: Vector) { table.add(vector) }

    /// The table itself.
    public func recover(_ table: Vector, into delta: Delta) {
        delta.values.update(from: table.base, count: dimension)
        delta.becomeDense()
    }

    /// The table itself.
    public func unsketch(_ table: Vector, into estimates: Vector) { estimates.assign(table) }

    /// ‖v‖².
    public func estimatedNormSquared(_ table: Vector) -> Double { table.normSquared }

    /// Writes all entries.
    public func encodeTable(of vector: Vector, into message: Message) throws(ExchangeError) {
        try encode(vector, into: message)
    }

    /// Adds all entries.
    public func addTable(_ message: Message, to table: Vector) throws(ExchangeError) {
        try read(message, into: received.base)
        table.add(received)
    }
}
