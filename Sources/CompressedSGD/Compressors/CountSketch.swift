import KernelChoice

/// C(v) = the k largest entries of the estimates v̂ that a count sketch of v gives, with their
/// estimated values.
///
/// Table S(v) of r rows × c columns: S[j, bⱼ(i)] = Σ sⱼ(i)·vᵢ. Estimate: v̂ᵢ = medianⱼ sⱼ(i)·S[j, bⱼ(i)],
/// for an even r the mean of the two in the middle. Linear: S(u) + S(v) = S(u + v).
///
/// |v̂ᵢ − vᵢ| ≤ ε‖v_tail‖₂ with probability 1 − p for c = O(1/ε²) and r = O(log d/p), so C
/// contracts like top-k once c is well above k; a narrow table does not promise to contract at all.
///
/// All clients share the hash functions, which follow from the seed: see ``SketchHash``.
///
/// Message: the table row by row as doubles, 64·r·c bits.
///
/// Source: Charikar, Chen, Farach-Colton, "Finding frequent items in data streams", 2002,
/// doi:10.1007/3-540-45465-9_59.
public final class CountSketch: ContractiveCompressor, LinearCompressor {
    /// `count-sketch`.
    public let name = CompressorName.countSketch.rawValue
    /// d.
    public let dimension: Int
    /// r.
    public let rows: Int
    /// c.
    public let columns: Int
    /// How many entries are recovered: the wish, or d if that is less.
    public let k: Int
    /// δ = k/d, which wide tables come near to.
    public let contraction: Contraction

    private let hashes: [SketchHash]
    private let table: Vector
    private let estimates: Vector
    private let block: Vector
    private let selector: LargestEntries

    /// A sketch of ℝᵈ.
    ///
    /// - Parameters:
    ///   - rows: r, at least 1.
    ///   - columns: c, from 1 to 2³¹.
    ///   - k: how many entries are recovered, at least 1; more than d means d.
    ///   - dimension: d, from 1 to 2³².
    ///   - seed: fixes the hash functions.
    public init(rows: Int, columns: Int, k: Int, dimension: Int, seed: UInt64) {
        precondition(
            rows >= 1 && columns >= 1 && columns <= Self.columnLimit && k >= 1 && dimension >= 1,
            "r, c, k and d are at least 1")
        self.dimension = dimension
        self.rows = rows
        self.columns = columns
        self.k = min(k, dimension)
        contraction = Contraction(
            delta: Double(self.k) / Double(dimension), certainty: .wideTables)
        var stream = RandomStream(seed: seed, purpose: .sketch)
        hashes = (0..<rows).map { _ in SketchHash(drawingFrom: &stream) }
        table = Vector(zeros: rows * columns)
        estimates = Vector(zeros: dimension)
        block = Vector(zeros: rows * Self.blockSize)
        selector = LargestEntries(dimension: dimension)
    }

    /// Writes the table of v.
    ///
    /// - Complexity: O(r·d + r·c)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        table.clear()
        project(vector, addingTo: table)
        guard table.isFinite else { throw .nonFinite }
        message.append(table)
    }

    /// Reads a table and recovers the k largest estimates.
    ///
    /// - Complexity: O(r·d + r·c)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        guard message.byteCount == tableSize * 8,
            message.read(tableSize, from: 0, into: table.base)
        else {
            throw .malformed(
                "\(message.byteCount) bytes, expected 8 for each of \(rows) × \(columns) cells")
        }
        recover(table, into: delta)
    }

    /// r·c.
    public var tableSize: Int { rows * columns }

    /// Adds S(v) to a table, coordinate by coordinate.
    public func project(_ vector: Vector, addingTo table: Vector) {
        precondition(vector.count == dimension && table.count == tableSize, "shapes agree")
        for row in 0..<rows {
            let cells = table.base + row * columns
            var start = 0
            while start < dimension {
                let entries = vector.base + start
                let count = min(Self.blockSize, dimension - start)
                hashes[row].withBlock(from: start) { words, shared in
                    Kernels.current.sketch(
                        entries, count: count, words: words, shared: shared, columns: columns,
                        addingTo: cells)
                }
                start += Self.blockSize
            }
        }
    }

    /// The k largest estimates from a table.
    public func recover(_ table: Vector, into delta: Delta) {
        unsketch(table, into: estimates)
        let found = selector.select(k, of: estimates).indices
        for entry in 0..<found.count {
            delta.indices[entry] = found[entry]
            delta.values[entry] = estimates.base[Int(found[entry])]
        }
        delta.becomeSparse(count: found.count)
    }

    /// v̂: the estimate of every coordinate.
    ///
    /// - Complexity: O(r·d)
    public func unsketch(_ table: Vector, into estimates: Vector) {
        precondition(estimates.count == dimension && table.count == tableSize, "shapes agree")
        var start = 0
        while start < dimension {
            let count = min(Self.blockSize, dimension - start)
            for row in 0..<rows {
                let cells = table.base + row * columns
                let target = block.base + row * Self.blockSize
                hashes[row].withBlock(from: start) { words, shared in
                    Kernels.current.unsketch(
                        cells, columns: columns, words: words, shared: shared, into: target,
                        count: count)
                }
            }
            Kernels.current.medians(
                ofRows: rows, of: block.base, stride: Self.blockSize, count: count,
                into: estimates.base + start)
            start += Self.blockSize
        }
    }

    /// The largest c: buckets are chosen by 32 random bits.
    public static let columnLimit = 1 << 31
    private static let blockSize = 256
}
