/// A compressor C: ℝᵈ → messages → ℝᵈ.
///
/// A client encodes, server and client decode the same bytes. C(v) is what `decode` makes of the
/// message, and the bits that a run counts are the length of the message. Compression is a pure
/// function of the vector, of the compressor's own seed and of the ``Turn``; where a compressor
/// remembers something of a client's messages, it says so.
///
/// What a compressor promises is in the protocols that refine this one, so that a method can ask for
/// what its theory needs: ``ContractiveCompressor``, ``UnbiasedCompressor``, ``LinearCompressor``,
/// ``AbsoluteCompressor``.
public protocol Compressor: AnyObject {
    /// Name as in a sweep file, kebab-case.
    var name: String { get }
    /// d, the dimension of the vectors that are compressed.
    var dimension: Int { get }

    /// Says whose message is written and read next.
    func begin(_ turn: Turn)

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

extension Compressor {
    /// All messages are made alike.
    public func begin(_ turn: Turn) {}
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

/// A compressor with ‖C(v) − v‖² ≤ B, however large v is.
///
/// Source: Sahu et al., "Rethinking gradient sparsification as total error minimization",
/// NeurIPS 2021, arXiv:2108.00951, Definition 2.
public protocol AbsoluteCompressor: Compressor {
    /// B.
    var errorBound: Double { get }
}

/// A compressor whose messages are tables T(v) with T(u) + T(v) = T(u + v), so that a server may
/// sum what its clients send and decode once.
public protocol LinearCompressor: Compressor {
    /// How many entries `recover` keeps, at most.
    var k: Int { get }
    /// How many scalars a table has.
    var tableSize: Int { get }

    /// Adds T(v) to a table.
    func project(_ vector: Vector, addingTo table: Vector)

    /// Decodes a table, or a sum of tables.
    func recover(_ table: Vector, into delta: Delta)

    /// v̂: an estimate of every coordinate from a table, or from a sum of tables.
    func unsketch(_ table: Vector, into estimates: Vector)

    /// An estimate of ‖v‖² from a table, or from a sum of tables.
    func estimatedNormSquared(_ table: Vector) -> Double

    /// Writes T(v), whatever `encode` writes.
    func encodeTable(of vector: Vector, into message: Message) throws(ExchangeError)

    /// Adds a table that `encodeTable` wrote to another one.
    func addTable(_ message: Message, to table: Vector) throws(ExchangeError)
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
        /// In expectation over the compressor's own random numbers, for every vector.
        case onAverage
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
    /// k entries drawn at random: Stich, Cordonnier, Jaggi 2018, arXiv:1809.07599; scaled by d/k it
    /// is unbiased.
    case randomK = "random-k"
    /// All entries of at least some magnitude: Dryden et al. 2016, doi:10.1109/MLHPC.2016.004.
    case hardThreshold = "hard-threshold"
    /// One bit for each entry and a common magnitude: Karimireddy et al. 2019, arXiv:1901.09847.
    case scaledSign = "scaled-sign"
    /// Random rounding to s levels of ‖v‖₂: Alistarh et al. 2017, arXiv:1610.02132.
    case qsgd
    /// Random rounding to levels of a norm, evenly spaced or by powers of two: Horváth et al. 2022,
    /// arXiv:1905.10988.
    case randomDithering = "random-dithering"
    /// Random rounding to powers of two: Horváth et al. 2022, arXiv:1905.10988.
    case natural
    /// A product of two thin matrices: Vogels, Karimireddy, Jaggi 2019, arXiv:1905.13727.
    case lowRank = "low-rank"
    /// A table of r × c signed sums, decoded to the k largest estimates. Charikar, Chen,
    /// Farach-Colton 2002, doi:10.1007/3-540-45465-9_59.
    case countSketch = "count-sketch"
}
