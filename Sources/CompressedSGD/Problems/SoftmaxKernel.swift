import KernelInterface

/// Sums over rows of log Σ_c exp(aᵀw_c) − aᵀw_y and its gradient a(p − e_y)ᵀ, in one precision.
///
/// The order of every sum follows from the order of the rows alone.
final class SoftmaxKernel<Scalar: KernelScalar> {
    /// k·d, or k·(d + 1) with intercepts.
    let dimension: Int
    private let data: LabelledData
    private let values: UnsafePointer<Scalar>
    /// Where the intercepts begin; below 0 where there are none.
    private let intercepts: Int
    private let vectors: RoundedVectors<Scalar>
    private let workspace: UnsafeMutablePointer<SIMD8<Double>>

    /// Workspace for the rows of a data set.
    init(data: LabelledData, withIntercept: Bool) {
        self.data = data
        values = Scalar.values(of: data)
        let weights = data.dimension * data.classCount
        intercepts = withIntercept ? weights : -1
        dimension = weights + (withIntercept ? data.classCount : 0)
        vectors = RoundedVectors(dimension: dimension)
        let size = SoftmaxRows.workspaceSize(classCount: data.classCount)
        workspace = .allocate(capacity: size)
        workspace.initialize(repeating: .zero, count: size)
    }

    deinit { workspace.deallocate() }

    /// g ← Σ ∇; returns the sum of losses and how many rows are classified rightly.
    @discardableResult
    func sumGradients(
        of rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) -> SoftmaxSums {
        vectors.sum(at: x, into: gradient) { add(rows, at: $0, to: $1) }
    }

    /// The sum of losses, and how many rows are classified rightly.
    func score(of rows: UnsafeBufferPointer<UInt32>, at x: Vector) -> SoftmaxSums {
        add(rows, at: vectors.read(x), to: nil)
    }

    @inline(__always)
    private func add(
        _ rows: UnsafeBufferPointer<UInt32>, at x: UnsafePointer<Scalar>,
        to gradient: UnsafeMutablePointer<Scalar>?
    ) -> SoftmaxSums {
        guard let first = rows.baseAddress else { return SoftmaxSums(loss: 0, right: 0) }
        return Scalar.kernels.addSoftmaxGradient(
            of: SoftmaxRows(
                rows: first, count: rows.count, groups: data.groups, columns: data.columns,
                classes: data.classes, classCount: data.classCount, intercepts: intercepts,
                workspace: workspace), values: values, at: x, to: gradient)
    }

    /// Calls `body` for each feature of a row that is not zero, and for the 1 of an intercept, with
    /// the place of the feature's k parameters.
    @inline(__always)
    func forEachFeature(ofRow row: Int, _ body: (_ place: Int, _ value: Double) -> Void) {
        data.forEachEntry(ofRow: row) { column, value in body(column * data.classCount, value) }
        if intercepts >= 0 { body(intercepts, 1) }
    }
}
