/// Some rows of a sparse matrix with classes, in groups of four entries: see `LabelledData`.
///
/// The values come beside them, four to a group, in the precision of the sums.
package struct SoftmaxRows {
    /// Which rows, in the order of the sums.
    package let rows: UnsafePointer<UInt32>
    /// How many.
    package let count: Int
    /// The group at which each row of the matrix begins.
    package let groups: UnsafePointer<Int>
    /// Four columns to a group.
    package let columns: UnsafePointer<SIMD4<UInt32>>
    /// The class of each row of the matrix, from 0 to one less than `classCount`.
    package let classes: UnsafePointer<UInt32>
    /// k.
    package let classCount: Int
    /// Where the k intercepts begin in the vector of parameters; below 0 where there are none.
    package let intercepts: Int
    /// Room for `workspaceSize` elements.
    package let workspace: UnsafeMutablePointer<SIMD8<Double>>

    /// Room for the logits of a row, and for them once more in the precision of the sums.
    package static func workspaceSize(classCount: Int) -> Int { 2 * ((classCount + 7) / 8) }

    /// Some rows.
    package init(
        rows: UnsafePointer<UInt32>, count: Int, groups: UnsafePointer<Int>,
        columns: UnsafePointer<SIMD4<UInt32>>, classes: UnsafePointer<UInt32>, classCount: Int,
        intercepts: Int, workspace: UnsafeMutablePointer<SIMD8<Double>>
    ) {
        self.rows = rows
        self.count = count
        self.groups = groups
        self.columns = columns
        self.classes = classes
        self.classCount = classCount
        self.intercepts = intercepts
        self.workspace = workspace
    }
}

/// What rows sum up to.
package struct SoftmaxSums {
    /// Σ log Σ exp(logits) − logit of the row's class.
    package var loss: Double
    /// How many rows have their largest logit, or the first of them, at their class.
    package var right: Int

    /// Sums.
    package init(loss: Double, right: Int) {
        self.loss = loss
        self.right = right
    }
}
