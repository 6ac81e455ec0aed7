import CTwin
import CompressedSGD

extension Benchmark {
    /// The gradient over all rows of a data set.
    func measureGradient(_ rows: SparseRows, name: String) throws {
        let data = rows.data
        try rows.share(with: peers)
        let x = Inputs.normal(data.dimension)
        try peers.share(x, as: "x")
        let (gradient, twin) = (Vector(zeros: data.dimension), Vector(zeros: data.dimension))
        let lambda = 1 / Double(data.rowCount)
        let problem = try LogisticRegression(
            data: data, clients: 1, split: .contiguous, batch: .full, lambda: lambda, seed: 1)
        let isDense = rows.values.count == rows.labels.count * rows.dimension
        try measure(
            "gradient, \(name)", [isDense ? "dense" : "sparse", "\(data.dimension)"]
        ) {
            problem.gradient(of: 0, at: x, into: gradient)
        } twin: {
            if isDense {
                twin_dense_logistic(
                    data.rowCount, data.dimension, rows.values, rows.labels, x.base, lambda,
                    twin.base)
            } else {
                twin_logistic(
                    data.rowCount, data.dimension, rows.starts, rows.columns, rows.values,
                    rows.labels, x.base, lambda, twin.base)
            }
        } results: {
            (gradient, relativeDifference(gradient, twin))
        }
    }

    /// Whole rounds of EF21 with top-k at 20 clients.
    ///
    /// - Parameter isCompared: whether iterates are compared with NumPy's. In one-hot data some
    ///   features are alike or opposite; which of them is kept depends on the last bit of a sum.
    func measureRounds(
        _ rows: SparseRows, name: String, batches: [Int?] = [nil, 1, 8, 32],
        isCompared: Bool = false
    ) throws {
        let data = rows.data
        try rows.share(with: peers)
        for batch in batches {
            let k = max(1, data.dimension / 10)
            let run = try Run(.logistic(data, batch.map { .size($0) } ?? .full), k: k)
            try measure(
                "round, \(name), \(batch.map { "batch \($0)" } ?? "full batch")",
                ["round", "\(data.dimension)", "\(k)", "\(batch ?? 0)"],
                other: "NumPy, client by client"
            ) {
                run.round()
            } results: {
                guard isCompared else { return nil }
                let fresh = try Run(.logistic(data, .full), k: k)
                for _ in 0..<Run.comparedRounds { fresh.round() }
                return (fresh.method.iterate, 0)
            }
        }
    }
}

extension Benchmark {
    /// Rounds whose clients compute in single precision beside those in double.
    func measurePrecisions(
        _ data: LabelledData, name: String, batches: [Int?], isSoftmax: Bool = false
    ) throws {
        for batch in batches {
            let size = batch.map { Batch.size($0) } ?? .full
            let runs = try [Precision.single, .double].map { precision in
                let problem: any Problem =
                    isSoftmax
                    ? try .softmax(data, size, precision) : try .logistic(data, size, precision)
                return try Run(problem, k: max(1, problem.dimension / 10))
            }
            let times = medians(
                of: [
                    Contestant(.ours) { runs[0].round() },
                    Contestant(.other) { runs[1].round() },
                ], budget: 2 * budget)
            show(
                Measurement(
                    kernel: "single: \(name), \(batch.map { "batch \($0)" } ?? "full batch")",
                    times: times, other: "in double"))
        }
    }
}

/// EF21 with top-k and its state.
private final class Run {
    let method: EF21
    private let exchange: Exchange
    private var next = 0
    private var failure: (any Error)?

    static let comparedRounds = 20

    init(_ problem: any Problem, k: Int) throws {
        method = EF21(clients: 20, compressor: TopK(k: k, dimension: problem.dimension))
        exchange = Exchange(problem: problem)
        try method.start(over: exchange)
    }

    func round() {
        do { try method.round(next, stepSize: 0.1, over: exchange) } catch { failure = error }
        precondition(failure == nil, "a round goes through")
        next += 1
    }
}

extension Problem where Self == LogisticRegression {
    /// Rows that 20 clients hold.
    fileprivate static func logistic(
        _ data: LabelledData, _ batch: Batch, _ precision: Precision = .double
    ) throws -> Self {
        try LogisticRegression(
            data: data,
            rows: ClientRows(
                of: data, clients: 20, split: .contiguous, batch: batch, seed: 1),
            regulariser: .l2(1 / Double(data.rowCount)), precision: precision)
    }
}

extension Problem where Self == SoftmaxRegression {
    /// Rows that 20 clients hold.
    fileprivate static func softmax(
        _ data: LabelledData, _ batch: Batch, _ precision: Precision
    ) throws -> Self {
        SoftmaxRegression(
            data: data,
            rows: try ClientRows(
                of: data, clients: 20, split: .contiguous, batch: batch, seed: 1),
            regulariser: .l2(1 / Double(data.rowCount)), precision: precision)
    }
}
