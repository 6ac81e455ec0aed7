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
/// All clients share the hash functions, which follow from the seed, and from the round if they are
/// drawn anew in each: see ``SketchHashFamily``.
///
/// Message, decoded by the server: the table row by row, 64·r·c bits. Decoded by the client, which
/// can do what the server does: the k entries as in ``TopK``.
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

    /// When the hash functions are drawn.
    public enum Reseed: String, CaseIterable, Sendable, Hashable, Codable {
        /// Once.
        case never
        /// In every round.
        case round
    }

    /// Who turns a table into entries.
    public enum Decoder: String, CaseIterable, Sendable, Hashable, Codable {
        /// The server; tables are sent.
        case server
        /// The client; entries are sent.
        case client
    }

    /// Who decodes.
    public let decoder: Decoder
    /// Where buckets and signs come from.
    public let family: SketchHashFamily

    private let hashes: [SketchHash]
    private var hashedRound = 0
    private let seed: UInt64
    /// When hash functions are drawn.
    public let reseed: Reseed
    private let values: ValueFormat
    private let sparse: SparseFormat
    private let entries: Delta
    private let table: Vector
    private let estimates: Vector
    /// How many estimates are read from a row at a time: some blocks.
    private let chunkSize: Int
    private let block: Vector
    private let selector: LargestEntries

    /// A sketch of ℝᵈ.
    ///
    /// - Parameters:
    ///   - rows: r, at least 1.
    ///   - columns: c, from 1 to 2³¹.
    ///   - k: how many entries are recovered, at least 1; more than d means d.
    ///   - dimension: d, from 1 to 2³².
    ///   - seed: fixes the hash functions; of `csvec` its lower 32 bits do, and 42 is that of
    ///     the authors' code.
    ///   - reseed: whether each round has its own; those of round 0 are the same. Not with `csvec`.
    ///   - decoder: whether a message is a table or its largest entries.
    ///   - values: how cells and entries are written.
    ///   - family: where buckets and signs come from.
    public init(
        rows: Int, columns: Int, k: Int, dimension: Int, seed: UInt64, reseed: Reseed = .never,
        decoder: Decoder = .server, values: ValueFormat = .f64,
        family: SketchHashFamily = .tabulation
    ) {
        precondition(
            rows >= 1 && columns >= 1 && columns <= Self.columnLimit && k >= 1 && dimension >= 1,
            "r, c, k and d are at least 1")
        precondition(family != .csvec || reseed == .never, "csvec has one set of hash functions")
        self.dimension = dimension
        self.rows = rows
        self.columns = columns
        self.k = min(k, dimension)
        contraction = Contraction(
            delta: Double(self.k) / Double(dimension), certainty: .wideTables)
        hashes = Self.hashes(family, rows: rows, columns: columns, seed: seed)
        self.family = family
        self.seed = seed
        self.reseed = reseed
        self.decoder = decoder
        self.values = values
        sparse = SparseFormat(dimension: dimension, values: values)
        entries = Delta(dimension: decoder == .client ? dimension : 0)
        table = Vector(zeros: rows * columns)
        estimates = Vector(zeros: dimension)
        chunkSize =
            Self.blockSize
            * min(Self.mostBlocks, (dimension + Self.blockSize - 1) / Self.blockSize)
        block = Vector(zeros: rows * chunkSize)
        selector = LargestEntries(dimension: dimension)
    }

    private static func hashes(
        _ family: SketchHashFamily, rows: Int, columns: Int, seed: UInt64
    ) -> [SketchHash] {
        guard family != .csvec else {
            var twister = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
            return (0..<rows).map { _ in SketchHash(csvec: columns, drawingFrom: &twister) }
        }
        var stream = RandomStream(seed: seed, purpose: .sketch)
        return (0..<rows).map { _ in
            SketchHash(family, columns: columns, drawingFrom: &stream)
        }
    }

    deinit {
        for hash in hashes { hash.deallocate() }
    }

    /// Draws the round's hash functions, if each round has its own.
    public func begin(_ turn: Turn) {
        guard reseed == .round, turn.round != hashedRound else { return }
        hashedRound = turn.round
        var stream = RandomStream(seed: seed, purpose: .sketch, round: turn.round)
        for row in hashes.indices { hashes[row].redraw(from: &stream) }
    }

    /// Writes the table of v, or its k largest estimates.
    ///
    /// - Complexity: O(r·d + r·c)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        try encodeTable(of: vector, into: message)
        guard decoder == .client else { return }
        recover(table, into: entries)
        message.removeAll()
        try sparse.write(entries, into: message)
    }

    /// Writes the table of v, whoever decodes.
    ///
    /// - Complexity: O(r·d + r·c)
    public func encodeTable(of vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        table.clear()
        project(vector, addingTo: table)
        guard table.isFinite else { throw .nonFinite }
        try message.append(table, as: values)
    }

    /// Reads a table and recovers the k largest estimates, or reads these.
    ///
    /// - Complexity: O(r·d + r·c)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        guard decoder == .server else {
            return try sparse.read(message, expecting: k, into: delta)
        }
        try readTable(message)
        recover(table, into: delta)
    }

    /// Adds a table that was sent to another one.
    public func addTable(_ message: Message, to table: Vector) throws(ExchangeError) {
        try readTable(message)
        table.add(self.table)
    }

    private func readTable(_ message: Message) throws(ExchangeError) {
        guard message.byteCount == tableSize * values.byteCount,
            message.read(tableSize, as: values, from: 0, into: table.base)
        else {
            throw .malformed(
                "\(message.byteCount) bytes, expected \(values.byteCount) for each of "
                    + "\(rows) × \(columns) cells")
        }
    }

    /// The median over the rows of their squared norms.
    ///
    /// - Complexity: O(r·c)
    public func estimatedNormSquared(_ table: Vector) -> Double {
        precondition(table.count == tableSize, "shapes agree")
        for row in 0..<rows {
            block.base[row * chunkSize] = Kernels.current.sumOfSquares(
                table.base + row * columns, count: columns)
        }
        var median = 0.0
        Kernels.current.medians(
            ofRows: rows, of: block.base, stride: chunkSize, count: 1, into: &median)
        return median
    }

    /// r·c.
    public var tableSize: Int { rows * columns }

    /// Adds S(v) to a table, coordinate by coordinate.
    public func project(_ vector: Vector, addingTo table: Vector) {
        precondition(vector.count == dimension && table.count == tableSize, "shapes agree")
        let kernels = Kernels.current
        for row in 0..<rows {
            let hash = hashes[row]
            let cells = table.base + row * columns
            var start = 0
            while start < dimension {
                let entries = vector.base + start
                start += hash.withBlocks(from: start, to: dimension) { words, shared, count in
                    kernels.sketch(
                        entries, count: count, words: words, shared: shared, columns: columns,
                        addingTo: cells)
                }
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
        let kernels = Kernels.current
        var start = 0
        while start < dimension {
            // One row for some blocks at a time: of a narrow row, much stays in the nearest cache.
            let end = min(start + chunkSize, dimension)
            for row in 0..<rows {
                let hash = hashes[row]
                let cells = table.base + row * columns
                let target = block.base + row * chunkSize - start
                var first = start
                while first < end {
                    first += hash.withBlocks(from: first, to: end) { words, shared, count in
                        kernels.unsketch(
                            cells, columns: columns, words: words, shared: shared,
                            into: target + first, count: count)
                    }
                }
            }
            kernels.medians(
                ofRows: rows, of: block.base, stride: chunkSize, count: end - start,
                into: estimates.base + start)
            start = end
        }
    }

    /// The tables or constants of the hash functions, row by row: see `SketchHash`.
    package var hashWords: [UInt64] { hashes.flatMap { Array($0.constants) } }

    /// The largest c: buckets are chosen by 32 random bits.
    public static let columnLimit = 1 << 31
    private static let blockSize = 256
    private static let mostBlocks = 8
}
