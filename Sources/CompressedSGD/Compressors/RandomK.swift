/// C(v) = k entries drawn at random, each set of k equally likely, the others zero.
///
/// E‖C(v) − v‖² = (1 − k/d)‖v‖². Which entries are kept follows from the seed, the client and the
/// round, and not from v.
///
/// Message: as of ``TopK``.
///
/// Source: Stich, Cordonnier, Jaggi, "Sparsified SGD with memory", 2018, arXiv:1809.07599.
public final class RandomK: ContractiveCompressor {
    /// `random-k`.
    public let name = CompressorName.randomK.rawValue
    /// d.
    public let dimension: Int
    /// How many entries are kept: the wish, or d if that is less.
    public let k: Int
    /// δ = k/d on average.
    public let contraction: Contraction

    private let selection: RandomSelection
    private let format: SparseFormat
    private let seed: UInt64
    private var turn = Turn(client: 0, round: 0)

    /// Random-k in ℝᵈ.
    ///
    /// - Parameters:
    ///   - k: how many entries are kept, at least 1; more than d means d.
    ///   - dimension: d, from 1 to 2³².
    ///   - seed: fixes the draws.
    ///   - values: how the entries are written.
    public init(k: Int, dimension: Int, seed: UInt64, values: ValueFormat = .f64) {
        precondition(k >= 1 && dimension >= 1, "k and d are at least 1")
        self.dimension = dimension
        self.k = min(k, dimension)
        self.seed = seed
        contraction = Contraction(
            delta: Double(self.k) / Double(dimension) * (1 - values.lostSquare),
            certainty: .onAverage)
        selection = RandomSelection(dimension: dimension)
        format = SparseFormat(dimension: dimension, values: values)
    }

    /// The next message's random numbers are this turn's.
    public func begin(_ turn: Turn) { self.turn = turn }

    /// Writes k entries.
    ///
    /// - Complexity: O(d)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        guard vector.isFinite else { throw .nonFinite }
        var stream = turn.stream(seed: seed)
        try format.write(vector, at: selection.draw(k, from: &stream), into: message)
    }

    /// Reads k entries.
    ///
    /// - Complexity: O(k)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        try format.read(message, expecting: k, into: delta)
    }
}

/// C(v) = d/k times k entries drawn at random: E C(v) = v, E‖C(v) − v‖² = (d/k − 1)‖v‖².
///
/// Message: that of ``RandomK``; the receiver multiplies.
public final class ScaledRandomK: UnbiasedCompressor {
    /// `random-k`.
    public let name = CompressorName.randomK.rawValue
    /// ω = d/k − 1.
    public let variance: Double

    private let selection: RandomK
    private let factor: Double

    /// Scaled random-k in ℝᵈ; the parameters are those of ``RandomK``.
    public init(k: Int, dimension: Int, seed: UInt64, values: ValueFormat = .f64) {
        selection = RandomK(k: k, dimension: dimension, seed: seed, values: values)
        factor = Double(dimension) / Double(selection.k)
        variance = factor - 1
    }

    /// d.
    public var dimension: Int { selection.dimension }

    /// The next message's random numbers are this turn's.
    public func begin(_ turn: Turn) { selection.begin(turn) }

    /// Writes k entries.
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        try selection.encode(vector, into: message)
    }

    /// Reads k entries and multiplies them by d/k.
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        try selection.decode(message, into: delta)
        delta.scale(by: factor)
    }
}

/// Draws sets of indices without replacement, in ascending order.
final class RandomSelection {
    private let dimension: Int
    private let order: UnsafeMutablePointer<UInt32>
    private let isDrawn: UnsafeMutablePointer<UInt64>
    private let result: UnsafeMutablePointer<UInt32>
    private var wordCount: Int { (dimension + 63) / 64 }

    init(dimension: Int) {
        self.dimension = dimension
        order = .allocate(capacity: dimension)
        for index in 0..<dimension { order[index] = UInt32(truncatingIfNeeded: index) }
        isDrawn = .allocate(capacity: (dimension + 63) / 64)
        isDrawn.initialize(repeating: 0, count: (dimension + 63) / 64)
        result = .allocate(capacity: dimension)
    }

    deinit {
        order.deallocate()
        isDrawn.deallocate()
        result.deallocate()
    }

    /// k of the d indices, valid until the next draw.
    ///
    /// The draw is the first k steps of a Fisher–Yates shuffle, undone afterwards, so that it does
    /// not depend on the one before.
    ///
    /// - Complexity: O(k + d/64)
    ///
    /// - Parameter bound: indices are below it; nil means d.
    func draw(
        _ k: Int, below bound: Int? = nil, from stream: inout RandomStream
    ) -> UnsafeBufferPointer<UInt32> {
        let bound = bound ?? dimension
        precondition(k <= bound && bound <= dimension, "no more indices than there are")
        for step in 0..<k {
            let other = step + stream.next(below: bound - step)
            (order[step], order[other]) = (order[other], order[step])
            result[step] = UInt32(truncatingIfNeeded: other)
            let index = Int(order[step])
            isDrawn[index >> 6] |= 1 &<< UInt64(truncatingIfNeeded: index & 63)
        }
        for step in (0..<k).reversed() {
            let other = Int(result[step])
            (order[step], order[other]) = (order[other], order[step])
        }
        var count = 0
        for place in 0..<wordCount {
            var word = isDrawn[place]
            isDrawn[place] = 0
            while word != 0 {
                result[count] = UInt32(truncatingIfNeeded: place << 6 + word.trailingZeroBitCount)
                count += 1
                word &= word &- 1
            }
        }
        return UnsafeBufferPointer(start: result, count: count)
    }
}
