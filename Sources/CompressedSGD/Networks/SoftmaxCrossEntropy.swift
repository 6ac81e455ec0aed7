import KernelChoice

/// −log pₗ with p = softmax(z), for the logits z and the class l of an example.
///
/// Computed in double precision whatever that of the network: with m = max z,
/// log Σ exp(zₖ − m) − (zₗ − m). The sum runs in the order of the classes.
final class SoftmaxCrossEntropy {
    private let shifted: ScalarMemory<Double>
    private let exponentials: ScalarMemory<Double>
    private let classCount: Int

    /// Workspace for a number of classes.
    init(classCount: Int) {
        self.classCount = classCount
        shifted = ScalarMemory(classCount)
        exponentials = ScalarMemory(classCount)
    }

    /// The loss of an example; turns its logits into the loss's gradient p − eₗ.
    ///
    /// - Parameters:
    ///   - logits: the class's number times `stride` behind the first.
    ///   - label: l.
    /// - Complexity: O(classes)
    func loss<Scalar: KernelScalar>(
        replacing logits: UnsafeMutablePointer<Scalar>, stride: Int = 1, label: Int
    ) -> Double {
        let z = shifted.base
        let e = exponentials.base
        var largest = -Double.infinity
        for index in 0..<classCount {
            z[index] = Double(logits[index * stride])
            if !(z[index] <= largest) { largest = z[index] }
        }
        for index in 0..<classCount { z[index] -= largest }
        Kernels.current.exp(z, into: e, count: classCount)
        var sum = 0.0
        for index in 0..<classCount { sum += e[index] }
        for index in 0..<classCount {
            logits[index * stride] = Scalar(e[index] / sum - (index == label ? 1 : 0))
        }
        return Elementary.log(sum) - z[label]
    }

    /// Whether the largest of an example's logits, the first among equals, is that of its class.
    func isRight<Scalar: KernelScalar>(
        _ logits: UnsafePointer<Scalar>, stride: Int = 1, label: Int
    ) -> Bool {
        var first = 0
        for index in 1..<max(1, classCount) where logits[index * stride] > logits[first * stride] {
            first = index
        }
        return first == label
    }
}
