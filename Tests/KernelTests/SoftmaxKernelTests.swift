import KernelChoice
import KernelInterface
import Testing

@testable import CompressedSGD

@Suite struct SoftmaxKernelTests {
    private static let classCounts = [2, 3, 7, 8, 9, 16, 17, 21, 35]

    @Test(arguments: KernelLevel.available, [false, true])
    func `gradient and loss have the same bits on every level`(
        level: KernelLevel, isAwkward: Bool
    ) {
        var inputs = KernelInputs(seed: 12)
        for classCount in Self.classCounts {
            let data = Self.data(rows: 40, classCount, &inputs)
            for withIntercept in [false, true] {
                let count = (data.dimension + (withIntercept ? 1 : 0)) * classCount
                let x = inputs.numbers(count, awkward: isAwkward).map { $0 / 1024 }
                Self.checkLevels(data, x, withIntercept, level)
                Self.checkLevels(data, x.map { Float($0) }, withIntercept, level)
            }
        }
    }

    @Test(arguments: KernelLevel.available)
    func `gradient and loss are those of the formula`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 13)
        for classCount in Self.classCounts {
            let data = Self.data(rows: 60, classCount, &inputs)
            let count = (data.dimension + 1) * classCount
            let x = inputs.numbers(count, awkward: false).map { $0 / 3e5 }
            let found = Self.evaluate(data, x, true, level)
            let exact = Exact(data, x, Double.self)
            #expect((found.sums.loss - exact.loss).magnitude <= 1e-11 * exact.loss)
            #expect(found.sums.right == exact.right)
            for (a, b) in zip(found.gradient, exact.gradient) { #expect((a - b).magnitude <= 1e-8) }
        }
    }

    @Test(arguments: KernelLevel.available)
    func `sums in single stay within the bound of single precision, and are no doubles`(
        level: KernelLevel
    ) {
        var inputs = KernelInputs(seed: 14)
        for classCount in Self.classCounts {
            let data = Self.data(rows: 60, classCount, &inputs)
            let count = (data.dimension + 1) * classCount
            let x = inputs.numbers(count, awkward: false).map { Float($0 / 3e3) }
            let found = Self.evaluate(data, x, true, level)
            let exact = Exact(data, x.map { Double($0) }, Float.self)
            var largest = 0.0
            for place in 0..<count {
                let error = (Double(found.gradient[place]) - exact.gradient[place]).magnitude
                #expect(error <= exact.bound[place])
                largest = max(largest, error / max(1e-30, exact.gradient[place].magnitude))
            }
            #expect(largest > 1e-12)
            #expect((found.sums.loss - exact.loss).magnitude <= exact.lossBound)
        }
    }

    private static func checkLevels<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ withIntercept: Bool, _ level: KernelLevel
    ) {
        let found = evaluate(data, x, withIntercept, level)
        let expected = evaluate(data, x, withIntercept, .portable)
        #expect(
            bits(found.gradient.map { Double($0) }) == bits(expected.gradient.map { Double($0) }))
        #expect(bits([found.sums.loss]) == bits([expected.sums.loss]))
        #expect(found.sums.right == expected.sums.right)
        #expect(bits([found.alone.loss]) == bits([found.sums.loss]))
        #expect(found.alone.right == found.sums.right)
    }

    /// The formula with intercepts in double precision, with the features as a precision sees them,
    /// and how far off sums in that precision may be.
    private struct Exact {
        var gradient: [Double]
        var bound: [Double]
        var loss = 0.0
        var lossBound = 0.0
        var right = 0

        init<Scalar: TestedScalar>(_ data: LabelledData, _ x: [Double], _ type: Scalar.Type) {
            let classCount = data.classCount
            gradient = [Double](repeating: 0, count: x.count)
            bound = gradient
            let growth = { Scalar.growth($0) + Double.growth($0) }
            for row in 0..<data.rowCount {
                let features =
                    data.entries(ofRow: row).map { ($0.column, Double(Scalar($0.value))) }
                    + [(data.dimension, 1.0)]
                func sum(_ number: Int, _ part: (Double) -> Double) -> Double {
                    features.reduce(0) { $0 + part($1.1 * x[$1.0 * classCount + number]) }
                }
                let logits = (0..<classCount).map { sum($0) { $0 } }
                let sizes = (0..<classCount).map { sum($0) { $0.magnitude } }
                let largest = logits.max() ?? 0
                let powers = logits.map { Elementary.exp(SIMD8(repeating: $0 - largest))[0] }
                let total = powers.reduce(0, +)
                let own = data.label(ofRow: row)
                loss += Elementary.log(total) + largest - logits[own]
                if logits[own] == largest { right += 1 }
                // A logit is off by δ at most; the loss then by 2δ, a probability by δ/2, and its
                // rounding by u.
                let offset = growth(data.dimension + 2) * (sizes.max() ?? 0)
                lossBound +=
                    2 * offset + Double.growth(data.rowCount + 16) * (2 * largest.magnitude + 40)
                for (column, value) in features {
                    for number in 0..<classCount {
                        let weight = powers[number] / total - (number == own ? 1 : 0)
                        let place = column * classCount + number
                        gradient[place] += value * weight
                        bound[place] +=
                            value.magnitude
                            * (offset / 2 + (growth(data.rowCount + 3) + Double.growth(40)))
                    }
                }
            }
        }
    }

    private static func data(
        rows: Int, _ classCount: Int, _ inputs: inout KernelInputs
    ) -> LabelledData {
        var (offsets, columns, values) = ([0], [UInt32](), [Double]())
        for _ in 0..<rows {
            for column in 0..<13 where inputs.bits() % 3 > 0 {
                columns.append(UInt32(column))
                values.append(inputs.moderate())
            }
            offsets.append(columns.count)
        }
        return LabelledData(
            dimension: 13, offsets: offsets, columns: columns, values: values,
            labels: (0..<rows).map {
                $0 < classCount ? Double($0) : Double(inputs.bits() % UInt64(classCount))
            })
    }

    private static func evaluate<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ withIntercept: Bool, _ level: KernelLevel
    ) -> (gradient: [Scalar], sums: SoftmaxSums, alone: SoftmaxSums) {
        let size = SoftmaxRows.workspaceSize(classCount: data.classCount)
        let workspace = UnsafeMutablePointer<SIMD8<Double>>.allocate(capacity: size)
        let order = UnsafeMutablePointer<UInt32>.allocate(capacity: data.rowCount)
        let values = data.packedValues.map { Scalar($0) }
        defer {
            workspace.deallocate()
            order.deallocate()
        }
        workspace.initialize(repeating: SIMD8(repeating: .nan), count: size)
        for row in 0..<data.rowCount { order[row] = UInt32(data.rowCount - 1 - row) }
        let rows = SoftmaxRows(
            rows: order, count: data.rowCount, groups: data.groups, columns: data.columns,
            classes: data.classes, classCount: data.classCount,
            intercepts: withIntercept ? data.dimension * data.classCount : -1,
            workspace: workspace)
        let kernels = Scalar.kernels(level)
        var gradient = [Scalar](repeating: 0, count: x.count)
        let sums = gradient.withUnsafeMutableBufferPointer {
            kernels.addSoftmaxGradient(of: rows, values: values, at: x, to: $0.baseAddress)
        }
        return (
            gradient, sums, kernels.addSoftmaxGradient(of: rows, values: values, at: x, to: nil)
        )
    }
}
