import Testing

@testable import CompressedSGD

@Suite struct SoftmaxRegressionTests {
    /// A few rows of a few classes, one of them empty.
    static func data(
        rows: Int = 30, dimension: Int = 4, classes: Int = 3, seed: UInt64 = 1
    ) -> LabelledData {
        var stream = RandomStream(seed: seed, purpose: .data)
        var (offsets, columns, values, labels) = ([0], [UInt32](), [Double](), [Double]())
        for row in 0..<rows {
            for column in 0..<dimension where row != 3 && stream.next(below: 3) > 0 {
                columns.append(UInt32(column))
                values.append(stream.nextNormal())
            }
            offsets.append(columns.count)
            labels.append(Double(row < classes ? row : stream.next(below: classes)) * 2 - 1)
        }
        return LabelledData(
            dimension: dimension, offsets: offsets, columns: columns, values: values,
            labels: labels)
    }

    static func problem(
        _ data: LabelledData, clients: Int = 1, split: Split = .contiguous, batch: Batch = .full,
        regulariser: Regulariser = .l2(0.1), withIntercept: Bool = false, seed: UInt64 = 0
    ) throws -> SoftmaxRegression {
        SoftmaxRegression(
            data: data,
            rows: try ClientRows(
                of: data, clients: clients, split: split, batch: batch, seed: seed),
            regulariser: regulariser, withIntercept: withIntercept)
    }

    @Test(arguments: [2, 3, 8, 11], [false, true])
    func `the gradient is the derivative of the loss`(classes: Int, withIntercept: Bool) throws {
        for shape in Regulariser.Shape.allCases {
            let problem = try Self.problem(
                Self.data(classes: classes), regulariser: Regulariser(shape, lambda: 0.3),
                withIntercept: withIntercept)
            #expect(problem.dimension == (withIntercept ? 5 : 4) * classes)
            var random = RandomVectors(seed: 5)
            let x = random.normal(problem.dimension)
            let gradient = Vector(zeros: problem.dimension)
            problem.gradient(of: 0, at: x, into: gradient)
            for j in 0..<problem.dimension {
                let (step, at) = (1e-5, x[j])
                x[j] = at + step
                let above = problem.evaluate(at: x).loss
                x[j] = at - step
                let below = problem.evaluate(at: x).loss
                x[j] = at
                #expect(((above - below) / (2 * step) - gradient[j]).magnitude < 1e-9)
            }
            let norm = problem.evaluate(at: x).gradientNormSquared
            #expect((norm - gradient.normSquared).magnitude < 1e-14 * (1 + norm))
        }
    }

