import Testing

@testable import CompressedSGD

/// `precision: single`: clients' sums are single, what is measured stays double.
@Suite struct SinglePrecisionTests {
    @Test(arguments: Case.all)
    func `gradients are those in double but for rounding, and what is measured is the same`(
        sample: Case
    ) throws {
        let double = try sample.problem(.double)
        let single = try sample.problem(.single)
        var random = RandomVectors(seed: 3)
        let x = random.normal(double.dimension)
        let (exact, found) = (Vector(zeros: x.count), Vector(zeros: x.count))
        var isOff = false
        for client in 0..<double.clients {
            for round in 0..<3 {
                double.stochasticGradient(of: client, at: x, round: round, into: exact)
                single.stochasticGradient(of: client, at: x, round: round, into: found)
                let bound = sample.bound(at: x)
                for place in 0..<x.count {
                    let error = (found[place] - exact[place]).magnitude
                    #expect(error <= bound, "\(sample) client \(client) place \(place)")
                    if error > 1e-10 * exact[place].magnitude { isOff = true }
                }
            }
            double.gradient(of: client, at: x, into: exact)
            single.gradient(of: client, at: x, into: found)
            found.subtract(exact)
            #expect(
                found.normSquared <= Double(x.count) * sample.bound(at: x) * sample.bound(at: x))
        }
        #expect(isOff, "sums in single are not double in disguise")
        #expect(single.evaluate(at: x) == double.evaluate(at: x))
        #expect(single.score(on: .training, at: x) == double.score(on: .training, at: x))
        #expect(single.smoothness?.ofClients == double.smoothness?.ofClients)
        #expect(single.smoothness?.ofMean == double.smoothness?.ofMean)
        #expect(single.optimum()?.loss == double.optimum()?.loss)
        #expect(single.optimum()?.point.elements == double.optimum()?.point.elements)
    }

    @Test(arguments: Case.all)
    func `a gradient has the same bits whatever ran before, and beside other problems`(
        sample: Case
    ) throws {
        let busy = try sample.problem(.single)
        let other = try sample.problem(.double)
        var random = RandomVectors(seed: 4)
        let (x, y) = (random.normal(busy.dimension), random.normal(busy.dimension))
        let (expected, found) = (Vector(zeros: x.count), Vector(zeros: x.count))
        for round in 0..<3 {
            for client in (0..<busy.clients).reversed() {
                _ = busy.evaluate(at: y)
                other.gradient(of: client, at: y, into: found)
                busy.stochasticGradient(of: client, at: y, round: 7, into: found)
                busy.stochasticGradient(of: client, at: x, round: round, into: found)
                let fresh = try sample.problem(.single)
                fresh.stochasticGradient(of: client, at: x, round: round, into: expected)
                #expect(found.elements == expected.elements)
            }
        }
    }

    @Test func `a run in single ends as near to the optimum as its gradients allow`() throws {
        var ends: [Double] = []
        for precision in Precision.allCases {
            let problem = try Case(.logistic(.l2), .full).problem(precision)
            let optimum = try #require(problem.optimum())
            let x = Vector(zeros: problem.dimension)
            let (part, sum) = (Vector(zeros: x.count), Vector(zeros: x.count))
            for _ in 0..<2000 {
                sum.clear()
                for client in 0..<problem.clients {
                    problem.gradient(of: client, at: x, into: part)
                    sum.add(part, dividedBy: Double(problem.clients))
                }
                x.add(-1, times: sum)
            }
            ends.append(problem.evaluate(at: x).loss - optimum.loss)
        }
        // f(x) − f* ≤ ‖∇f‖²/(2μ), where ∇f is as large as what a client's gradient is off.
        let bound = Case(.logistic(.l2), .full).bound(at: Vector(zeros: 6))
        #expect(ends[0].magnitude < 1e-15)
        #expect(ends[1] < 6 * bound * bound / (2 * Case.lambda))
        #expect(ends[1] > -1e-15, "measured in double, no point is better than the optimum")
    }

    @Test func `the first feature that no single holds is found`() {
        let data = { (value: Double) in
            LabelledData(
                dimension: 9, offsets: [0, 1, 6], columns: [2, 0, 1, 3, 5, 7],
                values: [1, 2, 3, 4, 5, value], labels: [0, 1])
        }
        #expect(data(Double(Float.greatestFiniteMagnitude)).featureBeyondSingles == nil)
        #expect(data(1e-300).featureBeyondSingles == nil)
        for value in [3.5e38, -1e300] {
            let found = data(value).featureBeyondSingles
            #expect(found?.row == 1 && found?.column == 7 && found?.value == value)
        }
    }
}

