import KernelChoice
import KernelInterface

/// Sums over rows of log(1 + exp(−y·aᵀx)) and its gradient −y·σ(−y·aᵀx)·a, in one precision.
///
/// The order of every sum follows from the order of the rows alone.
final class LogisticKernel<Scalar: KernelScalar> {
    private let data: LabelledData
    private let rows: ClientRows
    private let values: UnsafePointer<Scalar>
    /// For all of a client's rows, where columns are long enough.
    private let blocks: ColumnBlocks<Scalar>?
    private let vectors: RoundedVectors<Scalar>
    private let workspace: UnsafeMutablePointer<SIMD8<Double>>

    /// Workspace for the rows of clients.
    ///
    /// - Parameter byColumns: whether sums over all of a client's rows are worth a copy of them.
    init(data: LabelledData, rows: ClientRows, byColumns: Bool) {
        self.data = data
        self.rows = rows
        values = Scalar.values(of: data)
        blocks =
            byColumns
            ? ColumnBlocks(data: data, order: rows.rows, clientStarts: rows.starts) : nil
        vectors = RoundedVectors(dimension: data.dimension)
        workspace = .allocate(capacity: LogisticRows.workspaceSize)
        workspace.initialize(repeating: .zero, count: LogisticRows.workspaceSize)
    }

    deinit { workspace.deallocate() }

    /// g ← Σ ∇ log(1 + exp(−y·aᵀx)).
    func sumGradients(
        of rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) {
        vectors.sum(at: x, into: gradient) { x, gradient in
            guard let selection = selection(rows) else { return }
            Scalar.kernels.addLogisticGradient(
                of: selection, values: values, at: x, to: gradient)
        }
    }

    /// The same over all rows of a client.
    func sumGradients(of client: Int, at x: Vector, into gradient: Vector) {
        guard let blocks else {
            return sumGradients(of: rows.all(of: client), at: x, into: gradient)
        }
        vectors.sum(at: x, into: gradient) { blocks.addGradient(of: client, at: $0, to: $1) }
    }

    /// Some rows as the kernels take them; nil for none.
    @inline(__always)
    private func selection(_ rows: UnsafeBufferPointer<UInt32>) -> LogisticRows? {
        guard let first = rows.baseAddress else { return nil }
        return LogisticRows(
            rows: first, count: rows.count, groups: data.groups, columns: data.columns,
            labels: data.labels, workspace: workspace)
    }
}

extension LogisticKernel<Double> {
    /// g ← Σ ∇ log(1 + exp(−y·aᵀx)); returns Σ log(1 + exp(−y·aᵀx)).
    func sumGradientsAndLosses(
        of rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) -> Double {
        vectors.sum(at: x, into: gradient) { x, gradient in
            guard let selection = selection(rows) else { return 0 }
            return Kernels.current.addLogisticGradientAndLoss(
                of: selection, values: values, at: x, to: gradient)
        }
    }

    /// The mean of log(1 + exp(−y·aᵀx)) over rows, and the share of those with aᵀx > 0 just where
    /// y = +1.
    static func score(
        of data: LabelledData, _ rows: some Sequence<UInt32>, at x: Vector
    ) -> Score {
        var (loss, right, count) = (0.0, 0, 0)
        var lanes = SIMD8<Double>.zero
        func add(_ filled: Int) {
            let values = Elementary.sigmoidAndSoftplus(lanes).softplus
            for lane in 0..<filled { loss += values[lane] }
        }
        for row in rows {
            let label = data.labels[Int(row)]
            let margin = data.product(ofRow: Int(row), x)
            if (margin > 0) == (label > 0), !margin.isNaN { right += 1 }
            lanes[count % 8] = -label * margin
            count += 1
            if count % 8 == 0 { add(8) }
        }
        add(count % 8)
        return Score(loss: loss / Double(count), accuracy: Double(right) / Double(count))
    }
}
