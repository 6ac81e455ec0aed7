/// fᵢ(W) = mean over client i's rows (a, y) of log Σ_c exp(aᵀw_c) − aᵀw_y, plus r(W).
///
/// W ∈ ℝᵈˣᵏ has a column w_c for each of k classes. x is W row by row: x[j·k + c] is the weight of
/// feature j for class c. With intercepts a row has a 1 behind its features, and x k numbers more.
///
/// f(x) = (1/n) Σᵢ fᵢ(x): clients count alike, also where one holds a row more than another.
///
/// The same number added to all classes of a feature changes no probability: without a regulariser f
/// has no single minimum. For two classes fᵢ is that of logistic regression at w₂ − w₁, if r is
/// nothing; with (λ/2)‖W‖² its least value is that of logistic regression with λ/2, since of all W
/// with the same w₂ − w₁ the one with w₁ = −w₂ is shortest.
///
/// In single precision a client's sums are single: those of products aᵀw_c, of features and weights that
/// are rounded, and those of a batch's gradient. Softmax between them, the division by the number of
/// rows, r, and everything that is measured (f, ∇f, scores, f*, L) stay double.
///
/// Source: Hastie, Tibshirani, Friedman, "The elements of statistical learning", Section 4.4.
public final class SoftmaxRegression: Problem {
    /// k·d, or k·(d + 1) with intercepts.
    public let dimension: Int
    /// n.
    public let clients: Int
    /// r.
    public let regulariser: Regulariser
    /// Whether a row has a 1 behind its features.
    public let hasIntercept: Bool

    /// All rows of all clients.
    let data: LabelledData
    /// Who holds which rows.
    let rows: ClientRows
    /// What clients compute in.
    public let precision: Precision
    /// For losses, and for the gradients of clients that compute in double.
    private let doubles: SoftmaxKernel<Double>
    /// For the gradients of clients that compute in single.
    private let singles: SoftmaxKernel<Float>?
    private let test: TestRows<LabelledData>?
    private let mean: MeanOverClients

    /// Softmax regression on rows that clients hold.
    ///
    /// - Parameters:
    ///   - data: rows and classes; shared, never written to.
    ///   - rows: who holds which of them.
    ///   - regulariser: r, added to each fᵢ.
    ///   - withIntercept: whether each class has a constant, too.
    ///   - test: rows to be scored on.
    ///   - precision: what clients compute in.
    package init(
        data: LabelledData, rows: ClientRows, regulariser: Regulariser, withIntercept: Bool = false,
        test: TestRows<LabelledData>? = nil, precision: Precision = .double
    ) {
        self.data = data
        self.rows = rows
        self.regulariser = regulariser
        self.test = test
        hasIntercept = withIntercept
        self.precision = precision
        doubles = SoftmaxKernel(data: data, withIntercept: withIntercept)
        singles =
            precision == .single ? SoftmaxKernel(data: data, withIntercept: withIntercept) : nil
        clients = rows.clients
        dimension = doubles.dimension
        mean = MeanOverClients(of: rows, regulariser: regulariser, dimension: dimension)
    }

    /// How many rows client i holds.
    public func exampleCount(of client: Int) -> Int { rows.count(of: client) }

    /// How many rows client i looks at in a round.
    public func batchSize(of client: Int) -> Int { rows.batchSize(of: client) }

    /// ∇fᵢ(x).
    ///
    /// - Complexity: O(k·(d + entries of the client's rows))
    public func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        average(rows.all(of: client), at: x, into: gradient)
    }

    /// The gradient over a batch drawn without replacement; with a full batch, ∇fᵢ(x).
    ///
    /// - Complexity: O(k·(d + entries of the batch's rows))
    public func stochasticGradient(
        of client: Int, at x: Vector, round: Int, into gradient: Vector
    ) {
        rows.withBatch(of: client, round: round) { average($0, at: x, into: gradient) }
    }

    /// f(x) and ‖∇f(x)‖² over all rows of all clients.
    public func evaluate(at x: Vector) -> Evaluation {
        mean.evaluate(at: x) { doubles.sumGradients(of: $0, at: x, into: $1).loss }
    }

    /// The mean loss, and the share of rows whose class has the largest aᵀw; of several, the first.
    ///
    /// - Complexity: O(k · entries of the rows)
    public func score(on scored: ScoredRows, at x: Vector) -> Score? {
        var (loss, right, count) = (0.0, 0, 0)
        func add(_ rows: UnsafeBufferPointer<UInt32>, _ kernel: SoftmaxKernel<Double>) {
            let sums = kernel.score(of: rows, at: x)
            loss += sums.loss
            right += sums.right
            count += rows.count
        }
        switch scored {
        case .training:
            for client in 0..<clients { add(rows.all(of: client), doubles) }
        case .test:
            guard let test else { return nil }
            let kernel = SoftmaxKernel<Double>(data: test.data, withIntercept: hasIntercept)
            test.rows.withUnsafeBufferPointer { add($0, kernel) }
        }
        return Score(loss: loss / Double(count), accuracy: Double(right) / Double(count))
    }

    private func average(
        _ rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) {
        if let singles {
            singles.sumGradients(of: rows, at: x, into: gradient)
        } else {
            doubles.sumGradients(of: rows, at: x, into: gradient)
        }
        regulariser.finish(gradient, at: x, dividingBy: rows.count)
    }
}
