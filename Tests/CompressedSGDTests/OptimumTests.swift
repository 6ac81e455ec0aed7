import Testing

@testable import CompressedSGD

/// Solutions, and what is known of how problems bend.
@Suite struct OptimumTests {
    @Test(arguments: [1.0, 1e-2, 1e-4], Split.someOfEach)
    func `the solution of logistic regression has no gradient and no better neighbour`(
        lambda: Double, split: Split
    ) throws {
        let problem = try LogisticRegression(
            data: LogisticRegressionTests.data, clients: 3, split: split, batch: .full,
            lambda: lambda, seed: 1)
        let optimum = try #require(problem.optimum())
        #expect(optimum.errorBound <= Optimum.tolerance)
        let state = problem.evaluate(at: optimum.point)
        #expect(state.loss == optimum.loss)
        #expect(state.gradientNormSquared <= 2 * lambda * Optimum.tolerance)
        var random = RandomVectors(seed: 1)
        for _ in 0..<20 {
            let point = optimum.point
            point.add(1e-3, times: random.normal(problem.dimension))
            #expect(problem.evaluate(at: point).loss > optimum.loss)
        }
    }

    @Test func `a solution is found once, and again only for another key`() {
        let cache = OptimumCache(capacity: 2)
        var solved = 0
        func point(_ lambda: Double) -> [Double] {
            let key = OptimumCache.Key(
                problem: .logisticRegression, content: SIMD2(1, 2), weights: SIMD2(3, 4),
                lambda: lambda, withIntercept: false)
            let point = cache.point(for: key, size: 1) {
                solved += 1
                return Vector([lambda])
            }
            return point.elements
        }
        #expect([1, 2, 1, 2].map { point($0) } == [[1], [2], [1], [2]])
        #expect(solved == 2)
        #expect(point(3) == [3] && point(2) == [2] && solved == 3)
        #expect(point(1) == [1] && solved == 4, "the oldest was dropped")
    }

    @Test func `least squares are solved by one step of gradient descent`() throws {
        let problem = LeastSquares(clients: 5, dimension: 9, zeta: 2, sigma: 1, seed: 4)
        let optimum = try #require(problem.optimum())
        let smoothness = try #require(problem.smoothness)
        #expect((smoothness.ofMean - 6.0 * 11 / 30).magnitude < 1e-14)
        #expect((smoothness.largest - 5).magnitude < 1e-14)
        let (x, sum, part) = (Vector(zeros: 9), Vector(zeros: 9), Vector(zeros: 9))
        for client in 0..<5 {
            problem.gradient(of: client, at: x, into: part)
            sum.add(part, dividedBy: 5)
        }
        x.add(-1 / smoothness.ofMean, times: sum)
        for j in 0..<9 { #expect((x[j] - optimum.point[j]).magnitude < 1e-13) }
    }

    @Test func `without a regulariser no solution is claimed`() throws {
        let problem = try LogisticRegression(
            data: LogisticRegressionTests.data, clients: 3, split: .contiguous, batch: .full,
            lambda: 0, seed: 1)
        #expect(problem.optimum() == nil)
    }

    @Test func `gradients change no faster than L says`() throws {
        let problem = try LogisticRegression(
            data: LogisticRegressionTests.data, clients: 3, split: .contiguous, batch: .full,
            lambda: 0.01, seed: 1)
        try expectSmooth(problem)
    }

    @Test func `theoretical step sizes are their formulas`() {
        let smoothness = Smoothness(ofMean: 2, ofClients: [3, 1])
        #expect(TheoreticalStepSize.sgd(smoothness) == 0.5)
        #expect(TheoreticalStepSize.ef21(smoothness, delta: 1) == 0.5)
        // δ = 3/4: θ = ½, β = ½, √(β/θ) = 1.
        let ef21 = TheoreticalStepSize.ef21(smoothness, delta: 0.75)
        #expect((ef21 - 1 / (2 + 5.0.squareRoot())).magnitude < 1e-15)
        let diana = TheoreticalStepSize.diana(smoothness, variance: 1, clients: 6)
        #expect((diana - 1 / 6.0).magnitude < 1e-16)
        // L = 2, max Lᵢ = 3, ω = 1, n = 6: 1/(2 + 2·3/6).
        let compressed = TheoreticalStepSize.compressedSGD(smoothness, variance: 1, clients: 6)
        #expect((compressed - 1 / 3.0).magnitude < 1e-16)
        #expect(TheoreticalStepSize.largestDianaAlpha(variance: 3) == 0.25)
        let momentum = TheoreticalStepSize.ef21SGDM(smoothness, delta: 1, beta: 0.014)
        #expect((momentum - 0.001).magnitude < 1e-17)
    }
}
