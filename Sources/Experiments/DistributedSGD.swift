import CompressedSGD
import SweepCore

/// Communication-efficient distributed SGD, simulated exactly: a method, a compressor and a problem
/// from `CompressedSGD`, with the bits that pass between clients and server.
public struct DistributedSGDExperiment: Experiment {
    /// The experiment.
    public init() {}

    /// Name, parameters and metrics.
    public var description: ExperimentDescription {
        ExperimentDescription(
            name: "distributed-sgd", version: 1,
            summary: "Distributed SGD with compressed messages and error feedback",
            parameters: Self.parameters,
            metrics: [
                Metric("loss", help: "f(x) at the end"),
                Metric("grad_norm_sq", help: "‖∇f(x)‖² at the end"),
                Metric("bits_up", unit: "bit", help: "sent by all clients together"),
                Metric("bits_down", unit: "bit", help: "sent to all clients together"),
                Metric("round", help: "updates of the iterate, or the round that diverged"),
                Metric("suboptimality", help: "f(x) − f* at the end; NaN where f* is not known"),
                Metric("accuracy", help: "share of the clients' rows that x classifies rightly"),
                Metric("test_loss", help: "mean loss of the test rows, without the regulariser"),
                Metric("test_accuracy", help: "share of the test rows classified rightly"),
            ], constraints: Self.constraints)
    }

    /// Runs one trial.
    ///
    /// A run whose numbers overflow is an outcome with status `diverged`, not a failure.
    ///
    /// - Throws: a permanent `TrialFailure` that names the parameter when the trial makes no sense.
    public func run(_ trial: Trial, in context: TrialContext) throws -> TrialOutcome {
        let setup = try DistributedSGDSetup(trial, directory: context.directory)
        let least = setup.simulation.optimum?.loss
        let rounds = setup.simulation.rounds
        var observe: ((Simulation.Record) -> Void)?
        if let tell = context.progress {
            observe = { record in
                tell(
                    TrialProgress(
                        round: record.round, rounds: rounds,
                        value: context.metric.flatMap { Self.value($0, of: record, least) }))
            }
        }
        let result: Simulation.Result
        do {
            result = try setup.simulation.run(observe: observe)
        } catch {
            throw TrialFailure("compressor: its own message could not be read: \(error)")
        }
        let last = result.last
        return TrialOutcome(
            status: result.hasDiverged ? .diverged : .ok,
            metrics: [
                .init("loss", .real(finiteOrNaN(last.loss))),
                .init("grad_norm_sq", .real(finiteOrNaN(last.gradientNormSquared))),
                .init("bits_up", .integer(Int64(last.bitsUp))),
                .init("bits_down", .integer(Int64(last.bitsDown))),
                .init("round", .integer(Int64(last.round))),
                .init("suboptimality", .real(finiteOrNaN(last.loss - (least ?? .nan)))),
                .init("accuracy", .real(result.accuracy ?? .nan)),
                .init("test_loss", .real(finiteOrNaN(last.test?.loss ?? .nan))),
                .init("test_accuracy", .real(last.test?.accuracy ?? .nan)),
            ],
            trace: trace(result.records, least))
    }

    /// A metric before the end of a run; nil for one that is known at the end only.
    private static func value(
        _ metric: String, of record: Simulation.Record, _ least: Double?
    ) -> Double? {
        switch metric {
        case "loss": record.loss
        case "grad_norm_sq": record.gradientNormSquared
        case "bits_up": Double(record.bitsUp)
        case "bits_down": Double(record.bitsDown)
        case "round": Double(record.round)
        case "suboptimality": least.map { record.loss - $0 }
        case "test_loss": record.test?.loss
        case "test_accuracy": record.test?.accuracy
        default: nil
        }
    }

