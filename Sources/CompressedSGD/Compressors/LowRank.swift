/// C(v) = P̂P̂ᵀM for v written row by row into a matrix M of m × n, m = ⌊√d⌋, n = ⌈d/m⌉, filled up
/// with zeros: one step of power iteration, P = MQ, P̂ an orthonormal basis of P's columns.
///
/// Q ∈ ℝⁿˣʳ has normal entries, drawn for each message, or with a warm start for a client's first
/// one only: from then on Q = MᵀP̂ of the client's message before. C(v) is the orthogonal projection
/// of M's columns onto a space of r dimensions, so ‖C(v) − v‖ ≤ ‖v‖ always and, for a drawn Q,
/// E‖C(v) − v‖² ≤ (1 − r/min(m, n))‖v‖². With a warm start that is so for the first message; a fixed
/// M is then approached as by subspace iteration, up to its best approximation of rank r.
///
/// Message: P̂ column by column, then Q' = MᵀP̂ column by column, (m + n)·r values.
///
/// Source: Vogels, Karimireddy, Jaggi, "PowerSGD", NeurIPS 2019, arXiv:1905.13727, Algorithm 1. There
/// the clients' matrices are averaged before each product; here each client has its own, so that C is
/// a compressor like any other.
public final class LowRank: ContractiveCompressor {
    /// `low-rank`.
    public let name = CompressorName.lowRank.rawValue
    /// d.
    public let dimension: Int
    /// r: the wish, or min(m, n) if that is less.
    public let rank: Int
    /// m.
    public let rows: Int
    /// n.
    public let columns: Int
    /// δ = r/min(m, n) on average.
    public let contraction: Contraction

    private let isWarm: Bool
    private let seed: UInt64
    private let values: ValueFormat
    /// Q of each client, for its first and its second message.
    private var memory: [[Vector?]]
    private let left: Vector
    private let right: Vector
    private var turn = Turn(client: 0, round: 0)

    /// Low-rank approximation in ℝᵈ.
    ///
    /// - Parameters:
    ///   - rank: r, at least 1.
    ///   - clients: n, at least 1.
    ///   - dimension: d, at least 1.
    ///   - warmStart: whether a client goes on from its last message.
    ///   - seed: fixes the first Q, or each.
    ///   - values: how the factors are written.
    public init(
        rank: Int, clients: Int, dimension: Int, warmStart: Bool, seed: UInt64,
        values: ValueFormat = .f64
    ) {
        precondition(rank >= 1 && clients >= 1 && dimension >= 1, "r, n and d are at least 1")
        self.dimension = dimension
        rows = max(1, Int(Double(dimension).squareRoot()))
        columns = (dimension + rows - 1) / rows
        self.rank = min(rank, min(rows, columns))
        contraction = Contraction(
            delta: Double(self.rank) / Double(min(rows, columns)) * (1 - 16 * values.lostSquare),
            certainty: .onAverage)
        isWarm = warmStart
        self.seed = seed
        self.values = values
        memory = [[Vector?]](repeating: [nil, nil], count: clients)
        left = Vector(zeros: rows * self.rank)
        right = Vector(zeros: columns * self.rank)
    }

    /// The next message is of this client.
    public func begin(_ turn: Turn) { self.turn = turn }

    /// Writes both factors.
    ///
    /// - Complexity: O(d·r + (m + n)·r²)
    public func encode(_ vector: Vector, into message: Message) throws(ExchangeError) {
        message.removeAll()
        let largest = vector.largestMagnitude
        guard vector.isFinite else { throw .nonFinite }
        // A power of two, so that products stay in range and nothing is rounded.
        let exponent = largest > 0 ? max(-1000, min(1000, Int(largest.exponent))) : 0
        let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
        start()
        multiply(vector, scale)
        orthonormalise()
        multiplyTransposed(vector, scale)
        if isWarm { remember() }
        let back = Double(sign: .plus, exponent: exponent, significand: 1)
        for index in 0..<right.count { right.base[index] *= back }
        guard left.isFinite, right.isFinite else { throw .nonFinite }
        try message.append(left, as: values)
        try message.append(right, as: values)
    }

