import KernelInterface

/// A classifier with parameters in ℝᵈ: sums the losses of examples, and their gradients.
///
/// It owns the workspace of its layers, so that a round allocates nothing. Its functions are compiled
/// for both precisions: callers that know a network only as a generic type run them at full speed.
package protocol Network: AnyObject {
    /// What it computes in.
    associatedtype Scalar: KernelScalar

    /// d.
    var parameterCount: Int { get }
    /// How many rows are taken at a time; no bit of a gradient depends on it.
    var chunk: Int { get }

    /// Draws the parameters that training starts from.
    func initialise(_ parameters: Vector, seed: UInt64)

    /// g ← g + Σ ∇ loss over rows, and the same for their losses, in the order of the rows.
    ///
    /// - Parameters:
    ///   - rows: no more than `chunk`.
    ///   - examples: with the features and classes that the network was made for.
    ///   - parameters: weights and biases, layer by layer.
    ///   - gradient: g, as many numbers.
    ///   - loss: what the losses are added to.
    func addGradient(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>,
        loss: inout Double)

    /// Adds up the losses of rows, and how many of them have their own class's logit as the largest,
    /// the first among equals.
    ///
    /// - Parameters:
    ///   - rows: no more than `chunk`.
    ///   - examples: with the features and classes that the network was made for.
    ///   - parameters: weights and biases, layer by layer.
    ///   - loss: what the losses are added to.
    ///   - right: what the number of such rows is added to.
    func addScore(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        at parameters: UnsafePointer<Scalar>, loss: inout Double, right: inout Int)
}

/// The weights and biases of one layer: out × in numbers, and `out` behind them.
package struct LayerShape: Sendable, Hashable {
    /// How many numbers each output is a weighted sum of.
    package let inputs: Int
    /// How many outputs there are.
    package let outputs: Int
    /// Where the weights begin among the network's parameters.
    package let weights: Int

    /// Where the biases begin.
    package var biases: Int { weights + inputs * outputs }
    /// Where the next layer's parameters begin.
    package var end: Int { biases + outputs }

    /// Draws weights from N(0, variance), in their order; biases are 0.
    func draw(_ variance: Double, _ parameters: Vector, _ stream: inout RandomStream) {
        let deviation = variance.squareRoot()
        for index in weights..<biases {
            parameters.base[index] = deviation * stream.nextNormal()
        }
        for index in biases..<end { parameters.base[index] = 0 }
    }
}
