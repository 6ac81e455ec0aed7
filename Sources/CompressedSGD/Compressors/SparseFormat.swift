/// The message of a vector with few entries: how many there are in 32 bits; their values in the
/// order of their indices; the indices, ascending, in ⌈log₂ d⌉ bits each; zeros up to a whole byte.
///
/// Length for m entries of b-bit values: 32 + b·m + 8·⌈m⌈log₂ d⌉/8⌉ bits.
struct SparseFormat {
    /// d.
    let dimension: Int
    /// How values are written.
    let values: ValueFormat
    /// ⌈log₂ d⌉.
    let indexWidth: Int

    init(dimension: Int, values: ValueFormat) {
        self.dimension = dimension
        self.values = values
        indexWidth = TopK.indexWidth(dimension: dimension)
    }

    /// Writes the entries of a vector at some indices.
    ///
    /// - Throws: `ExchangeError.nonFinite` when a value is not finite in the message.
    func write(
        _ vector: Vector, at indices: UnsafeBufferPointer<UInt32>, into message: Message
    ) throws(ExchangeError) {
        message.append(UInt32(indices.count))
        var check = 0.0
        for index in indices {
            let number = vector.base[Int(index)]
            check += values.rounded(number) * 0
            message.append(number, as: values)
        }
        guard check == 0 else { throw .nonFinite }
        message.append(indices, width: indexWidth)
    }

    /// Writes a sparse Δ.
    func write(_ delta: Delta, into message: Message) throws(ExchangeError) {
        message.append(UInt32(delta.count))
        var check = 0.0
        for entry in 0..<delta.count {
            check += values.rounded(delta.values[entry]) * 0
            message.append(delta.values[entry], as: values)
        }
        guard check == 0 else { throw .nonFinite }
        message.append(
            UnsafeBufferPointer(start: delta.indices, count: delta.count), width: indexWidth)
    }

    /// Reads entries.
    ///
    /// - Parameter expected: how many there must be; nil for any number up to d.
    /// - Throws: `ExchangeError.malformed` for bytes that `write` cannot have written.
    func read(
        _ message: Message, expecting expected: Int?, into delta: Delta
    ) throws(ExchangeError) {
        guard let stated = message.number(at: 0), Int(stated) <= dimension,
            expected.map({ $0 == Int(stated) }) ?? true
        else {
            let number = expected.map { "\($0)" } ?? "at most \(dimension)"
            throw .malformed("a message of \(number) entries starts with their number")
        }
        let count = Int(stated)
        let end = 4 + values.byteCount * count
        let length = end + (count * indexWidth + 7) / 8
        guard message.byteCount == length,
            message.read(count, as: values, from: 4, into: delta.values),
            message.read(count, width: indexWidth, from: end, into: delta.indices)
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        for entry in 0..<count {
            let index = Int(delta.indices[entry])
            guard index < dimension, entry == 0 || index > Int(delta.indices[entry - 1]) else {
                throw .malformed("index \(index) is not ascending or not below \(dimension)")
            }
        }
        delta.becomeSparse(count: count)
    }
}
