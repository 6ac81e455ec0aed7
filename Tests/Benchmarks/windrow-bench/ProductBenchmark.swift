import CTwin
import CompressedSGD
import KernelChoice
import KernelInterface

extension Benchmark {
    /// Products of matrices of singles.
    func measureProducts() throws {
        for (rows, columns, inner) in [
            (1024, 1024, 1024), (256, 256, 256), (128, 64, 64), (64, 1024, 576), (32, 32, 64),
        ] {
            let a = Inputs.singles(rows * inner, seed: 5)
            let b = Inputs.singles(inner * columns, seed: 6)
            try a.withUnsafeBytes { try peers.share($0, as: "a") }
            try b.withUnsafeBytes { try peers.share($0, as: "b") }
            let size = MatrixBlocks.workspaceSize(rows: rows, columns: columns, inner: inner)
            var workspace = [Float](repeating: 0, count: size)
            var ours = [Float](repeating: 0, count: rows * columns)
            var twin = ours
            try a.withUnsafeBufferPointer { a in
                try b.withUnsafeBufferPointer { b in
                    try ours.withUnsafeMutableBufferPointer { c in
                        try twin.withUnsafeMutableBufferPointer { d in
                            try workspace.withUnsafeMutableBufferPointer { workspace in
                                guard let a = a.baseAddress, let b = b.baseAddress,
                                    let c = c.baseAddress, let d = d.baseAddress,
                                    let workspace = workspace.baseAddress
                                else { return }
                                let product = MatrixProduct<Float>(
                                    rows: rows, columns: columns, inner: inner, alpha: 1,
                                    left: .init(a, rowStride: inner),
                                    right: .init(b, rowStride: columns), beta: 0, result: c,
                                    resultStride: columns, workspace: workspace)
                                try measure(product, twin: d)
                            }
                        }
                    }
                }
            }
        }
    }

    private func measure(
        _ product: MatrixProduct<Float>, twin: UnsafeMutablePointer<Float>
    ) throws {
        let (m, n, k) = (product.rows, product.columns, product.inner)
        try measure(
            "product, \(m) × \(k) by \(k) × \(n), singles", ["product", "\(m)", "\(n)", "\(k)"],
            other: "OpenBLAS of Debian", operations: 2 * Double(m) * Double(n) * Double(k)
        ) {
            Kernels.singles.multiply(product)
        } twin: {
            twin_multiply(product.left.base, product.right.base, twin, m, n, k)
        } results: {
            let own = Vector((0..<m * n).map { Double(product.result[$0]) })
            let other = Vector((0..<m * n).map { Double(twin[$0]) })
            return (own, relativeDifference(own, other))
        }
    }
}

extension Inputs {
    /// Normal numbers in single precision.
    static func singles(_ count: Int, seed: UInt64) -> [Float] {
        normal(count, seed: seed).elements.map { Float($0) }
    }
}
