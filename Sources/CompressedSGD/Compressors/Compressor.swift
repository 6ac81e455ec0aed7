/// A compressor C: ℝᵈ → messages → ℝᵈ.
///
/// A client encodes, server and client decode the same bytes. C(v) is what `decode` makes of the message, and the bits that a run counts are the length of the
/// message. Compression is a pure function of the vector and of the compressor's own seed.
///
/// What a compressor promises is in the protocols that refine this one, so that a method can ask for
/// what its theory needs: ``ContractiveCompressor``, ``UnbiasedCompressor``, ``LinearCompressor``.
public protocol Compressor: AnyObject {
    /// Name as in a sweep file, kebab-case.
    var name: String { get }
    /// d, the dimension of the vectors that are compressed.
    var dimension: Int { get }

    /// Writes the message for v.
    ///
    /// - Parameters:
    ///   - vector: v ∈ ℝᵈ.
    ///   - message: emptied first.
    /// - Throws: `ExchangeError.nonFinite` when v, or its message, is not finite.
    func encode(_ vector: Vector, into message: Message) throws(ExchangeError)

    /// Reads a message: Δ = C(v).
    ///
    /// - Throws: `ExchangeError.malformed` for bytes that `encode` cannot have written. Any bytes
    ///   are safe to read.
    func decode(_ message: Message, into delta: Delta) throws(ExchangeError)
}

/// A compressor with ‖C(v) − v‖² ≤ (1 − δ)‖v‖² for a 0 < δ ≤ 1.
public protocol ContractiveCompressor: Compressor {
    /// δ, and when the inequality holds.
    var contraction: Contraction { get }
}

/// A compressor with E C(v) = v and E‖C(v) − v‖² ≤ ω‖v‖².
public protocol UnbiasedCompressor: Compressor {
    /// ω ≥ 0.
    var variance: Double { get }
}

/// A compressor whose messages are tables T(v) with T(u) + T(v) = T(u + v), so that a server may
/// sum what its clients send and decode once.
public protocol LinearCompressor: Compressor {
    /// How many scalars a table has.
    var tableSize: Int { get }

    /// Adds T(v) to a table.
    func project(_ vector: Vector, addingTo table: Vector)

    /// Decodes a table, or a sum of tables.
    func recover(_ table: Vector, into delta: Delta)
}

/// How much a contractive compressor keeps.
public struct Contraction: Sendable, Hashable {
    /// δ in ‖C(v) − v‖² ≤ (1 − δ)‖v‖².
    public let delta: Double
    /// When the inequality holds.
    public let certainty: Certainty

    /// When a compressor's inequality holds.
    public enum Certainty: Sendable, Hashable {
        /// For every vector.
        case always
        /// In the limit of a wide table; a narrow one may break it.
        case wideTables
    }
}

/// Why a message could not be written or read.
public enum ExchangeError: Error, Sendable, Hashable {
    /// A vector or its message holds a NaN or an infinity: the run has diverged.
    case nonFinite
    /// The bytes are not a message of this compressor: what is wrong with them.
    case malformed(String)
}

/// The compressors that come with Windrow.
public enum CompressorName: String, CaseIterable, Sendable, Hashable, Codable {
    /// C(v) = v.
    case identity
    /// The k entries of largest magnitude.
    case topK = "top-k"
    /// A table of r × c signed sums, decoded to the k largest estimates. Charikar, Chen,
    /// Farach-Colton 2002, doi:10.1007/3-540-45465-9_59.
    case countSketch = "count-sketch"
}
