/// The inner loops of the numeric core, as one build of them for a level of the instruction set.
///
/// All levels are built from one source. Sums have a fixed order that does not depend on the width
/// of a register, and no product is fused with a sum, so that all levels give the same bits. Where
/// a result is not a number, its sign and payload are unspecified.
///
/// Pointers need no more than the alignment of their elements. Counts are not negative. A target
/// may coincide with a source, but may not overlap it otherwise.
package protocol KernelSet: ScalarKernels where Scalar == Double {
    /// What there is in either precision, in double: this build again.
    static var doubles: any ScalarKernels<Double>.Type { get }
    /// The same in single precision.
    static var singles: any ScalarKernels<Float>.Type { get }

    /// y ← x, each number rounded to the nearest single.
    static func round(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Float>, count: Int)
    /// y ← x.
    static func widen(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Double>, count: Int)

    /// y ← eˣ.
    static func exp(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int)
    /// y ← log(1 + x) for 0 ≤ x ≤ 1.
    static func log1pOfUnit(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int)
    /// y ← 1 / (1 + e⁻ˣ).
    static func sigmoid(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int)
    /// y ← log(1 + eˣ).
    static func softplus(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int)

    /// y ← y − x.
    static func subtract(
        _ x: UnsafePointer<Double>, from y: UnsafeMutablePointer<Double>, count: Int)
    /// y ← y + a·x.
    static func add(
        _ x: UnsafePointer<Double>, times a: Double, to y: UnsafeMutablePointer<Double>,
        count: Int)
    /// y ← y + x / a.
    static func add(
        _ x: UnsafePointer<Double>, dividedBy a: Double, to y: UnsafeMutablePointer<Double>,
        count: Int)
    /// y ← y − x / a.
    static func subtract(
        _ x: UnsafePointer<Double>, dividedBy a: Double, from y: UnsafeMutablePointer<Double>,
        count: Int)
    /// y ← y / a.
    static func divide(_ y: UnsafeMutablePointer<Double>, by a: Double, count: Int)
    /// y ← y / a + b·x.
    static func divide(
        _ y: UnsafeMutablePointer<Double>, by a: Double, adding x: UnsafePointer<Double>,
        times b: Double, count: Int)
    /// Σ xᵢyᵢ, in eight lanes that are added up in a fixed tree, and what is left over behind them.
    static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double
    /// Σ xᵢ², in the order of `dot`.
    static func sumOfSquares(_ x: UnsafePointer<Double>, count: Int) -> Double
    /// Σ |xᵢ|, in the order of `dot`.
    static func sumOfMagnitudes(_ x: UnsafePointer<Double>, count: Int) -> Double
    /// Whether all xᵢ are finite.
    static func areFinite(_ x: UnsafePointer<Double>, count: Int) -> Bool

    /// Adds entries to one row of a count sketch.
    ///
    /// - Parameters:
    ///   - entries: what is added, in order.
    ///   - count: how many.
    ///   - words: 256 of them, or `count` if that is less; entry i has the hash
    ///     `words[i mod 256] ^ shared[i / 256]`, whose upper half is its bucket's place among the
    ///     columns and whose lowest bit is its sign.
    ///   - shared: for each 256 entries the part of their hashes that they have in common.
    ///   - columns: from 1 to 2³¹.
    ///   - cells: the row of the table, `columns` numbers.
    static func sketch(
        _ entries: UnsafePointer<Double>, count: Int, words: UnsafePointer<UInt64>,
        shared: UnsafePointer<UInt64>, columns: Int, addingTo cells: UnsafeMutablePointer<Double>)
    /// Reads the estimates of entries with such hashes from one row of a count sketch.
    static func unsketch(
        _ cells: UnsafePointer<Double>, columns: Int, words: UnsafePointer<UInt64>,
        shared: UnsafePointer<UInt64>, into estimates: UnsafeMutablePointer<Double>, count: Int)
    /// The median of each column of a block; of an even number of rows the mean of the two in the
    /// middle. The block is left in another order.
    ///
    /// - Parameters:
    ///   - rows: how many, from 1.
    ///   - block: the first number of the first row.
    ///   - stride: the distance from row to row.
    ///   - count: how many columns.
    ///   - target: room for `count`.
    static func medians(
        ofRows rows: Int, of block: UnsafeMutablePointer<Double>, stride: Int, count: Int,
        into target: UnsafeMutablePointer<Double>)

    /// Writes the magnitude and the place of each entry whose magnitude is at least the threshold,
    /// in ascending order of places; returns how many there are.
    ///
    /// Magnitudes are compared as bits without the sign: infinities are above all numbers, NaN
    /// above infinities.
    ///
    /// - Parameters:
    ///   - entries: where they are.
    ///   - count: how many there are.
    ///   - threshold: the bits of the least magnitude that is taken.
    ///   - magnitudes: room for `count`.
    ///   - places: room for `count`.
    static func collect(
        _ entries: UnsafePointer<Double>, count: Int, atLeast threshold: UInt64,
        magnitudes: UnsafeMutablePointer<UInt64>, places: UnsafeMutablePointer<UInt32>
    ) -> Int

    /// The largest magnitude, in the order of `collect`; 0 of none.
    static func largestMagnitude(_ entries: UnsafePointer<Double>, count: Int) -> UInt64
    /// A magnitude that just k entries reach, or the k-th largest where that one is not alone.
    ///
    /// All entries are finite.
    ///
    /// - Parameters:
    ///   - entries: where they are.
    ///   - count: how many there are.
    ///   - k: from 1 to `count`.
    ///   - top: above the largest magnitude.
    static func threshold(
        _ entries: UnsafePointer<Double>, count: Int, largest k: Int, below top: UInt64
    ) -> UInt64

    /// g ← g + Σ −y·σ(−y·aᵀx)·a over rows (a, y); returns Σ log(1 + exp(−y·aᵀx)).
    static func addLogisticGradientAndLoss(
        of rows: LogisticRows, values: UnsafePointer<Double>, at x: UnsafePointer<Double>,
        to gradient: UnsafeMutablePointer<Double>
    ) -> Double
}