    /// Reads a data file as the sweep's problems do, and compares its rows with what all of them
    /// take, and test data with the data where there is one file of those.
    ///
    /// - Throws: a permanent `TrialFailure` with file, line and what was expected.
    public func check(_ value: Value, of parameter: String, in context: TrialContext) throws {
        guard case .text(let path) = value else { return }
        switch parameter {
        case "data":
            let data = try DistributedSGDSetup.read("data", path, context.directory) {
                full throws(DataError) in
                try readsRows(context)
                    ? DataCache.shared.data(at: full) : DataCache.shared.examples(at: full)
            }
            try check(data, path, in: context)
        case "test-data": try checkTestData(path, in: context)
        default: break
        }
    }

    private func check(_ data: any Examples, _ path: String, in context: TrialContext) throws {
        let problems = context.values("problem")
        if problems == [.text(ProblemName.logisticRegression.rawValue)], data.classCount != 2 {
            throw TrialFailure(
                "data: \(path): " + DistributedSGDSetup.needsTwoClasses(not: data.classCount),
                isPermanent: true)
        }
        guard problems == [.text(ProblemName.cnn.rawValue)] else { return }
        let images = context.values("image").map { Trial.sizes($0) }
        for image in images.isEmpty ? [nil] : images {
            do {
                _ = try DistributedSGDSetup.image(image, of: data)
            } catch {
                throw TrialFailure("data: \(path): \(error.text)", isPermanent: true)
            }
        }
    }

    private func checkTestData(_ path: String, in context: TrialContext) throws {
        let files = context.values("data")
        guard files.count == 1, case .text(let file) = files[0] else {
            _ = try DistributedSGDSetup.read("test-data", path, context.directory) {
                full throws(DataError) in
                try readsRows(context)
                    ? DataCache.shared.rows(at: full) : DataCache.shared.anyExamples(at: full)
            }
            return
        }
        if readsRows(context) {
            let data = try DistributedSGDSetup.data(at: file, directory: context.directory)
            _ = try DistributedSGDSetup.read("test-data", path, context.directory) {
                full throws(DataError) in try DataCache.shared.testData(at: full, like: data)
            }
            return
        }
        let data = try DistributedSGDSetup.read("data", file, context.directory) {
            full throws(DataError) in try DataCache.shared.examples(at: full)
        }
        _ = try DistributedSGDSetup.read("test-data", path, context.directory) {
            full throws(DataError) in try DataCache.shared.testExamples(at: full, like: data)
        }
    }

    /// Whether one of the sweep's problems takes images as sparse rows.
    private func readsRows(_ context: TrialContext) -> Bool {
        let problems = [ProblemName.logisticRegression, .softmaxRegression]
        return problems.contains { context.values("problem").contains(.text($0.rawValue)) }
    }

    /// The file, both files of a pair of images and labels, or the batches in a folder.
    public func files(at path: String, of parameter: String) -> [String] {
        DataCache.files(at: path)
    }

    /// Result columns hold finite numbers or NaN; only traces may hold infinities.
    private func finiteOrNaN(_ number: Double) -> Double { number.isFinite ? number : .nan }

    private func trace(_ records: [Simulation.Record], _ least: Double?) -> Trace {
        let isTested = records.contains { $0.test != nil }
        let columns = Self.traceColumns + (isTested ? Self.testColumns : [])
        var cells: [Double] = []
        cells.reserveCapacity(records.count * columns.count)
        for record in records {
            cells += [
                Double(record.round), Double(record.bitsUp), Double(record.bitsDown),
                Double(record.gradientEvaluations), record.loss, record.gradientNormSquared,
                record.loss - (least ?? .nan),
            ]
            if isTested { cells += [record.test?.loss ?? .nan, record.test?.accuracy ?? .nan] }
        }
        return Trace(columns: columns, cells: cells)
    }

    private static let traceColumns = [
        Trace.Column("round", isInteger: true), Trace.Column("bits_up", isInteger: true),
        Trace.Column("bits_down", isInteger: true), Trace.Column("grad_evals", isInteger: true),
        Trace.Column("loss"), Trace.Column("grad_norm_sq"), Trace.Column("suboptimality"),
    ]

    /// Behind the others, in trials with test rows.
    private static let testColumns = [Trace.Column("test_loss"), Trace.Column("test_accuracy")]
}
