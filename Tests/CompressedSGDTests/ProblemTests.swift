import Testing

@testable import CompressedSGD

@Suite struct LogisticRegressionTests {
    /// Seven rows in ℝ³, one of them empty.
    static let data = LabelledData(
        dimension: 3, offsets: [0, 2, 3, 3, 6, 7, 9, 10], columns: [0, 2, 1, 0, 1, 2, 2, 0, 1, 1],
        values: [1, -2, 0.5, 3, 1, 1, 4, -1, 2, 0.25], labels: [1, -1, 1, 1, -1, -1, 1])

    static func problem(
        clients: Int = 3, split: Split = .contiguous, batch: Batch = .full, seed: UInt64 = 0
    ) throws -> LogisticRegression {
        try LogisticRegression(
            data: data, clients: clients, split: split, batch: batch, lambda: 0.1, seed: seed)
    }

    @Test func `the gradient is the derivative of the loss`() throws {
        // With one client, f is f₁, and central differences of f approach its gradient.
        let problem = try Self.problem(clients: 1)
        let x = Vector([0.3, -0.7, 0.2])
        let gradient = Vector(zeros: 3)
        problem.gradient(of: 0, at: x, into: gradient)
        for j in 0..<3 {
            let step = 1e-5
            let at = x[j]
            x[j] = at + step
            let above = problem.evaluate(at: x).loss
            x[j] = at - step
            let below = problem.evaluate(at: x).loss
            x[j] = at
            #expect(((above - below) / (2 * step) - gradient[j]).magnitude < 1e-9)
        }
        let norm = problem.evaluate(at: x).gradientNormSquared
        #expect((norm - gradient.normSquared).magnitude < 1e-15)
    }

    @Test func `f is the mean over clients, however many rows each holds`() throws {
        // Clients hold 2, 2 and 3 rows.
        let problem = try Self.problem()
        #expect((0..<3).map { problem.exampleCount(of: $0) } == [2, 2, 3])
        let x = Vector([1, 1, 1])
        let mean = Vector(zeros: 3)
        let part = Vector(zeros: 3)
        for client in 0..<3 {
            problem.gradient(of: client, at: x, into: part)
            mean.add(part, dividedBy: 3)
        }
        let found = problem.evaluate(at: x).gradientNormSquared
        #expect((found - mean.normSquared).magnitude < 1e-14)
        #expect(problem.evaluate(at: Vector(zeros: 3)).loss == Elementary.log(2))
    }

    @Test func `margins of a thousand neither overflow nor lose the loss`() throws {
        let problem = try Self.problem()
        let far = problem.evaluate(at: Vector([1000, -1000, 1000]))
        #expect(far.loss.isFinite && far.gradientNormSquared.isFinite)
        #expect(far.loss > 1e5)
    }

    @Test func `lambda is 1/N unless given`() throws {
        let problem = try LogisticRegression(
            data: Self.data, clients: 2, split: .contiguous, batch: .full, lambda: nil, seed: 0)
        #expect(problem.regulariser == .l2(1.0 / 7))
    }

    @Test func `a batch depends on seed, client and round, not on what was drawn before`() throws {
        let x = Vector([0.5, 0.5, 0.5])
        let busy = try Self.problem(batch: .size(1))
        let expected = Vector(zeros: 3)
        let found = Vector(zeros: 3)
        for round in 0..<20 {
            for client in [2, 0, 1, 2] {
                busy.stochasticGradient(of: client, at: x, round: round, into: found)
            }
            let fresh = try Self.problem(batch: .size(1))
            fresh.stochasticGradient(of: 2, at: x, round: round, into: expected)
            #expect(found.elements == expected.elements)
        }
    }

