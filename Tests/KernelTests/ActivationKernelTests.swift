import Glibc
import KernelChoice
import KernelInterface
import Testing

/// What stands between the layers of a network, in both precisions.
@Suite struct ActivationKernelTests {
    @Test(arguments: KernelLevel.available, Activation.allCases)
    func `activations have the same bits on every level and wherever a number stands`(
        level: KernelLevel, activation: Activation
    ) {
        var inputs = KernelInputs(seed: 41)
        for length in KernelInputs.lengths {
            let z = inputs.numbers(length, awkward: true)
            let g = inputs.numbers(length, awkward: false)
            let found = Self.pass(z, g, activation, level)
            let portable = Self.pass(z, g, activation, .portable)
            #expect(bits(found.y) == bits(portable.y))
            #expect(bits(found.g) == bits(portable.g))
            let singles = Self.pass(z.map { Float($0) }, g.map { Float($0) }, activation, level)
            for index in 0..<length {
                let alone = Self.pass([z[index]], [g[index]], activation, .portable)
                #expect(bits([alone.y[0]]) == bits([found.y[index]]))
                #expect(bits([alone.g[0]]) == bits([found.g[index]]))
                let single = Self.pass(
                    [Float(z[index])], [Float(g[index])], activation, .portable)
                #expect(bits([Double(single.y[0])]) == bits([Double(singles.y[index])]))
                #expect(bits([Double(single.g[0])]) == bits([Double(singles.g[index])]))
            }
        }
    }

    @Test(arguments: Activation.allCases)
    func `activations are their formulas, and slopes their derivatives`(activation: Activation) {
        for step in -160...160 {
            let z = Double(step) / 16 + 0.01
            let found = Self.pass([z], [1.0], activation, .best)
            let exact = Self.exact(activation, z)
            #expect((found.y[0] - exact).magnitude <= 4e-16 * max(exact.magnitude, 0.05))
            let h = 1e-5
            let slope = (Self.exact(activation, z + h) - Self.exact(activation, z - h)) / (2 * h)
            #expect((found.g[0] - slope).magnitude <= 1e-9)
            let single = Self.pass([Float(z)], [Float(1)], activation, .best)
            #expect((Double(single.y[0]) - exact).magnitude <= 2e-7 * max(exact.magnitude, 1))
        }
    }

    @Test(arguments: Activation.allCases)
    func `far out, activations reach their limits, and NaN stays NaN`(activation: Activation) {
        for size in [1e3, 1e200, Double.greatestFiniteMagnitude] {
            let found = Self.pass([size, -size, .nan], [1.0, 1, 1], activation, .best)
            let limit = activation == .tanh ? (1.0, -1.0, 0.0) : (size, 0.0, 1.0)
            #expect(found.y[0] == limit.0)
            #expect(found.y[1].magnitude == limit.1.magnitude)
            #expect(found.g[0] == limit.2)
            #expect(found.g[1].magnitude == 0)
            #expect(found.y[2].isNaN)
        }
    }

    @Test(arguments: KernelLevel.available)
    func `sums have one order on every level, and single vectors are scaled and added`(
        level: KernelLevel
    ) {
        var inputs = KernelInputs(seed: 42)
        for length in KernelInputs.lengths {
            let x = inputs.numbers(length, awkward: false)
            let y = inputs.numbers(length, awkward: false)
            let ones = [Double](repeating: 1, count: length)
            let kernels = level.kernels
            #expect(
                bits([kernels.sum(x, count: length)])
                    == bits([kernels.dot(x, ones, count: length)]))
            let singles = x.map { Float($0) }
            let portable = Float.kernels(.portable).sum(singles, count: length)
            let found = Float.kernels(level).sum(singles, count: length)
            #expect(found == portable)
            let total = singles.reduce(0) { $0 + Double($1) }
            let size = singles.reduce(0) { $0 + Double($1.magnitude) }
            #expect((Double(found) - total).magnitude <= 1e-6 * size)

            var doubles = x
            kernels.scale(&doubles, by: 0.3, count: length)
            #expect(doubles == x.map { 0.3 * $0 })
            var scaled = singles
            Float.kernels(level).scale(&scaled, by: 0.3, count: length)
            #expect(scaled == singles.map { 0.3 * $0 })
            let others = y.map { Float($0) }
            Float.kernels(level).add(others, to: &scaled, count: length)
            #expect(scaled == zip(singles, others).map { 0.3 * $0 + $1 })
        }
    }

    private static func exact(_ activation: Activation, _ z: Double) -> Double {
        switch activation {
        case .relu: max(z, 0)
        case .gelu:
            z / (1 + Glibc.exp(-2 * (2 / Double.pi).squareRoot() * (z + 0.044715 * z * z * z)))
        case .tanh: Glibc.tanh(z)
        }
    }

    private static func pass<Scalar: TestedScalar>(
        _ z: [Scalar], _ g: [Scalar], _ activation: Activation, _ level: KernelLevel
    ) -> (y: [Scalar], g: [Scalar]) {
        var y = z
        var g = g
        let kernels = Scalar.kernels(level)
        kernels.activate(z, with: activation, into: &y, count: z.count)
        kernels.multiply(&g, byDerivativeOf: activation, at: z, result: y, count: z.count)
        return (y, g)
    }
}
