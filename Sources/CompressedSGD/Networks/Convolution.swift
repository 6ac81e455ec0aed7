import KernelInterface

/// φ(Z) with Z = W ∗ X + b: 3 × 3 windows, zeros around each image, step 1.
///
/// The maps of n images of h × w pixels are a matrix X of channels × n·h·w, an image behind the
/// other. Each of the nine places of a window makes a row of a channel's shifted pixels
/// ("im2col"), so that with the weights as a matrix W of 9·in × out
///
///     Z = Wᵀ·columns(X) + b·1ᵀ,   ∇W = columns(X)·Gᵀ,   ∇X = the transpose of columns, of W·G
///
/// where G is the gradient with respect to Z. A channel's nine places are neighbours in W, row by
/// row of the window. Sums run over channels and places, or over images and pixels, in rising
/// order; that of a bias's gradient image by image.
final class Convolution<Scalar: KernelScalar> {
    /// How large maps are.
    struct Shape: Sendable, Hashable {
        var inputs: Int
        var outputs: Int
        var height: Int
        var width: Int

        var pixels: Int { height * width }
    }

    /// Room that all layers of a network share.
    struct Workspace {
        /// 9·in × n·h·w numbers.
        let columns: ScalarMemory<Scalar>
        /// For products.
        let products: ScalarMemory<Scalar>
    }

    let shape: Shape
    let layer: LayerShape
    /// φ(Z), out × n·h·w.
    let value: ScalarMemory<Scalar>
    /// Z where φ's derivative needs it, φ(Z) otherwise.
    private let sums: ScalarMemory<Scalar>
    private let activation: Activation
    private let workspace: Workspace

    init(
        _ shape: Shape, weights: Int, activation: Activation, images: Int, workspace: Workspace
    ) {
        self.shape = shape
        self.activation = activation
        self.workspace = workspace
        layer = LayerShape(inputs: 9 * shape.inputs, outputs: shape.outputs, weights: weights)
        value = ScalarMemory(shape.outputs * images * shape.pixels)
        sums = activation.derivesFromResult ? value : ScalarMemory(value.count)
    }

    /// How much room products of such a layer need.
    static func productRoom(_ shape: Shape, images: Int) -> Int {
        let pixels = images * shape.pixels
        let inputs = 9 * shape.inputs
        return max(
            MatrixBlocks.workspaceSize(rows: shape.outputs, columns: pixels, inner: inputs),
            MatrixBlocks.workspaceSize(rows: inputs, columns: shape.outputs, inner: pixels),
            MatrixBlocks.workspaceSize(rows: inputs, columns: pixels, inner: shape.outputs))
    }

    /// Computes `value` from the maps of some images.
    func forward(
        _ input: UnsafePointer<Scalar>, images: Int, _ parameters: UnsafePointer<Scalar>
    ) {
        let pixels = images * shape.pixels
        let z = sums.base
        for output in 0..<shape.outputs {
            (z + output * pixels).update(
                repeating: parameters[layer.biases + output], count: pixels)
        }
        unfold(input, images: images)
        workspace.products.multiply(
            rows: shape.outputs, columns: pixels, inner: layer.inputs,
            .init(transposed: parameters + layer.weights, rowStride: shape.outputs),
            .init(workspace.columns.base, rowStride: pixels), beta: 1, into: z,
            stride: pixels)
        Scalar.kernels.activate(
            z, with: activation, into: value.base, count: shape.outputs * pixels)
    }

    /// Adds to the gradients of weights and biases.
    ///
    /// - Parameters:
    ///   - slope: the gradient with respect to `value`; becomes that with respect to Z.
    ///   - target: where the gradient with respect to the input goes, if somebody wants it.
    func backward(
        _ slope: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>, images: Int,
        _ parameters: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>,
        into target: UnsafeMutablePointer<Scalar>?
    ) {
        let pixels = images * shape.pixels
        Scalar.kernels.multiply(
            slope, byDerivativeOf: activation, at: sums.base, result: value.base,
            count: shape.outputs * pixels)
        for output in 0..<shape.outputs {
            for image in 0..<images {
                gradient[layer.biases + output] += Scalar.kernels.sum(
                    slope + (output * pixels + image * shape.pixels), count: shape.pixels)
            }
        }
        unfold(input, images: images)
        workspace.products.multiply(
            rows: layer.inputs, columns: shape.outputs, inner: pixels,
            .init(workspace.columns.base, rowStride: pixels),
            .init(transposed: slope, rowStride: pixels), beta: 1,
            into: gradient + layer.weights, stride: shape.outputs)
        guard let target else { return }
        workspace.products.multiply(
            rows: layer.inputs, columns: pixels, inner: shape.outputs,
            .init(parameters + layer.weights, rowStride: shape.outputs),
            .init(slope, rowStride: pixels), beta: 0, into: workspace.columns.base,
            stride: pixels)
        fold(into: target, images: images)
    }

    /// Writes a row for each channel and place of the window: the channel's pixels, moved so that
    /// the place's pixel stands where the window's centre is, and zeros where that is outside.
    private func unfold(_ input: UnsafePointer<Scalar>, images: Int) {
        let pixels = images * shape.pixels
        forEachRow(pixels) { channel, shift, down, right, row in
            let source = input + channel * pixels
            let first = max(0, -shift)
            let end = max(first, min(pixels, pixels - shift))
            row.update(repeating: 0, count: min(first, pixels))
            if first < end {
                (row + first).update(from: source + (first + shift), count: end - first)
            }
            if end < pixels { (row + end).update(repeating: 0, count: pixels - end) }
            clearOutside(row, images: images, down: down, right: right)
        }
    }

    /// The transpose of `unfold`: each pixel gets the sum of what stands for it.
    private func fold(into target: UnsafeMutablePointer<Scalar>, images: Int) {
        let pixels = images * shape.pixels
        target.update(repeating: 0, count: shape.inputs * pixels)
        forEachRow(pixels) { channel, shift, down, right, row in
            clearOutside(row, images: images, down: down, right: right)
            let first = max(0, -shift)
            let end = min(pixels, pixels - shift)
            guard first < end else { return }
            Scalar.kernels.add(
                row + first, to: target + (channel * pixels + first + shift), count: end - first)
        }
    }

    @inline(__always)
    private func forEachRow(
        _ pixels: Int,
        _ body: (
            _ channel: Int, _ shift: Int, _ down: Int, _ right: Int,
            _ row: UnsafeMutablePointer<Scalar>
        ) -> Void
    ) {
        var row = workspace.columns.base
        for channel in 0..<shape.inputs {
            for down in -1...1 {
                for right in -1...1 {
                    body(channel, down * shape.width + right, down, right, row)
                    row += pixels
                }
            }
        }
    }

    /// Writes zeros where a moved image shows pixels of another row or image.
    @inline(__always)
    private func clearOutside(
        _ row: UnsafeMutablePointer<Scalar>, images: Int, down: Int, right: Int
    ) {
        let width = shape.width
        if down != 0 {
            var edge = row + (down < 0 ? 0 : shape.pixels - width)
            for _ in 0..<images {
                edge.update(repeating: 0, count: width)
                edge += shape.pixels
            }
        }
        if right != 0 {
            var edge = row + (right < 0 ? 0 : width - 1)
            for _ in 0..<images * shape.height {
                edge.pointee = 0
                edge += width
            }
        }
    }
}