    @Test func `a batch is drawn without replacement and is unbiased`() throws {
        let x = Vector([0.5, -0.5, 0.25])
        let problem = try Self.problem(clients: 1, batch: .size(2), seed: 5)
        let full = Vector(zeros: 3)
        problem.gradient(of: 0, at: x, into: full)
        let mean = Vector(zeros: 3)
        let part = Vector(zeros: 3)
        for round in 0..<20_000 {
            problem.stochasticGradient(of: 0, at: x, round: round, into: part)
            mean.add(part, dividedBy: 20_000)
        }
        for j in 0..<3 { #expect((mean[j] - full[j]).magnitude < 0.03) }

        // All rows but in another order: the full gradient up to rounding.
        let whole = try Self.problem(clients: 1, batch: .size(7))
        whole.stochasticGradient(of: 0, at: x, round: 0, into: part)
        for j in 0..<3 { #expect((part[j] - full[j]).magnitude < 1e-15) }
    }

    @Test func `splits hold every row once, and sorted ones go by label`() {
        for split in Split.someOfEach {
            var rows = [UInt32](repeating: 0, count: 7)
            for row in rows.indices { rows[row] = UInt32(row) }
            rows.withUnsafeMutableBufferPointer { rows in
                split.arrange(rows, of: Self.data, clients: 3, seed: 3)
            }
            #expect(rows.sorted() == [0, 1, 2, 3, 4, 5, 6])
            switch split {
            case .contiguous: #expect(rows == [0, 1, 2, 3, 4, 5, 6])
            case .sorted: #expect(rows == [1, 4, 5, 0, 2, 3, 6])
            case .iid, .dirichlet: #expect(rows != [0, 1, 2, 3, 4, 5, 6])
            }
        }
    }

    @Test func `clients hold the rows between the stated bounds`() throws {
        for clients in 1...7 {
            let problem = try Self.problem(clients: clients)
            for client in 0..<clients {
                let count = (client + 1) * 7 / clients - client * 7 / clients
                #expect(problem.exampleCount(of: client) == count)
            }
        }
    }

    @Test func `shapes that do not fit are refused`() {
        #expect(throws: ProblemError.clients(8, rows: 7)) { try Self.problem(clients: 8) }
        #expect(throws: ProblemError.clients(0, rows: 7)) { try Self.problem(clients: 0) }
        #expect(throws: ProblemError.batch(3, smallestClient: 2)) {
            try Self.problem(batch: .size(3))
        }
    }
}

@Suite struct LeastSquaresTests {
    @Test func `without heterogeneity the optimum is zero for everyone`() {
        let problem = LeastSquares(clients: 4, dimension: 5, zeta: 0, sigma: 0, seed: 1)
        let state = problem.evaluate(at: Vector(zeros: 5))
        #expect(state.loss == 0 && state.gradientNormSquared == 0)
    }

    @Test func `the gradient is the derivative of the loss, and the Hessian is L`() {
        let problem = LeastSquares(clients: 3, dimension: 2, zeta: 2, sigma: 0, seed: 1)
        let (a, b) = (Vector([0.3, -1]), Vector([0.3 + 1, -1]))
        let gradients = [Vector(zeros: 2), Vector(zeros: 2)]
        let part = Vector(zeros: 2)
        for (point, sum) in zip([a, b], gradients) {
            for client in 0..<3 {
                problem.gradient(of: client, at: point, into: part)
                sum.add(part, dividedBy: 3)
            }
        }
        // L = (n + 1)(2n + 1)/(6n) = 28/18
        let smoothness = 14.0 / 9
        #expect((gradients[1][0] - gradients[0][0] - smoothness).magnitude < 1e-14)
        // Along a line a quadratic rises by the mean of the slopes at both ends.
        let slope = problem.evaluate(at: b).loss - problem.evaluate(at: a).loss
        let meanGradient = 0.5 * (gradients[0][0] + gradients[1][0])
        #expect((slope - meanGradient).magnitude < 1e-13)
    }

    @Test func `noise has the total variance sigma squared and mean zero`() {
        let problem = LeastSquares(clients: 2, dimension: 10, zeta: 1, sigma: 3, seed: 1)
        let x = Vector(zeros: 10)
        let (exact, noisy) = (Vector(zeros: 10), Vector(zeros: 10))
        problem.gradient(of: 1, at: x, into: exact)
        var total = 0.0
        for round in 0..<4000 {
            problem.stochasticGradient(of: 1, at: x, round: round, into: noisy)
            noisy.subtract(exact)
            total += noisy.normSquared / 4000
        }
        #expect((total - 9).magnitude < 0.4)
    }

