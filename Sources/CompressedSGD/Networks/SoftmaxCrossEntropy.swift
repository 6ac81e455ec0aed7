import KernelChoice

/// −log pₗ with p = softmax(z), for the logits z and the class l of each of some examples.
///
/// Computed in double precision whatever that of the network: with m = max z,
/// log Σ exp(zₖ − m) − (zₗ − m). The sum runs in the order of the classes. The exponentials of all
/// examples are taken in one go.
///
/// A logit is found at the example's place times `stride` and the class's number times `classStride`
/// behind the first.
final class SoftmaxCrossEntropy {
    private let shifted: ScalarMemory<Double>
    private let exponentials: ScalarMemory<Double>
    private let classCount: Int

    /// Workspace for a number of classes, and of examples at a time.
    init(classCount: Int, rows: Int) {
        self.classCount = classCount
        shifted = ScalarMemory(rows * classCount)
        exponentials = ScalarMemory(rows * classCount)
    }

    /// Adds the losses of examples in their order; turns their logits into the losses' gradients
    /// p − eₗ.
    ///
    /// - Complexity: O(rows · classes)
    @inline(__always)
    func addLosses<Scalar: KernelScalar>(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        replacing logits: UnsafeMutablePointer<Scalar>, stride: Int, classStride: Int,
        to loss: inout Double
    ) {
        for place in 0..<rows.count {
            let own = logits + place * stride
            let z = shifted.base + place * classCount
            var largest = -Double.infinity
            for index in 0..<classCount {
                z[index] = Double(own[index * classStride])
                if !(z[index] <= largest) { largest = z[index] }
            }
            for index in 0..<classCount { z[index] -= largest }
        }
        Kernels.current.exp(
            shifted.base, into: exponentials.base, count: rows.count * classCount)
        for (place, row) in rows.enumerated() {
            let own = logits + place * stride
            let e = exponentials.base + place * classCount
            let label = examples.label(ofRow: Int(row))
            var sum = 0.0
            for index in 0..<classCount { sum += e[index] }
            for index in 0..<classCount { own[index * classStride] = Scalar(e[index] / sum) }
            own[label * classStride] = Scalar(e[label] / sum - 1)
            loss += Elementary.log(sum) - shifted.base[place * classCount + label]
        }
    }

    /// How many examples' largest logit, the first among equals, is that of their class.
    @inline(__always)
    func countRight<Scalar: KernelScalar>(
        of rows: UnsafeBufferPointer<UInt32>, in examples: any Examples,
        _ logits: UnsafePointer<Scalar>, stride: Int, classStride: Int
    ) -> Int {
        var right = 0
        for (place, row) in rows.enumerated() {
            let own = logits + place * stride
            var first = 0
            for index in 1..<max(1, classCount)
            where own[index * classStride] > own[first * classStride] {
                first = index
            }
            if first == examples.label(ofRow: Int(row)) { right += 1 }
        }
        return right
    }
}
