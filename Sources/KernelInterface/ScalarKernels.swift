/// Those kernels that there are in double and in single precision.
///
/// Products and sums run in `Scalar`, each operation rounded on its own. What a sum goes through on
/// its way (`gelu`, `tanh`, σ, softmax) is computed in double precision and rounded once.
package protocol ScalarKernels<Scalar>: SendableMetatype {
    /// The precision: `Double` or `Float`.
    associatedtype Scalar

    /// C ← β·C + (α·A)·B; see `MatrixProduct` for the order of the sums.
    static func multiply(_ product: MatrixProduct<Scalar>)

    /// y ← φ(z).
    static func activate(
        _ z: UnsafePointer<Scalar>, with activation: Activation,
        into y: UnsafeMutablePointer<Scalar>, count: Int)
    /// g ← g·φ'(z) with y = φ(z); only `gelu` looks at z.
    static func multiply(
        _ g: UnsafeMutablePointer<Scalar>, byDerivativeOf activation: Activation,
        at z: UnsafePointer<Scalar>, result y: UnsafePointer<Scalar>, count: Int)
    /// y ← y + x.
    static func add(_ x: UnsafePointer<Scalar>, to y: UnsafeMutablePointer<Scalar>, count: Int)
    /// y ← y + Σ x over the rows of a matrix, one after the other.
    static func addRows(
        _ x: UnsafePointer<Scalar>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Scalar>)
    /// Every row of y ← x.
    static func copy(
        _ x: UnsafePointer<Scalar>, toRows rows: Int, columns: Int,
        of y: UnsafeMutablePointer<Scalar>)
    /// y ← a·y.
    static func scale(_ y: UnsafeMutablePointer<Scalar>, by a: Scalar, count: Int)
    /// Σ xᵢ, in as many lanes as a cache line has numbers, which are added up in a fixed tree, and what
    /// is left over behind them.
    static func sum(_ x: UnsafePointer<Scalar>, count: Int) -> Scalar
    /// The largest number in each window of some maps, and where it stands.
    ///
    /// Among equals the first counts, row by row; NaN counts as largest, and the last NaN as that.
    ///
    /// - Parameters:
    ///   - x: the maps.
    ///   - maps: their extents and the windows'.
    ///   - maxima: a number for each window, row by row.
    ///   - offsets: how many pixels of the map each is behind its window's first one; exact, as long as
    ///     `Scalar` has all such numbers, which for singles are those up to 2²⁴.
    static func pool(
        _ x: UnsafePointer<Scalar>, _ maps: PooledMaps,
        into maxima: UnsafeMutablePointer<Scalar>, offsets: UnsafeMutablePointer<Scalar>)
    /// Puts a number for each window where the window's largest stands; the other pixels stay.
    static func unpool(
        _ slopes: UnsafePointer<Scalar>, _ maps: PooledMaps, offsets: UnsafePointer<Scalar>,
        into target: UnsafeMutablePointer<Scalar>)

    /// g ← g + Σ −y·σ(−y·aᵀx)·a over rows (a, y), one after the other.
    ///
    /// - Parameters:
    ///   - rows: a and y of each.
    ///   - values: four to a group of the rows' matrix, like its columns.
    ///   - x: d numbers.
    ///   - gradient: g, d numbers.
    static func addLogisticGradient(
        of rows: LogisticRows, values: UnsafePointer<Scalar>, at x: UnsafePointer<Scalar>,
        to gradient: UnsafeMutablePointer<Scalar>)
    /// The same over rows that are stored by columns, summed in their own order: a margin by
    /// ascending columns, first those that are kept as bits; a column in lanes like `sum`, of its
    /// entries, or of all rows where it is kept as bits.
    ///
    /// - Parameters:
    ///   - rows: a and y of each.
    ///   - values: the value of each entry; nil where all are 1.
    ///   - margins: room for 64 numbers for each word of bits of a column.
    ///   - x: d numbers.
    ///   - gradient: g, d numbers.
    static func addLogisticGradient(
        of rows: LogisticColumns, values: UnsafePointer<Scalar>?,
        margins: UnsafeMutablePointer<Scalar>, at x: UnsafePointer<Scalar>,
        to gradient: UnsafeMutablePointer<Scalar>)
    /// g ← g + Σ a(p − e_y)ᵀ over rows (a, y) of a matrix with p = softmax(Wᵀa), W ∈ ℝᵈˣᵏ row by row.
    ///
    /// - Parameters:
    ///   - rows: a and y of each.
    ///   - values: four to a group of the rows' matrix.
    ///   - x: W, and behind it the intercepts, if there are any.
    ///   - gradient: nil where the sums alone are wanted.
    static func addSoftmaxGradient(
        of rows: SoftmaxRows, values: UnsafePointer<Scalar>, at x: UnsafePointer<Scalar>,
        to gradient: UnsafeMutablePointer<Scalar>?
    ) -> SoftmaxSums
}