    @Test func `clients' targets shrink with their number as the definition says`() {
        // bᵢ has variance ζ²/i²; at x = 0 the gradient is −(i/√n)·bᵢ, of variance ζ²/n for all i.
        let problem = LeastSquares(clients: 4, dimension: 20_000, zeta: 3, sigma: 0, seed: 9)
        let gradient = Vector(zeros: 20_000)
        for client in 0..<4 {
            problem.gradient(of: client, at: Vector(zeros: 20_000), into: gradient)
            #expect((gradient.normSquared / 20_000 - 9.0 / 4).magnitude < 0.12)
        }
    }

    @Test func `equal curvatures keep L at one and the gradients at zero as they are`() {
        let zeros = Vector(zeros: 20_000)
        let gradient = Vector(zeros: 20_000)
        for clients in [1, 9] {
            let problem = LeastSquares(
                clients: clients, dimension: 20_000, zeta: 3, sigma: 0, curvature: .equal, seed: 2)
            #expect(problem.smoothness?.ofMean == 1)
            problem.gradient(of: clients - 1, at: zeros, into: gradient)
            let variance = gradient.normSquared / 20_000
            #expect((variance * Double(clients) / 9 - 1).magnitude < 0.05)
        }
    }

    @Test(arguments: [2, 10])
    func `skewed noise has mean zero, and its larger entry has not`(dimension: Int) throws {
        let problem = LeastSquares(
            clients: 1, dimension: dimension, zeta: 0, sigma: 2, noise: .skewed, seed: 5)
        let (zero, noisy) = (Vector(zeros: dimension), Vector(zeros: dimension))
        let (mean, kept) = (Vector(zeros: dimension), Vector(zeros: dimension))
        var variance = 0.0
        let rounds = 20_000
        for round in 0..<rounds {
            problem.stochasticGradient(of: 0, at: zero, round: round, into: noisy)
            mean.add(noisy, dividedBy: Double(rounds))
            variance += noisy.normSquared / Double(rounds)
            for pair in stride(from: 0, to: dimension, by: 2) {
                let larger = noisy[pair].magnitude >= noisy[pair + 1].magnitude ? pair : pair + 1
                kept[larger] += noisy[larger] / Double(rounds)
            }
        }
        // Four standard deviations of a mean, and of a mean of squares.
        #expect(mean.normSquared.squareRoot() < 4 * 2 / Double(rounds).squareRoot())
        #expect((variance - 4).magnitude < 4 * 4 / Double(rounds).squareRoot())
        // Top-1 of each pair keeps (2, 0), (0, 1), (−2, 0), of mean (0, 1/3).
        let unit = 2 * (0.6 / Double(dimension)).squareRoot()
        for pair in stride(from: 0, to: dimension, by: 2) {
            #expect(kept[pair].magnitude < 0.1 * unit)
            #expect((kept[pair + 1] / unit - 1.0 / 3).magnitude < 0.05)
        }
    }
}

@Suite struct TurnedQuadraticsTests {
    @Test(arguments: [3, 6])
    func `the gradient is the derivative of the loss, and curvatures stay below L`(
        clients: Int
    ) throws {
        let problem = TurnedQuadratics(clients: clients)
        let smoothness = try #require(problem.smoothness)
        let point = Vector([0.7, -1.3, 0.2])
        let part = Vector(zeros: 3)
        let gradient = Vector(zeros: 3)
        for client in 0..<clients {
            problem.gradient(of: client, at: point, into: part)
            gradient.add(part, dividedBy: Double(clients))
        }
        for (place, direction) in [[1.0, 1, 1], [1, -1, 0], [1, 0, -1]].enumerated() {
            let (ahead, behind) = (Vector(zeros: 3), Vector(zeros: 3))
            var slope = 0.0
            for index in 0..<3 {
                ahead[index] = point[index] + direction[index]
                behind[index] = point[index] - direction[index]
                slope += gradient[index] * direction[index]
            }
            let (here, up, down) = (
                problem.evaluate(at: point).loss, problem.evaluate(at: ahead).loss,
                problem.evaluate(at: behind).loss
            )
            // Of a quadratic these differences are the derivatives.
            #expect(((up - down) / 2 - slope).magnitude < 1e-12)
            let curvature = (up - 2 * here + down) / Double(place == 0 ? 3 : 2)
            #expect((curvature - (place == 0 ? 7.0 / 6 : smoothness.ofMean)).magnitude < 1e-12)
        }
        #expect(problem.evaluate(at: point).gradientNormSquared == gradient.normSquared)
    }
}
