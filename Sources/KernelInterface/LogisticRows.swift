/// Some rows of a sparse matrix with labels, in groups of four entries: see `LabelledData`.
///
/// The values come beside them, four to a group, in the precision of the sums.
package struct LogisticRows {
    /// Which rows, in the order of the sums.
    package let rows: UnsafePointer<UInt32>
    /// How many.
    package let count: Int
    /// The group at which each row of the matrix begins.
    package let groups: UnsafePointer<Int>
    /// Four columns to a group.
    package let columns: UnsafePointer<SIMD4<UInt32>>
    /// −1 or +1 for each row of the matrix.
    package let labels: UnsafePointer<Double>
    /// Room for `workspaceSize` elements.
    package let workspace: UnsafeMutablePointer<SIMD8<Double>>

    /// How many rows are taken at a time, in eights.
    package static let blockSize = 32
    /// Room for the margins of a block and for its labels.
    package static let workspaceSize = 2 * blockSize

    /// Some rows.
    package init(
        rows: UnsafePointer<UInt32>, count: Int, groups: UnsafePointer<Int>,
        columns: UnsafePointer<SIMD4<UInt32>>, labels: UnsafePointer<Double>,
        workspace: UnsafeMutablePointer<SIMD8<Double>>
    ) {
        self.rows = rows
        self.count = count
        self.groups = groups
        self.columns = columns
        self.labels = labels
        self.workspace = workspace
    }
}
