import KernelInterface

/// A residual network of the shape of ResNet-9, as wide as one wishes, with softmax cross entropy
/// behind it.
///
/// With w channels in the first layer, ∗ a convolution with φ behind it, and ⤓ the largest of each
/// 2 × 2 pixels:
///
///     ∗ w → ∗ 2w ⤓ → (x + ∗∗ x)/√2 → ∗ 4w ⤓ → ∗ 8w ⤓ → (x + ∗∗ x)/√2 → largest pixel → linear
///
/// Eight convolutions and a linear layer; w = 64 is the network's usual width. Batch normalisation
/// is left out: it makes an example's gradient depend on the others of its batch, so that the mean
/// over batches is no longer the gradient of any fᵢ, while every method here is stated for unbiased
/// gradients. Instead, weights start as N(0, 2/in) (He et al., arXiv:1502.01852) and both sums of a
/// block are divided by √2, which keeps the size of what passes through them, as normaliser-free
/// networks do (Brock, De, Smith, arXiv:2101.08692). The linear layer starts as N(0, 2/(in + out)).
///
/// Source: Page, "How to train your ResNet", 2018, for the shape.
package final class ResidualNetwork<Scalar: KernelScalar>: Network {
    /// d.
    package let parameterCount: Int
    /// How many images are taken at a time.
    package let chunk: Int
    /// The extents of an image.
    package let image: ImageShape

    /// The least height and width: halved three times, one pixel is left.
    package static var leastExtent: Int { 8 }

    private let convolutions: [Convolution<Scalar>]
    private let pools: [MaximumPooling<Scalar>]
    private let linear: LayerShape
    private let input: ScalarMemory<Scalar>
    private let features: ScalarMemory<Scalar>
    private let sums: [ScalarMemory<Scalar>]
    private let logits: ScalarMemory<Scalar>
    private let slopes: [ScalarMemory<Scalar>]
    private let workspace: Convolution<Scalar>.Workspace
    private let crossEntropy: SoftmaxCrossEntropy

    /// A network for images.
    ///
    /// - Parameters:
    ///   - examples: with the pixels and the classes.
    ///   - image: their extents, as many numbers as an example has features; at least 8 × 8 pixels.
    ///   - width: w, from 1.
    ///   - activation: what is applied between layers.
    ///   - chunk: how many images are taken at a time; nil for as many as make products large.
    package init(
        for examples: any Examples, image: ImageShape, width: Int, activation: Activation,
        chunk: Int? = nil
    ) {
        precondition(
            image.featureCount == examples.featureCount && image.height >= Self.leastExtent
                && image.width >= Self.leastExtent && width >= 1, "images that fit")
        self.image = image
        let shapes = Self.shapes(image, width: width)
        let images = chunk ?? Self.chunk(shapes)
        self.chunk = images
        workspace = .init(
            columns: ScalarMemory(shapes.map { 9 * $0.inputs * images * $0.pixels }.max() ?? 0),
            products: ScalarMemory(
                max(
                    shapes.map { Convolution<Scalar>.productRoom($0, images: images) }.max() ?? 0,
                    MatrixBlocks.workspaceSize(
                        rows: 8 * width, columns: max(images, examples.classCount),
                        inner: max(images, examples.classCount)),
                    MatrixBlocks.workspaceSize(
                        rows: examples.classCount, columns: images, inner: 8 * width))))
        var convolutions: [Convolution<Scalar>] = []
        for shape in shapes {
            convolutions.append(
                Convolution(
                    shape, weights: convolutions.last?.layer.end ?? 0, activation: activation,
                    images: images, workspace: workspace))
        }
        self.convolutions = convolutions
        pools =
            [1, 4, 5].map { index in
                let shape = shapes[index]
                return MaximumPooling(
                    channels: shape.outputs, height: shape.height, width: shape.width,
                    windowHeight: 2, windowWidth: 2, images: images)
            } + [
                MaximumPooling(
                    channels: shapes[7].outputs, height: shapes[7].height,
                    width: shapes[7].width, windowHeight: shapes[7].height,
                    windowWidth: shapes[7].width, images: images)
            ]
        linear = LayerShape(
            inputs: 8 * width, outputs: examples.classCount,
            weights: convolutions[7].layer.end)
        parameterCount = linear.end
        input = ScalarMemory(images * image.featureCount)
        features = ScalarMemory(image.featureCount)
        sums = [3, 7].map { ScalarMemory(convolutions[$0].value.count) }
        logits = ScalarMemory(images * examples.classCount)
        let largest = convolutions.map(\.value.count).max() ?? 0
        slopes = (0..<3).map { _ in ScalarMemory(largest) }
        crossEntropy = SoftmaxCrossEntropy(classCount: examples.classCount, rows: self.chunk)
    }

    /// How many parameters such a network has; nil where that is no number.
    package static func parameterCount(
        for examples: any Examples, image: ImageShape, width: Int
    ) -> Int? {
        // Exact up to 2⁵³, and far larger than memory beyond.
        let w = Double(width)
        let weights = 9 * (Double(image.channels) * w + 178 * w * w)
        let biases = w * (1 + 2 + 2 + 2 + 4 + 8 + 8 + 8)
        let last = (8 * w + 1) * Double(examples.classCount)
        return Int(exactly: weights + biases + last).flatMap { $0 < 1 << 53 ? $0 : nil }
    }

    private static func shapes(
        _ image: ImageShape, width: Int
    ) -> [Convolution<Scalar>.Shape] {
        let channels = [
            (image.channels, 1, 0), (1, 2, 0), (2, 2, 1), (2, 2, 1), (2, 4, 1), (4, 8, 2),
            (8, 8, 3), (8, 8, 3),
        ]
        return channels.enumerated().map { index, layer in
            .init(
                inputs: index == 0 ? layer.0 : layer.0 * width, outputs: layer.1 * width,
                height: image.height >> layer.2, width: image.width >> layer.2)
        }
    }

    /// As many images as give the last layer's products 64 columns: with few of them, reading the
    /// weights takes longer than using them.
    private static func chunk(_ shapes: [Convolution<Scalar>.Shape]) -> Int {
        min(64, (63 + shapes[7].pixels) / shapes[7].pixels)
    }

    private static var shrinking: Scalar { Scalar(0.5.squareRoot()) }

    package func initialise(_ parameters: Vector, seed: UInt64) {
        var stream = RandomStream(seed: seed, purpose: .weights)
        for convolution in convolutions {
            let layer = convolution.layer
            layer.draw(2 / Double(layer.inputs), parameters, &stream)
        }
        linear.draw(2 / Double(linear.inputs + linear.outputs), parameters, &stream)
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    package func addScore(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, loss: inout Double, right: inout Int
    ) {
        forward(rows, examples, parameters)
        right += crossEntropy.countRight(
            of: rows, in: examples, logits.base, stride: 1, classStride: rows.count)
        crossEntropy.addLosses(
            of: rows, in: examples, replacing: logits.base, stride: 1, classStride: rows.count,
            to: &loss)
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    package func addGradient(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>,
        loss: inout Double
    ) {
        forward(rows, examples, parameters)
        let images = rows.count
        crossEntropy.addLosses(
            of: rows, in: examples, replacing: logits.base, stride: 1, classStride: images,
            to: &loss)
        let a = slopes[0].base
        let b = slopes[1].base
        let c = slopes[2].base
        workspace.products.multiply(
            rows: linear.inputs, columns: linear.outputs, inner: images,
            .init(pools[3].value.base, rowStride: images),
            .init(transposed: logits.base, rowStride: images), beta: 1,
            into: gradient + linear.weights, stride: linear.outputs)
        for place in 0..<images {
            for output in 0..<linear.outputs {
                gradient[linear.biases + output] += logits.base[output * images + place]
            }
        }
        workspace.products.multiply(
            rows: linear.inputs, columns: images, inner: linear.outputs,
            .init(parameters + linear.weights, rowStride: linear.outputs),
            .init(logits.base, rowStride: images), beta: 0, into: b, stride: images)
        func pass(
            _ index: Int, _ slope: UnsafeMutablePointer<Scalar>, _ input: UnsafePointer<Scalar>,
            _ target: UnsafeMutablePointer<Scalar>?
        ) {
            convolutions[index].backward(
                slope, input, images: images, parameters, to: gradient, into: target)
        }
        func block(_ first: Int, _ input: UnsafePointer<Scalar>) {
            let count =
                convolutions[first].shape.outputs * images
                * convolutions[first].shape.pixels
            Scalar.kernels.scale(a, by: Self.shrinking, count: count)
            b.update(from: a, count: count)
            pass(first + 1, b, convolutions[first].value.base, c)
            pass(first, c, input, b)
            Scalar.kernels.add(b, to: a, count: count)
        }
        pools[3].backward(b, images: images, into: a)
        block(6, pools[2].value.base)
        pools[2].backward(a, images: images, into: b)
        pass(5, b, pools[1].value.base, a)
        pools[1].backward(a, images: images, into: b)
        pass(4, b, sums[0].base, a)
        block(2, pools[0].value.base)
        pools[0].backward(a, images: images, into: b)
        pass(1, b, convolutions[0].value.base, a)
        pass(0, a, input.base, nil)
    }

    private func forward(
        _ rows: UnsafeBufferPointer<UInt32>, _ examples: any Examples,
        _ parameters: UnsafePointer<Scalar>
    ) {
        let images = rows.count
        read(rows, examples)
        func pass(_ index: Int, _ input: UnsafePointer<Scalar>) -> UnsafePointer<Scalar> {
            convolutions[index].forward(input, images: images, parameters)
            return UnsafePointer(convolutions[index].value.base)
        }
        func pool(_ index: Int, _ input: UnsafePointer<Scalar>) -> UnsafePointer<Scalar> {
            pools[index].forward(input, images: images)
            return UnsafePointer(pools[index].value.base)
        }
        func block(_ first: Int, _ input: UnsafePointer<Scalar>) -> UnsafePointer<Scalar> {
            let sum = sums[first / 4].base
            let count =
                convolutions[first].shape.outputs * images
                * convolutions[first].shape.pixels
            sum.update(from: pass(first + 1, pass(first, input)), count: count)
            Scalar.kernels.add(input, to: sum, count: count)
            Scalar.kernels.scale(sum, by: Self.shrinking, count: count)
            return UnsafePointer(sum)
        }
        let first = block(2, pool(0, pass(1, pass(0, input.base))))
        let second = block(6, pool(2, pass(5, pool(1, pass(4, first)))))
        let features = pool(3, second)
        for output in 0..<linear.outputs {
            (logits.base + output * images).update(
                repeating: parameters[linear.biases + output], count: images)
        }
        workspace.products.multiply(
            rows: linear.outputs, columns: images, inner: linear.inputs,
            .init(transposed: parameters + linear.weights, rowStride: linear.outputs),
            .init(features, rowStride: images), beta: 1, into: logits.base, stride: images)
    }

    /// Puts the channels of all images behind each other.
    private func read(_ rows: UnsafeBufferPointer<UInt32>, _ examples: any Examples) {
        let pixels = image.height * image.width
        for (place, row) in rows.enumerated() {
            Scalar.copyFeatures(ofRow: Int(row), of: examples, into: features.base)
            for channel in 0..<image.channels {
                (input.base + (channel * rows.count + place) * pixels).update(
                    from: features.base + channel * pixels, count: pixels)
            }
        }
    }
}
