/// C(v) = the k entries of largest magnitude, the others zero; of equal magnitudes the one with the
/// lower index is kept.
///
/// ‖C(v) − v‖² ≤ (1 − k/d)‖v‖² for every v.
///
/// Message: k in 32 bits; the k values as doubles in the order of their indices; the k indices,
/// ascending, in ⌈log₂ d⌉ bits each; zeros up to a whole byte.
public final class TopK: ContractiveCompressor {
    /// `top-k`.
    public let name = CompressorName.topK.rawValue
    /// d.
    public let dimension: Int
    /// How many entries are kept: the wish, or d if that is less.
    public let k: Int
    /// δ = k/d.
    public let contraction: Contraction

    private let selector: LargestEntries
    private let indexWidth: Int

    /// Top-k in ℝᵈ.
    ///
    /// - Parameters:
    ///   - k: how many entries are kept, at least 1; more than d means d.
    ///   - dimension: d, at least 1.
    public init(k: Int, dimension: Int) {
        precondition(k >= 1 && dimension >= 1, "k and d are at least 1")
        self.dimension = dimension
        self.k = min(k, dimension)
        contraction = Contraction(
            delta: Double(self.k) / Double(dimension), certainty: .always)
        selector = LargestEntries(dimension: dimension)
        indexWidth = TopK.indexWidth(dimension: dimension)
    }

    /// ⌈log₂ d⌉: how many bits an index from 0 to d − 1 takes.
    public static func indexWidth(dimension: Int) -> Int {
        Int.bitWidth - (dimension - 1).leadingZeroBitCount
    }

    /// Writes the k largest entries.
    ///
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        let found = selector.select(k, of: vector)
        guard found.areFinite else { throw .nonFinite }
        message.append(UInt32(k))
        for index in found.indices { message.append(vector.base[Int(index)]) }
        message.append(found.indices, width: indexWidth)
    }

    /// Reads the k entries.
    ///
    /// - Complexity: O(k)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        guard let stated = message.number(at: 0), Int(stated) == k else {
            throw .malformed("a message of \(k) entries starts with that number")
        }
        let length = 4 + 8 * k + (k * indexWidth + 7) / 8
        guard message.byteCount == length,
            message.read(k, from: 4, into: delta.values),
            message.read(k, width: indexWidth, from: 4 + 8 * k, into: delta.indices)
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        for entry in 0..<k {
            let index = Int(delta.indices[entry])
            guard index < dimension, entry == 0 || index > Int(delta.indices[entry - 1]) else {
                throw .malformed("index \(index) is not ascending or not below \(dimension)")
            }
        }
        delta.becomeSparse(count: k)
    }
}
