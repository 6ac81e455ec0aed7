/// C(v) = the entries with |vᵢ| ≥ τ, the others zero.
///
/// ‖C(v) − v‖² ≤ d·τ² for every v: an absolute compressor, which contracts large vectors only.
///
/// Message: as of ``TopK``, with as many entries as there are; its length varies.
///
/// Source: Dryden, Moon, Jacobs, Van Essen 2016, doi:10.1109/MLHPC.2016.004; Sahu et al. 2021,
/// arXiv:2108.00951.
public final class HardThreshold: AbsoluteCompressor {
    /// `hard-threshold`.
    public let name = CompressorName.hardThreshold.rawValue
    /// d.
    public let dimension: Int
    /// τ.
    public let threshold: Double
    /// d·τ².
    public let errorBound: Double

    private let format: SparseFormat
    private let indices: UnsafeMutablePointer<UInt32>

    /// A threshold for ℝᵈ.
    ///
    /// - Parameters:
    ///   - threshold: τ > 0.
    ///   - dimension: d, from 1 to 2³².
    ///   - values: how the entries are written.
    public init(threshold: Double, dimension: Int, values: ValueFormat = .f64) {
        precondition(threshold > 0 && dimension >= 1, "a positive threshold, and d at least 1")
        self.dimension = dimension
        self.threshold = threshold
        errorBound = Double(dimension) * threshold * threshold
        format = SparseFormat(dimension: dimension, values: values)
        indices = .allocate(capacity: dimension)
    }

    deinit { indices.deallocate() }

    /// Writes the entries that are large enough.
    ///
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        var count = 0
        for index in 0..<dimension {
            indices[count] = UInt32(truncatingIfNeeded: index)
            count &+= vector.base[index].magnitude >= threshold ? 1 : 0
            if count == dimension { break }
        }
        try format.write(
            vector, at: UnsafeBufferPointer(start: indices, count: count), into: message)
    }

    /// Reads the entries.
    ///
    /// - Complexity: O(their number)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        try format.read(message, expecting: nil, into: delta)
    }
}
