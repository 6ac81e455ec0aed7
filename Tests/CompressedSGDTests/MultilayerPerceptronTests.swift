import KernelInterface
import Testing

@testable import CompressedSGD

@Suite struct MultilayerPerceptronTests {
    @Test(arguments: Activation.allCases, [[], [5], [6, 4]])
    func `the gradient is that of finite differences`(
        activation: Activation, hidden: [Int]
    ) throws {
        let examples = DrawnExamples(rows: 23, features: 7, classes: 3, seed: 1)
        let network = MultilayerPerceptron<Double>(
            for: examples, hidden: hidden, activation: activation)
        let problem = try NetworkFixture.problem(network, examples, lambda: 0.3)
        let x = NetworkFixture.point(problem, seed: 2)
        NetworkFixture.expectFiniteDifferences(problem, at: x, within: 2e-9)
    }

    @Test func `the loss is that of the formula, layer by layer`() throws {
        let examples = DrawnExamples(rows: 4, features: 3, classes: 2, seed: 3)
        let network = MultilayerPerceptron<Double>(
            for: examples, hidden: [2], activation: .relu)
        let problem = try NetworkFixture.problem(network, examples, clients: 1)
        #expect(problem.dimension == (3 + 1) * 2 + (2 + 1) * 2)
        let x = NetworkFixture.point(problem, seed: 4).elements
        var loss = 0.0
        for row in 0..<4 {
            var hidden = [x[6], x[7]]
            for unit in 0..<2 {
                for index in 0..<3 {
                    hidden[unit] += examples.features[row * 3 + index] * x[index * 2 + unit]
                }
                hidden[unit] = max(hidden[unit], 0)
            }
            let logits = (0..<2).map { label in
                x[12 + label] + hidden[0] * x[8 + label] + hidden[1] * x[10 + label]
            }
            let other = logits[1 - examples.labels[row]] - logits[examples.labels[row]]
            let exponential = Elementary.exp(.init(repeating: other))[0]
            loss += Elementary.log(1 + exponential) / 4
        }
        #expect((problem.evaluate(at: Vector(x)).loss - loss).magnitude <= 1e-14)
    }

    @Test(arguments: Activation.allCases)
    func `a gradient has the same bits, however many rows are taken at a time`(
        activation: Activation
    ) {
        let examples = DrawnExamples(rows: 37, features: 9, classes: 4, seed: 6)
        func total<Scalar: KernelScalar>(
            _ chunk: Int, _ type: Scalar.Type
        ) -> (loss: Double, gradient: [Scalar]) {
            let network = MultilayerPerceptron<Scalar>(
                for: examples, hidden: [17, 5], activation: activation, chunk: chunk)
            let x = Vector(zeros: network.parameterCount)
            network.initialise(x, seed: 7)
            return NetworkFixture.total(network, examples, at: x.elements)
        }
        let whole = total(37, Double.self)
        let single = total(37, Float.self)
        for chunk in [1, 4, 13, 36] {
            let parts = total(chunk, Double.self)
            let singleParts = total(chunk, Float.self)
            let isSame = parts == whole && singleParts == single
            #expect(isSame)
        }
        let size = whole.gradient.map(\.magnitude).max() ?? 0
        for (a, b) in zip(single.gradient, whole.gradient) {
            #expect((Double(a) - b).magnitude <= 2e-5 * size)
        }
    }

    @Test func `a batch's gradient depends on seed, client and round alone`() throws {
        let examples = DrawnExamples(rows: 40, features: 6, classes: 3, seed: 8)
        func problem() throws -> NetworkProblem<MultilayerPerceptron<Float>> {
            try NetworkFixture.problem(
                MultilayerPerceptron(for: examples, hidden: [8], activation: .gelu),
                examples, batch: .size(5))
        }
        let first = try problem()
        let second = try problem()
        let x = NetworkFixture.point(first, seed: 9)
        let a = Vector(zeros: first.dimension)
        let b = Vector(zeros: first.dimension)
        _ = second.evaluate(at: x)
        for (client, round) in [(2, 9), (0, 0), (1, 3), (2, 9)] {
            first.stochasticGradient(of: client, at: x, round: round, into: a)
            second.stochasticGradient(of: 1, at: x, round: 77, into: b)
            second.stochasticGradient(of: client, at: x, round: round, into: b)
            #expect(a.elements == b.elements)
        }
        first.stochasticGradient(of: 2, at: x, round: 10, into: b)
        #expect(a.elements != b.elements)
    }

    @Test func `weights are drawn from the seed with the variances of He and of Glorot`() {
        let examples = DrawnExamples(rows: 2, features: 200, classes: 10, seed: 10)
        for activation in Activation.allCases {
            let network = MultilayerPerceptron<Double>(
                for: examples, hidden: [300], activation: activation)
            let x = Vector(zeros: network.parameterCount)
            network.initialise(x, seed: 11)
            let first = x.elements[..<60_000]
            let variance = first.reduce(0) { $0 + $1 * $1 } / 60_000
            let expected = activation == .tanh ? 2.0 / 500 : 2.0 / 200
            // The estimate's standard deviation is √(2/60000) = 0.6 %.
            #expect((variance / expected - 1).magnitude < 0.03)
            #expect(x.elements[60_000..<60_300].allSatisfy { $0 == 0 })
            let other = Vector(zeros: network.parameterCount)
            network.initialise(other, seed: 12)
            #expect(x.elements != other.elements)
        }
    }

    @Test func `training lowers the loss, and a run starts from the drawn weights`() throws {
        let examples = DrawnExamples(rows: 60, features: 5, classes: 3, seed: 13)
        let problem = try NetworkFixture.problem(
            MultilayerPerceptron<Float>(for: examples, hidden: [16], activation: .tanh),
            examples, batch: .size(10))
        let result = try Simulation(
            problem: problem,
            method: EF21(clients: 3, compressor: TopK(k: 20, dimension: problem.dimension)),
            plan: .init(
                stepSize: StepSize(0.1, .constant, rounds: 300), rounds: 300,
                logEvery: 300)
        ).run()
        #expect(!result.hasDiverged)
        let start = try #require(problem.start)
        #expect(result.records[0].loss == problem.evaluate(at: start).loss)
        #expect(result.last.loss < 0.7 * result.records[0].loss)
    }
}
