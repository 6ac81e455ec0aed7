import KernelInterface

/// Layers aₗ = φ(Wₗᵀ·aₗ₋₁ + bₗ), the last one without φ, and softmax cross entropy behind them.
///
/// A layer's weights are stored in × out: those that leave one input are neighbours. For a chunk of
/// rows the layers are matrix products, Zₗ = Aₗ₋₁·Wₗ + 1·bₗᵀ, backwards Gₗ₋₁ = (Gₗ·Wₗᵀ) ∘ φ'(Zₗ₋₁)
/// and ∇Wₗ = Aₗ₋₁ᵀ·Gₗ, in which each sum starts from the bias, or from what earlier chunks left.
///
/// Weights start as N(0, 2/in) for `relu` and `gelu` (He et al., arXiv:1502.01852), N(0, 2/(in + out))
/// for `tanh` and for the last layer (Glorot, Bengio, AISTATS 2010); biases as 0.
package final class MultilayerPerceptron<Scalar: KernelScalar>: Network {
    /// d.
    package let parameterCount: Int
    /// How many rows are taken at a time.
    package let chunk: Int
    /// From the features to the logits.
    package let layers: [LayerShape]

    private let activation: Activation
    private let classCount: Int
    /// What goes into each layer, and the logits behind the last.
    private let values: [ScalarMemory<Scalar>]
    /// What φ was applied to, where its derivative needs that; otherwise the results again.
    private let sums: [ScalarMemory<Scalar>]
    /// The gradient with respect to what a layer gives, and to what it gets.
    private let gradients: [ScalarMemory<Scalar>]
    private let workspace: ScalarMemory<Scalar>
    private let crossEntropy: SoftmaxCrossEntropy

    /// A network for the features and classes of a data set.
    ///
    /// - Parameters:
    ///   - examples: with the features and the classes.
    ///   - hidden: the widths of the layers between, from 1; none makes softmax regression.
    ///   - activation: what is applied between layers.
    ///   - chunk: how many rows are taken at a time; nil for 128, fewer where rows are very long.
    package init(
        for examples: any Examples, hidden: [Int], activation: Activation, chunk: Int? = nil
    ) {
        self.activation = activation
        classCount = examples.classCount
        layers = Self.layers(for: examples, hidden: hidden)
        let widest = ([examples.featureCount] + layers.map(\.outputs)).max() ?? 1
        let chunk = chunk ?? max(1, min(128, (1 << 22) / max(1, widest)))
        self.chunk = chunk
        parameterCount = layers.last?.end ?? 0
        values =
            [ScalarMemory(chunk * examples.featureCount)]
            + layers.map { ScalarMemory(chunk * $0.outputs) }
        sums =
            activation.derivesFromResult
            ? values : [values[0]] + layers.map { ScalarMemory(chunk * $0.outputs) }
        let largest = layers.map(\.outputs).max() ?? 1
        gradients = (0..<2).map { _ in ScalarMemory(chunk * largest) }
        workspace = ScalarMemory(
            layers.map { layer in
                let sizes = [chunk, layer.inputs, layer.outputs]
                return [(0, 1, 2), (1, 2, 0), (0, 2, 1)].map {
                    MatrixBlocks.workspaceSize(
                        rows: sizes[$0.0], columns: sizes[$0.1], inner: sizes[$0.2])
                }.max() ?? 0
            }.max() ?? 0)
        crossEntropy = SoftmaxCrossEntropy(classCount: examples.classCount, rows: chunk)
    }

    /// How many parameters such a network has; nil where that is no number.
    package static func parameterCount(
        for examples: any Examples, hidden: [Int]
    ) -> Int? {
        var count = 0
        let sizes = [examples.featureCount] + hidden + [examples.classCount]
        for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
            let (weights, isTooLarge) = (inputs + 1).multipliedReportingOverflow(by: outputs)
            let (sum, isTooLargeASum) = count.addingReportingOverflow(weights)
            if isTooLarge || isTooLargeASum { return nil }
            count = sum
        }
        return count
    }

    private static func layers(for examples: any Examples, hidden: [Int]) -> [LayerShape] {
        let sizes = [examples.featureCount] + hidden + [examples.classCount]
        var layers: [LayerShape] = []
        for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
            layers.append(
                LayerShape(inputs: inputs, outputs: outputs, weights: layers.last?.end ?? 0))
        }
        return layers
    }

    package func initialise(_ parameters: Vector, seed: UInt64) {
        var stream = RandomStream(seed: seed, purpose: .weights)
        for (index, layer) in layers.enumerated() {
            let isHe = activation != .tanh && index + 1 < layers.count
            let size = isHe ? layer.inputs : layer.inputs + layer.outputs
            layer.draw(2 / Double(size), parameters, &stream)
        }
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    package func addGradient(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>,
        loss: inout Double
    ) {
        forward(rows, examples, parameters)
        let logits = values[layers.count].base
        crossEntropy.addLosses(
            of: rows, in: examples, replacing: logits, stride: classCount, classStride: 1,
            to: &loss)
        var slope = logits
        for index in (0..<layers.count).reversed() {
            let layer = layers[index]
            // ∇W ← ∇W + Aᵀ·G.
            workspace.multiply(
                rows: layer.inputs, columns: layer.outputs, inner: rows.count,
                .init(transposed: values[index].base, rowStride: layer.inputs),
                .init(slope, rowStride: layer.outputs), beta: 1,
                into: gradient + layer.weights, stride: layer.outputs)
            Scalar.kernels.addRows(
                slope, rows: rows.count, columns: layer.outputs, to: gradient + layer.biases)
            guard index > 0 else { break }
            let next = gradients[index % 2].base
            workspace.multiply(
                rows: rows.count, columns: layer.inputs, inner: layer.outputs,
                .init(slope, rowStride: layer.outputs),
                .init(transposed: parameters + layer.weights, rowStride: layer.outputs),
                beta: 0, into: next, stride: layer.inputs)
            Scalar.kernels.multiply(
                next, byDerivativeOf: activation, at: sums[index].base,
                result: values[index].base, count: rows.count * layer.inputs)
            slope = next
        }
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    package func addScore(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, loss: inout Double, right: inout Int
    ) {
        forward(rows, examples, parameters)
        let logits = values[layers.count].base
        right += crossEntropy.countRight(
            of: rows, in: examples, logits, stride: classCount, classStride: 1)
        crossEntropy.addLosses(
            of: rows, in: examples, replacing: logits, stride: classCount, classStride: 1,
            to: &loss)
    }

    private func forward(
        _ rows: UnsafeBufferPointer<UInt32>, _ examples: any Examples,
        _ parameters: UnsafePointer<Scalar>
    ) {
        let features = values[0].base
        for (place, row) in rows.enumerated() {
            Scalar.copyFeatures(
                ofRow: Int(row), of: examples, into: features + place * examples.featureCount)
        }
        for (index, layer) in layers.enumerated() {
            let target = sums[index + 1].base
            Scalar.kernels.copy(
                parameters + layer.biases, toRows: rows.count, columns: layer.outputs, of: target)
            workspace.multiply(
                rows: rows.count, columns: layer.outputs, inner: layer.inputs,
                .init(values[index].base, rowStride: layer.inputs),
                .init(parameters + layer.weights, rowStride: layer.outputs), beta: 1,
                into: target, stride: layer.outputs)
            let result = values[index + 1].base
            if index + 1 < layers.count {
                Scalar.kernels.activate(
                    target, with: activation, into: result, count: rows.count * layer.outputs)
            } else if target != result {
                result.update(from: target, count: rows.count * layer.outputs)
            }
        }
    }
}
