import KernelInterface
import Testing

@testable import CompressedSGD

@Suite struct ResidualNetworkTests {
    @Test(arguments: [Activation.tanh, .gelu])
    func `the gradient is that of finite differences`(activation: Activation) throws {
        let examples = DrawnExamples(
            rows: 5, images: ImageShape(channels: 2, height: 8, width: 9), classes: 3, seed: 21)
        let network = ResidualNetwork<Double>(
            for: examples, image: try #require(examples.imageShape), width: 1,
            activation: activation)
        let problem = try NetworkFixture.problem(network, examples, clients: 2, lambda: 0.1)
        #expect(problem.dimension == 9 * (2 + 178) + 35 + 9 * 3)
        let x = NetworkFixture.point(problem, seed: 22)
        NetworkFixture.expectFiniteDifferences(problem, at: x, step: 1e-6, within: 2e-8)
    }

    @Test func `a gradient has the same bits, however many images are taken at a time`() {
        let examples = DrawnExamples(
            rows: 11, images: ImageShape(channels: 1, height: 8, width: 8), classes: 4, seed: 23)
        func total<Scalar: KernelScalar>(
            _ chunk: Int, _ type: Scalar.Type
        ) -> (loss: Double, gradient: [Scalar]) {
            let network = ResidualNetwork<Scalar>(
                for: examples, image: .init(channels: 1, height: 8, width: 8), width: 3,
                activation: .relu, chunk: chunk)
            let x = Vector(zeros: network.parameterCount)
            network.initialise(x, seed: 24)
            return NetworkFixture.total(network, examples, at: x.elements)
        }
        let whole = total(11, Double.self)
        let single = total(11, Float.self)
        for chunk in [1, 3, 10] {
            let parts = total(chunk, Double.self)
            let singleParts = total(chunk, Float.self)
            let isSame = parts == whole && singleParts == single
            #expect(isSame)
        }
        #expect((single.loss / whole.loss - 1).magnitude < 1e-5)
        let size = whole.gradient.map(\.magnitude).max() ?? 0
        #expect(size > 0)
        for (a, b) in zip(single.gradient, whole.gradient) {
            #expect((Double(a) - b).magnitude <= 1e-4 * size)
        }
    }

    @Test(arguments: [(1, 1, 1), (2, 3, 4), (5, 8, 3), (1, 2, 9)])
    func `a convolution is the sum over its windows`(
        shape: (images: Int, height: Int, width: Int)
    ) {
        let (images, height, width) = shape
        var stream = RandomStream(seed: 25, purpose: .data)
        let size = Convolution<Double>.Shape(
            inputs: 3, outputs: 2, height: height, width: width)
        let layer = Convolution<Double>(
            size, weights: 0, activation: .relu, images: images,
            workspace: .init(
                columns: ScalarMemory(27 * images * height * width),
                products: ScalarMemory(Convolution<Double>.productRoom(size, images: images))))
        let pixels = height * width
        let input = (0..<3 * images * pixels).map { _ in stream.nextNormal() }
        let parameters = (0..<layer.layer.end).map { _ in stream.nextNormal() }
        layer.forward(input, images: images, parameters)
        for output in 0..<2 {
            for image in 0..<images {
                for y in 0..<height {
                    for x in 0..<width {
                        var sum = parameters[54 + output]
                        for channel in 0..<3 {
                            for down in -1...1 {
                                for right in -1...1 {
                                    let (v, u) = (y + down, x + right)
                                    guard (0..<height).contains(v), (0..<width).contains(u)
                                    else { continue }
                                    let place = channel * 9 + (down + 1) * 3 + right + 1
                                    sum +=
                                        parameters[place * 2 + output]
                                        * input[(channel * images + image) * pixels + v * width + u]
                                }
                            }
                        }
                        let index = (output * images + image) * pixels + y * width + x
                        let found = layer.value.base[index]
                        #expect((found - max(sum, 0)).magnitude < 1e-13)
                    }
                }
            }
        }
    }

    @Test func `pooling takes the largest of each window, and gives its gradient back`() {
        let pool = MaximumPooling<Float>(
            channels: 1, height: 3, width: 5, windowHeight: 2, windowWidth: 2, images: 2)
        let first: [Float] = [1, 5, 2, 2, 9, 3, 4, 2, 0, 9, 9, 9, 9, 9, 9]
        let second: [Float] = [-1, -2, .nan, 7, 0, -3, -4, 8, 1, 0, 0, 0, 0, 0, 0]
        pool.forward(first + second, images: 2)
        #expect(pool.windows == 2)
        #expect((0..<3).map { pool.value.base[$0] } == [5, 2, -1])
        #expect(pool.value.base[3].isNaN)
        var slopes = [Float](repeating: 7, count: 30)
        pool.backward([1, 2, 3, 4], images: 2, into: &slopes)
        var expected = [Float](repeating: 0, count: 30)
        (expected[1], expected[2], expected[15], expected[17]) = (1, 2, 3, 4)
        #expect(slopes == expected)
    }

    @Test func `training lowers the loss on images`() throws {
        let shape = ImageShape(channels: 1, height: 8, width: 8)
        let examples = DrawnExamples(rows: 30, images: shape, classes: 2, seed: 26)
        let problem = try NetworkFixture.problem(
            ResidualNetwork<Float>(for: examples, image: shape, width: 4, activation: .relu),
            examples, clients: 2, batch: .size(8))
        let result = try Simulation(
            problem: problem,
            method: ErrorCompensation(
                clients: 2,
                compressor: TopK(k: problem.dimension / 10, dimension: problem.dimension)),
            plan: .init(
                stepSize: StepSize(0.05, .constant, rounds: 100), rounds: 100, logEvery: 100)
        ).run()
        #expect(!result.hasDiverged)
        #expect(result.last.loss < 0.5 * result.records[0].loss)
    }
}