extension SinglePrecisionTests {
    /// A small problem of each kind.
    struct Case: Sendable, CustomTestStringConvertible {
        enum Kind: Sendable {
            case logistic(Regulariser.Shape)
            case softmax(Regulariser.Shape, classes: Int, withIntercept: Bool)
            case leastSquares(LeastSquares.Noise)
        }

        static let lambda = 0.05
        let kind: Kind
        let batch: Batch
        let isDense: Bool

        init(_ kind: Kind, _ batch: Batch, isDense: Bool = false) {
            self.kind = kind
            self.batch = batch
            self.isDense = isDense
        }

        static let all: [Case] = [
            Case(.logistic(.l2), .full), Case(.logistic(.l2), .full, isDense: true),
            Case(.logistic(.l2), .size(3)), Case(.logistic(.nonconvex), .full),
            Case(.logistic(.nonconvex), .size(9), isDense: true),
            Case(.softmax(.l2, classes: 3, withIntercept: false), .full),
            Case(.softmax(.l2, classes: 17, withIntercept: true), .size(5)),
            Case(.softmax(.nonconvex, classes: 9, withIntercept: true), .full, isDense: true),
            Case(.leastSquares(.gaussian), .full), Case(.leastSquares(.skewed), .full),
        ]

        var testDescription: String { "\(kind), \(batch), \(isDense ? "dense" : "sparse")" }

        func problem(_ precision: Precision) throws -> any Problem {
            switch kind {
            case .logistic(let shape):
                let data = data(classes: 2)
                return try LogisticRegression(
                    data: data, rows: rows(of: data),
                    regulariser: Regulariser(shape, lambda: Self.lambda), precision: precision)
            case .softmax(let shape, let classes, let withIntercept):
                let data = data(classes: classes)
                return SoftmaxRegression(
                    data: data, rows: try rows(of: data),
                    regulariser: Regulariser(shape, lambda: Self.lambda),
                    withIntercept: withIntercept, precision: precision)
            case .leastSquares(let noise):
                return LeastSquares(
                    clients: 3, dimension: 6, zeta: 1, sigma: 0.3, noise: noise,
                    precision: precision, seed: 2)
            }
        }

        /// How far a gradient may be off: with u = 2⁻²⁴ a feature and x are off by u, a sum of m
        /// products by (m + 2)u of their sizes, a weight by a quarter of that, or half of it with
        /// softmax, and by u; the mean over a batch of b by (b + 2)u of its largest term.
        func bound(at x: Vector) -> Double {
            let u = 0x1p-24
            let size = x.elements.map(\.magnitude).max() ?? 0
            let columns = 7.0
            switch kind {
            case .leastSquares:
                // Aᵢ = i/√3 ≤ √3 and |bᵢ| < 5; two products, a difference, and what is rounded before.
                return 8 * u * (3 * size + 3.squareRoot() * 5)
            case .logistic, .softmax:
                let margin = (columns + 4) * u * columns * Self.largest * size
                return Self.largest * (margin / 2 + (Double(Self.rows) + 4) * u)
            }
        }

        /// Above any feature's magnitude.
        private static let largest = 4.0
        private static let rows = 400

        private func rows(of data: LabelledData) throws -> ClientRows {
            try ClientRows(of: data, clients: 3, split: .iid, batch: batch, seed: 6)
        }

        private func data(classes: Int) -> LabelledData {
            var stream = RandomStream(seed: 8, purpose: .data)
            var (offsets, columns, values, labels) = ([0], [UInt32](), [Double](), [Double]())
            for row in 0..<Self.rows {
                for column in 0..<6 where isDense || stream.next(below: 3) == 0 {
                    columns.append(UInt32(column))
                    values.append(max(-Self.largest, min(Self.largest, stream.nextNormal())))
                }
                offsets.append(columns.count)
                labels.append(Double(row < classes ? row : stream.next(below: classes)))
            }
            return LabelledData(
                dimension: 6, offsets: offsets, columns: columns, values: values, labels: labels)
        }
    }
}