    @Test(arguments: [2, 7, 10]) func `at 0 all classes are alike`(classes: Int) throws {
        let problem = try Self.problem(Self.data(classes: classes), clients: 4)
        let loss = problem.evaluate(at: Vector(zeros: problem.dimension)).loss
        #expect((loss - Elementary.log(Double(classes))).magnitude < 1e-14)
        let score = try #require(
            problem.score(on: .training, at: Vector(zeros: problem.dimension)))
        let first = (0..<30).filter { problem.data.label(ofRow: $0) == 0 }.count
        #expect(score.accuracy == Double(first) / 30, "of equal classes the first is named")
    }

    @Test func `two classes are logistic regression at the difference of the weights`() throws {
        let data = Self.data(classes: 2)
        let softmax = try Self.problem(data, clients: 3, regulariser: .l2(0))
        let logistic = try LogisticRegression(
            data: data, clients: 3, split: .contiguous, batch: .full, lambda: 0, seed: 0)
        var random = RandomVectors(seed: 2)
        for _ in 0..<20 {
            let x = random.normal(8)
            let difference = Vector((0..<4).map { x[2 * $0 + 1] - x[2 * $0] })
            let loss = logistic.evaluate(at: difference).loss
            #expect((softmax.evaluate(at: x).loss - loss).magnitude < 1e-14)
            let (wide, narrow) = (Vector(zeros: 8), Vector(zeros: 4))
            softmax.gradient(of: 1, at: x, into: wide)
            logistic.gradient(of: 1, at: difference, into: narrow)
            for j in 0..<4 {
                #expect((wide[2 * j + 1] - narrow[j]).magnitude < 1e-14)
                #expect((wide[2 * j] + narrow[j]).magnitude < 1e-14)
            }
            let scores = (
                softmax.score(on: .training, at: x), logistic.score(on: .training, at: difference)
            )
            #expect(scores.0?.accuracy == scores.1?.accuracy)
            let losses = try (#require(scores.0).loss, #require(scores.1).loss)
            #expect((losses.0 - losses.1).magnitude < 1e-14)
        }
    }

    @Test func `with two classes and λ the optimum is that of logistic regression with λ/2`() throws
    {
        let data = Self.data(classes: 2)
        let softmax = try #require(
            Self.problem(data, clients: 3, regulariser: .l2(0.02)).optimum())
        let logistic = try #require(
            LogisticRegression(
                data: data, clients: 3, split: .contiguous, batch: .full, lambda: 0.01, seed: 0
            ).optimum())
        #expect((softmax.loss - logistic.loss).magnitude < 2e-12)
        for j in 0..<4 {
            #expect((softmax.point[2 * j] + softmax.point[2 * j + 1]).magnitude < 1e-6)
            let difference = softmax.point[2 * j + 1] - softmax.point[2 * j]
            #expect((difference - logistic.point[j]).magnitude < 1e-5)
        }
    }

    @Test(arguments: [0.1, 1e-3], [false, true])
    func `the solution has no gradient and no better neighbour`(
        lambda: Double, withIntercept: Bool
    ) throws {
        let problem = try Self.problem(
            Self.data(classes: 4), clients: 7, split: .sorted, regulariser: .l2(lambda),
            withIntercept: withIntercept)
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

    @Test func `a regulariser that is not convex has no known solution`() throws {
        let problem = try Self.problem(
            Self.data(), regulariser: Regulariser(.nonconvex, lambda: 0.1))
        #expect(problem.optimum() == nil)
        #expect(try Self.problem(Self.data(), regulariser: .l2(0)).optimum() == nil)
    }

    @Test func `numbers added to all classes change no loss`() throws {
        let problem = try Self.problem(
            Self.data(), regulariser: .l2(0), withIntercept: true)
        var random = RandomVectors(seed: 3)
        let x = random.normal(problem.dimension)
        let shifts = random.normal(5)
        let shifted = Vector((0..<15).map { x[$0] + shifts[$0 / 3] })
        let losses = [x, shifted].map { problem.evaluate(at: $0).loss }
        #expect((losses[0] - losses[1]).magnitude < 1e-13)
    }

    @Test func `logits of a thousand neither overflow nor lose the loss`() throws {
        let problem = try Self.problem(Self.data())
        var random = RandomVectors(seed: 4)
        let far = random.normal(problem.dimension)
        far.divide(by: 1e-3)
        let state = problem.evaluate(at: far)
        #expect(state.loss.isFinite && state.gradientNormSquared.isFinite)
        #expect(state.loss > 100)
        far.divide(by: 1e-306)
        #expect(!problem.evaluate(at: far).loss.isFinite)
    }

    @Test(arguments: [false, true], Regulariser.Shape.allCases)
    func `gradients change no faster than L says`(
        withIntercept: Bool, shape: Regulariser.Shape
    ) throws {
        let problem = try Self.problem(
            Self.data(classes: 5), clients: 3, regulariser: Regulariser(shape, lambda: 0.2),
            withIntercept: withIntercept)
        try expectSmooth(problem)
    }

    @Test func `batches are without bias and depend on nothing that was drawn before`() throws {
        let data = Self.data()
        let batched = try Self.problem(data, clients: 3, batch: .size(4), seed: 8)
        let full = try Self.problem(data, clients: 3)
        let d = batched.dimension
        var random = RandomVectors(seed: 1)
        let x = random.normal(d)
        let (mean, part, whole) = (Vector(zeros: d), Vector(zeros: d), Vector(zeros: d))
        let rounds = 4000
        for round in 0..<rounds {
            batched.stochasticGradient(of: 1, at: x, round: round, into: part)
            mean.add(part, dividedBy: Double(rounds))
        }
        full.gradient(of: 1, at: x, into: whole)
        mean.subtract(whole)
        #expect(mean.norm < 0.03 * whole.norm)
        let fresh = try Self.problem(data, clients: 3, batch: .size(4), seed: 8)
        let again = Vector(zeros: d)
        fresh.stochasticGradient(of: 1, at: x, round: rounds - 1, into: again)
        #expect(again.elements == part.elements)
    }
}
