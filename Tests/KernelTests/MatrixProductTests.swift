import KernelChoice
import KernelInterface
import Testing

/// C ← β·C + (α·A)·B has on every level the bits of three nested loops.
@Suite struct MatrixProductTests {
    @Test(arguments: KernelLevel.available, [false, true])
    func `products of all small shapes have the bits of three nested loops`(
        level: KernelLevel, isAwkward: Bool
    ) {
        var inputs = KernelInputs(seed: 31)
        let sizes = [0, 1, 3, 4, 5, 8, 9, 15, 16, 17, 33]
        for rows in sizes {
            for columns in sizes {
                for inner in [0, 1, 2, 19] {
                    let shape = Shape(rows: rows, columns: columns, inner: inner)
                    check(shape, level, isAwkward: isAwkward, &inputs)
                }
            }
        }
    }

    @Test(arguments: KernelLevel.available)
    func `products of more than one block have the bits of three nested loops`(
        level: KernelLevel
    ) {
        var inputs = KernelInputs(seed: 32)
        for (rows, columns, inner) in [
            (129, 1025, 3), (40, 70, 257), (133, 9, 300), (1, 1050, 258), (130, 1, 513),
        ] {
            let shape = Shape(rows: rows, columns: columns, inner: inner)
            check(shape, level, isAwkward: false, &inputs)
        }
    }

    @Test(arguments: KernelLevel.available)
    func `a product in parts along the sums has the bits of the whole`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 33)
        let shape = Shape(rows: 21, columns: 50, inner: 90)
        let sample = Sample<Double>(shape, isAwkward: false, &inputs)
        let whole = sample.run(level, alpha: 1, beta: 0, leftTransposed: true, 0..<90)
        for cut in [1, 4, 33, 89] {
            var parts = sample
            parts.result = sample.run(level, alpha: 1, beta: 0, leftTransposed: true, 0..<cut)
            let found = parts.run(level, alpha: 1, beta: 1, leftTransposed: true, cut..<90)
            #expect(patterns(found) == patterns(whole))
        }
    }

    private func check(
        _ shape: Shape, _ level: KernelLevel, isAwkward: Bool, _ inputs: inout KernelInputs
    ) {
        check(Sample<Double>(shape, isAwkward: isAwkward, &inputs), level, &inputs)
        check(Sample<Float>(shape, isAwkward: isAwkward, &inputs), level, &inputs)
    }

    private func check<Scalar: TestedScalar>(
        _ sample: Sample<Scalar>, _ level: KernelLevel, _ inputs: inout KernelInputs
    ) {
        let kind = inputs.bits()
        let alpha: Scalar = kind & 1 == 0 ? 1 : Scalar(inputs.moderate())
        let beta: Scalar = [0, 1, Scalar(inputs.moderate())][Int(kind >> 1) % 3]
        for isTransposed in [false, true] {
            let found = sample.run(
                level, alpha: alpha, beta: beta, leftTransposed: isTransposed,
                rightTransposed: kind & 64 == 0, 0..<sample.shape.inner)
            let expected = sample.plain(alpha: alpha, beta: beta)
            #expect(
                patterns(found) == patterns(expected),
                "\(sample.shape) \(Scalar.self) alpha \(alpha) beta \(beta)")
        }
    }
}

private struct Shape {
    var rows: Int
    var columns: Int
    var inner: Int
}

/// Matrices with gaps behind their rows: what is there must stay.
private struct Sample<Scalar: TestedScalar> {
    let shape: Shape
    /// Rows of A, each `inner` long.
    let left: [Scalar]
    /// Rows of B, each `columns` long.
    let right: [Scalar]
    /// Rows of C, each `columns + 3` long.
    var result: [Scalar]
    var stride: Int { shape.columns + 3 }

    init(_ shape: Shape, isAwkward: Bool, _ inputs: inout KernelInputs) {
        self.shape = shape
        let numbers = { (count: Int, inputs: inout KernelInputs) in
            inputs.numbers(count, awkward: isAwkward).map { Scalar($0) }
        }
        left = numbers(shape.rows * shape.inner, &inputs)
        right = numbers(shape.inner * shape.columns, &inputs)
        result = numbers(shape.rows * (shape.columns + 3), &inputs)
    }

    func plain(alpha: Scalar, beta: Scalar) -> [Scalar] {
        var target = result
        for row in 0..<shape.rows {
            for column in 0..<shape.columns {
                var sum: Scalar = beta == 0 ? 0 : result[row * stride + column] * beta
                for index in 0..<shape.inner {
                    let product =
                        alpha * left[row * shape.inner + index]
                        * right[index * shape.columns + column]
                    sum += product
                }
                target[row * stride + column] = sum
            }
        }
        return target
    }

    func run(
        _ level: KernelLevel, alpha: Scalar, beta: Scalar, leftTransposed: Bool,
        rightTransposed: Bool = false, _ inner: Range<Int>
    ) -> [Scalar] {
        var a = left
        if leftTransposed {
            a = transposed(left, rows: shape.rows, columns: shape.inner)
        }
        var b = right
        if rightTransposed {
            b = transposed(right, rows: shape.inner, columns: shape.columns)
        }
        var target = result
        let size = MatrixBlocks.workspaceSize(
            rows: shape.rows, columns: shape.columns, inner: inner.count)
        // A wall behind the workspace, which is too small if the wall is hit.
        var workspace = [Scalar](repeating: -7, count: size + 64)
        a.append(0)
        b.append(0)
        target.append(0)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                target.withUnsafeMutableBufferPointer { c in
                    workspace.withUnsafeMutableBufferPointer { workspace in
                        guard let a = a.baseAddress, let b = b.baseAddress,
                            let c = c.baseAddress, let space = workspace.baseAddress
                        else { return }
                        let first = inner.lowerBound
                        Scalar.kernels(level).multiply(
                            MatrixProduct(
                                rows: shape.rows, columns: shape.columns, inner: inner.count,
                                alpha: alpha,
                                left: leftTransposed
                                    ? .init(
                                        transposed: a + first * shape.rows,
                                        rowStride: shape.rows)
                                    : .init(a + first, rowStride: shape.inner),
                                right: rightTransposed
                                    ? .init(transposed: b + first, rowStride: shape.inner)
                                    : .init(
                                        b + first * shape.columns, rowStride: shape.columns),
                                beta: beta, result: c, resultStride: stride, workspace: space))
                    }
                }
            }
        }
        #expect(workspace[size...].allSatisfy { $0 == -7 })
        target.removeLast()
        return target
    }

    private func transposed(_ matrix: [Scalar], rows: Int, columns: Int) -> [Scalar] {
        (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
    }
}

/// The numbers, told apart by their bits; all NaN are the same.
private func patterns<Scalar: BinaryFloatingPoint>(_ numbers: [Scalar]) -> [UInt64] {
    numbers.map { $0.isNaN ? .max : Double($0).bitPattern }
}
