import KernelInterface

extension ScalarMemory {
    /// C ← β·C + A·B, with this memory as the product's workspace.
    func multiply(
        rows: Int, columns: Int, inner: Int, _ left: MatrixProduct<Scalar>.Operand,
        _ right: MatrixProduct<Scalar>.Operand, beta: Scalar,
        into result: UnsafeMutablePointer<Scalar>, stride: Int
    ) {
        Scalar.kernels.multiply(
            MatrixProduct(
                rows: rows, columns: columns, inner: inner, alpha: 1, left: left, right: right,
                beta: beta, result: result, resultStride: stride, workspace: base))
    }
}
