/// fᵢ(x) = mean over client i's rows (a, y) of log(1 + exp(−y·aᵀx)), plus r(x); y = ±1, no intercept.
///
/// r(x) = (λ/2)‖x‖² unless another regulariser is asked for.
///
/// f(x) = (1/n) Σᵢ fᵢ(x): clients count alike, also where one holds a row more than another.
///
/// In single precision a client's sums are single: those of margins aᵀx, of features and an x that are
/// rounded, and those of a batch's gradient. σ between them, the division by the number of rows, r, and
/// everything that is measured (f, ∇f, scores, f*, L) stay double.
public final class LogisticRegression: Problem {
    /// d, the number of features.
    public let dimension: Int
    /// n.
    public let clients: Int
    /// r.
    public let regulariser: Regulariser
    /// What clients compute in.
    public let precision: Precision

    /// For losses, and for the gradients of clients that compute in double.
    private let doubles: LogisticKernel<Double>
    /// For the gradients of clients that compute in single.
    private let singles: LogisticKernel<Float>?
    /// All rows of all clients.
    let data: LabelledData
    /// Who holds which rows.
    let rows: ClientRows
    private let test: TestRows<LabelledData>?
    private let mean: MeanOverClients

    /// Splits a data set over clients.
    ///
    /// - Parameters:
    ///   - data: rows and labels; shared, never written to.
    ///   - clients: n, from 1 to the number of rows.
    ///   - split: which rows a client holds.
    ///   - batch: how many of them it looks at in a round; no more than the smallest client holds.
    ///   - lambda: λ ≥ 0 of (λ/2)‖x‖²; nil means 1/N for N rows.
    ///   - seed: fixes batches and, for `iid`, the split.
    /// - Throws: `ProblemError` when the shapes do not fit.
    public convenience init(
        data: LabelledData, clients: Int, split: Split, batch: Batch, lambda: Double?,
        seed: UInt64
    ) throws(ProblemError) {
        try self.init(
            data: data,
            rows: ClientRows(of: data, clients: clients, split: split, batch: batch, seed: seed),
            regulariser: .l2(lambda ?? 1 / Double(data.rowCount)))
    }

    /// Logistic regression on rows that clients hold.
    ///
    /// - Parameters:
    ///   - data: rows and labels; shared, never written to.
    ///   - rows: who holds which of them.
    ///   - regulariser: r, added to each fᵢ.
    ///   - test: rows to be scored on.
    ///   - precision: what clients compute in.
    /// - Throws: `ProblemError.classes` when there are not two.
    package init(
        data: LabelledData, rows: ClientRows, regulariser: Regulariser,
        test: TestRows<LabelledData>? = nil, precision: Precision = .double
    ) throws(ProblemError) {
        guard data.classCount == 2 else { throw .classes(data.classCount) }
        self.data = data
        self.rows = rows
        self.regulariser = regulariser
        self.test = test
        self.precision = precision
        let isFull = rows.batch == .full
        doubles = LogisticKernel(
            data: data, rows: rows, byColumns: isFull && precision == .double)
        singles =
            precision == .single
            ? LogisticKernel(data: data, rows: rows, byColumns: isFull) : nil
        clients = rows.clients
        dimension = data.dimension
        mean = MeanOverClients(of: rows, regulariser: regulariser, dimension: data.dimension)
    }

    /// How many rows client i holds.
    public func exampleCount(of client: Int) -> Int { rows.count(of: client) }

    /// How many rows client i looks at in a round.
    public func batchSize(of client: Int) -> Int { rows.batchSize(of: client) }

    /// ∇fᵢ(x).
    ///
    /// - Complexity: O(d + entries of the client's rows)
    public func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        if let singles {
            singles.sumGradients(of: client, at: x, into: gradient)
        } else {
            doubles.sumGradients(of: client, at: x, into: gradient)
        }
        regulariser.finish(gradient, at: x, dividingBy: exampleCount(of: client))
    }

    /// The gradient over a batch drawn without replacement; with a full batch, ∇fᵢ(x).
    ///
    /// - Complexity: O(d + batch + entries of its rows)
    public func stochasticGradient(
        of client: Int, at x: Vector, round: Int, into gradient: Vector
    ) {
        guard rows.batchSize(of: client) < rows.count(of: client) else {
            return self.gradient(of: client, at: x, into: gradient)
        }
        rows.withBatch(of: client, round: round) { average($0, at: x, into: gradient) }
    }

    /// f(x) and ‖∇f(x)‖² over all rows of all clients.
    public func evaluate(at x: Vector) -> Evaluation {
        mean.evaluate(at: x) { doubles.sumGradientsAndLosses(of: $0, at: x, into: $1) }
    }

    /// The mean loss and the share of rows (a, y) with aᵀx > 0 just where y = +1.
    ///
    /// - Complexity: O(entries of the rows)
    public func score(on rows: ScoredRows, at x: Vector) -> Score? {
        switch rows {
        case .training:
            return LogisticKernel<Double>.score(
                of: data, (0..<clients).lazy.flatMap { self.rows.all(of: $0) }, at: x)
        case .test: return test.map { LogisticKernel<Double>.score(of: $0.data, $0.rows, at: x) }
        }
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

/// Why a problem cannot be made from what was asked for.
public enum ProblemError: Error, Sendable, Hashable {
    /// More clients than rows.
    case clients(Int, rows: Int)
    /// A batch larger than what the smallest client holds.
    case batch(Int, smallestClient: Int)
    /// So many classes, where there must be two.
    case classes(Int)
}