    /// Reads both factors and multiplies them.
    ///
    /// - Complexity: O(d·r)
    public func decode(_ message: Message, into delta: Delta) throws(ExchangeError) {
        let length = (left.count + right.count) * values.byteCount
        guard message.byteCount == length,
            message.read(left.count, as: values, from: 0, into: left.base),
            message.read(
                right.count, as: values, from: left.count * values.byteCount, into: right.base)
        else { throw .malformed("\(message.byteCount) bytes, expected \(length)") }
        let target = delta.values
        target.update(repeating: 0, count: dimension)
        for factor in 0..<rank {
            for row in 0..<rows {
                let weight = left.base[factor &* rows &+ row]
                let start = row &* columns
                for column in 0..<max(0, min(columns, dimension &- start)) {
                    target[start &+ column] += weight * right.base[factor &* columns &+ column]
                }
            }
        }
        delta.becomeDense()
    }

    /// right ← Q.
    private func start() {
        if isWarm, let last = memory[turn.client][min(1, turn.message)] {
            right.assign(last)
            return
        }
        var stream = turn.stream(seed: seed)
        for index in 0..<right.count { right.base[index] = stream.nextNormal() }
    }

    /// left ← a·MQ.
    private func multiply(_ vector: Vector, _ scale: Double) {
        for factor in 0..<rank {
            for row in 0..<rows {
                let start = row &* columns
                var sum = 0.0
                for column in 0..<max(0, min(columns, dimension &- start)) {
                    sum +=
                        scale * vector.base[start &+ column]
                        * right.base[factor &* columns &+ column]
                }
                left.base[factor &* rows &+ row] = sum
            }
        }
    }

    /// right ← a·MᵀP̂.
    private func multiplyTransposed(_ vector: Vector, _ scale: Double) {
        right.clear()
        for factor in 0..<rank {
            for row in 0..<rows {
                let start = row &* columns
                let weight = left.base[factor &* rows &+ row]
                for column in 0..<max(0, min(columns, dimension &- start)) {
                    right.base[factor &* columns &+ column] +=
                        scale * vector.base[start &+ column] * weight
                }
            }
        }
    }

    /// P̂ by modified Gram–Schmidt, each column twice; a column that depends on those before it
    /// becomes zero, and the projection is onto fewer dimensions.
    private func orthonormalise() {
        for factor in 0..<rank {
            let column = left.base + factor * rows
            let before = norm(column)
            for _ in 0..<2 {
                for other in 0..<factor {
                    let basis = left.base + other * rows
                    var product = 0.0
                    for row in 0..<rows { product += basis[row] * column[row] }
                    for row in 0..<rows { column[row] -= product * basis[row] }
                }
            }
            let after = norm(column)
            let isNew = after > before * 1e-12 && after > 0
            for row in 0..<rows { column[row] = isNew ? column[row] / after : 0 }
        }
    }

    private func norm(_ column: UnsafeMutablePointer<Double>) -> Double {
        var sum = 0.0
        for row in 0..<rows { sum += column[row] * column[row] }
        return sum.squareRoot()
    }

    /// Keeps Q for the client's next message; a direction that vanished is drawn anew, or it would
    /// be lost for good.
    private func remember() {
        let place = min(1, turn.message)
        let kept = memory[turn.client][place] ?? Vector(zeros: right.count)
        kept.assign(right)
        var stream = turn.stream(seed: seed)
        for factor in 0..<rank {
            let column = kept.base + factor * columns
            guard (0..<columns).allSatisfy({ column[$0] == 0 }) else { continue }
            for index in 0..<columns { column[index] = stream.nextNormal() }
        }
        memory[turn.client][place] = kept
    }
}
