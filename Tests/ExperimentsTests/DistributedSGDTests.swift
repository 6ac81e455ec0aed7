import CompressedSGD
import Foundation
import SweepCore
import Synchronization
import Testing

@testable import Experiments

@Suite struct DistributedSGDTests {
    private let experiment = DistributedSGDExperiment()

    /// The data that comes with the project.
    private static let data =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/sweeps/data"

    @Test(arguments: MethodName.allCases, CompressorName.allCases)
    func `every method runs with every compressor on real data, twice the same`(
        method: MethodName, compressor: CompressorName
    ) throws {
        let values: [(String, Value)] =
            Self.regression + [
                ("method", .text(method.rawValue)), ("compressor", .text(compressor.rawValue)),
                ("compressor.k", .text("10%")), ("compressor.columns", .text("100%")),
                ("compressor.threshold", .real(0.01)), ("step-size", .real(0.005)),
                ("rounds", .integer(20)), ("log-every", .integer(7)),
                ("batch", .integer(3)), ("split", .text("sorted")),
            ]
        let fits: Bool
        switch method {
        case .sgd, .compressedSGD, .ec: fits = true
        case .trueTopK, .localTopK, .localPK: fits = compressor == .topK
        case .sketchedSGD, .fetchSGD: fits = [.identity, .countSketch].contains(compressor)
        case .diana:
            fits = [.identity, .randomK, .qsgd, .randomDithering, .natural].contains(compressor)
        default: fits = compressor != .hardThreshold
        }
        if !fits {
            #expect {
                try run(values)
            } throws: { error in
                guard let failure = error as? TrialFailure else { return false }
                return failure.isPermanent && failure.reason.hasPrefix("method: \(method.rawValue)")
                    && failure.reason.contains("compressor: ")
            }
            return
        }
        let outcome = try run(values)
        #expect(outcome.status == .ok)
        #expect(outcome.metrics.map(\.name) == experiment.description.metrics.map(\.name))
        let rounds = (0..<outcome.trace.rowCount).map { outcome.trace.cells[$0 * 7] }
        #expect(rounds == [0, 7, 14, 20])
        #expect(try bits(of: run(values)) == bits(of: outcome))
    }

    @Test(arguments: ["loss", "grad_norm_sq", "suboptimality", "accuracy", nil])
    func `those who watch see each record and its metric, and change nothing`(
        metric: String?
    ) throws {
        let values: [(String, Value)] =
            Self.regression + [
                ("method", .text("ef21")), ("compressor", .text("top-k")),
                ("compressor.k", .integer(6)), ("step-size", .real(0.1)),
                ("rounds", .integer(20)), ("log-every", .integer(7)),
            ]
        let seen = Mutex<[TrialProgress]>([])
        var context = TrialContext(directory: Self.data, metric: metric)
        context.progress = { progress in seen.withLock { $0.append(progress) } }
        let outcome = try experiment.run(trial(values), in: context)
        #expect(try bits(of: outcome) == bits(of: run(values)))
        let told = seen.withLock { $0 }
        #expect(told.map(\.round) == [0, 7, 14, 20])
        #expect(told.allSatisfy { $0.rounds == 20 })
        let column = outcome.trace.columns.firstIndex { $0.name == metric }
        for (row, progress) in told.enumerated() {
            let logged = column.map { outcome.trace.cells[row * 7 + $0] }
            #expect(progress.value == logged.flatMap { $0.isNaN ? nil : $0 })
        }
    }

    @Test func `the loss on the digits starts at log 2 and falls`() throws {
        let outcome = try run(
            Self.regression + [
                ("method", .text("econtrol")), ("compressor", .text("top-k")),
                ("compressor.k", .integer(6)), ("step-size", .real(1)), ("rounds", .integer(200)),
            ])
        let start = outcome.trace.cells[4]
        #expect((start - 0.6931471805599453).magnitude < 1e-15)
        let loss = try #require(outcome.metrics[0].value.number)
        #expect(loss < 0.3)
        #expect(outcome.metrics[4].value == .integer(200))
    }

    @Test(arguments: [false, true])
    func `softmax regression on the digits starts at log 10, falls, and knows its optimum`(
        withIntercept: Bool
    ) throws {
        let outcome = try run(
            [
                ("problem", .text("softmax-regression")), ("data", .text("digits.libsvm")),
                ("clients", .integer(10)), ("split", .text("sorted")), ("method", .text("ef21")),
                ("compressor", .text("top-k")), ("compressor.k", .text("10%")),
                ("step-size", .real(0.5)), ("rounds", .integer(40)), ("lambda", .real(0.01)),
                ("intercept", .flag(withIntercept)),
            ])
        #expect((outcome.trace.cells[4] - 2.302585092994046).magnitude < 1e-14)
        let loss = try #require(outcome.metrics[0].value.number)
        #expect(loss < 1.2)
        // A full gradient of 640 or 650 doubles from each of ten clients before the first round.
        let dimension = withIntercept ? 650.0 : 640.0
        let entries = dimension / 10
        let bytes = (4 + entries * 8 + (entries * 10 / 8).rounded(.up))
        #expect(outcome.trace.cells[1] == 10 * 64 * dimension)
        #expect(outcome.metrics[2].value == .integer(Int64(10 * (64 * dimension + 40 * 8 * bytes))))
        let gap = try #require(outcome.metrics[5].value.number)
        #expect(gap > 0 && gap < loss)
    }

    @Test(arguments: ["logistic-regression", "softmax-regression"])
    func `rows that are held out are scored in the results and in the trace`(
        problem: String
    ) throws {
        let isBinary = problem == "logistic-regression"
        let values: [(String, Value)] = [
            ("problem", .text(problem)),
            ("data", .text(isBinary ? "digits-odd.libsvm" : "digits.libsvm")),
            ("test-share", .real(0.2)), ("split", .text("dirichlet")),
            ("split.alpha", .real(0.5)), ("clients", .integer(10)), ("method", .text("sgd")),
            ("step-size", .real(1)), ("rounds", .integer(60)), ("log-every", .integer(20)),
        ]
        let outcome = try run(values)
        #expect(outcome.trace.columns.map(\.name).suffix(2) == ["test_loss", "test_accuracy"])
        let width = outcome.trace.columns.count
        let trace = (0..<outcome.trace.rowCount).map {
            Array(outcome.trace.cells[($0 * width)..<(($0 + 1) * width)])
        }
        #expect(trace.count == 4)
        // Without a regulariser the loss at 0 is that of guessing, whatever the rows.
        #expect(
            (trace[0][width - 2] - (isBinary ? 0.6931471805599453 : 2.302585092994046))
                .magnitude < 1e-14)
        let metrics = outcome.metrics.map { $0.value.number ?? .nan }
        #expect(metrics[6] > (isBinary ? 0.8 : 0.85) && metrics[6] <= 1)
        #expect(metrics[7] == trace[3][width - 2] && metrics[8] == trace[3][width - 1])
        #expect(metrics[8] > (isBinary ? 0.75 : 0.8) && metrics[8] < metrics[6] + 0.05)
        #expect(metrics[7] < trace[0][width - 2])
        // 1797 rows: 359 for the test.
        #expect((metrics[8] * 359 - (metrics[8] * 359).rounded()).magnitude < 1e-9)
        #expect(try bits(of: run(values)) == bits(of: outcome))
        let other = try run(values + [("seed", .integer(1))])
        #expect(other.metrics[8] != outcome.metrics[8])
    }

    @Test func `a file of its own may hold the test rows`() throws {
        let values =
            Self.regression + [
                ("test-data", .text("digits-odd.libsvm")), ("method", .text("sgd")),
                ("step-size", .real(1)), ("rounds", .integer(5)), ("lambda", .real(0)),
                ("clients", .integer(3)),
            ]
        let outcome = try run(values)
        let metrics = outcome.metrics.map { $0.value.number ?? .nan }
        // The same rows, three clients of 599: the test loss is f.
        #expect((metrics[7] - metrics[0]).magnitude < 1e-13)
        #expect(metrics[6] == metrics[8] && metrics[6] > 0.5)
        let without = try run(values.filter { $0.0 != "test-data" })
        #expect(without.metrics[7].value.number?.isNaN == true)
        #expect(without.trace.columns.count == 7)
        #expect(bits(of: without).prefix(7) == bits(of: outcome).prefix(7))
    }

    @Test func `bits are those of the encoded messages`() throws {
        let outcome = try run(
            Self.regression + [
                ("method", .text("ef21")), ("compressor", .text("top-k")),
                ("compressor.k", .integer(6)), ("step-size", .real(0.1)), ("rounds", .integer(9)),
            ])
        // 32 + 6·64 + 6·6 bits fill 57 bytes; before the first round, one full gradient each.
        #expect(outcome.metrics[2].value == .integer(20 * (64 * 64 + 9 * 57 * 8)))
        #expect(outcome.metrics[3].value == .integer(20 * 9 * 64 * 64))
    }

    @Test(arguments: ["random-k", "qsgd", "random-dithering"])
    func `ec refuses a compressor without bias and names both`(compressor: String) throws {
        #expect {
            try run(
                Self.regression + [
                    ("method", .text("ec")), ("compressor", .text(compressor)),
                    ("compressor.scaled", .flag(true)), ("compressor.k", .integer(3)),
                    ("step-size", .real(0.1)),
                ])
        } throws: { error in
            guard let failure = error as? TrialFailure else { return false }
            return failure.isPermanent
                && failure.reason
                    == "method: ec needs a compressor that contracts, and compressor: "
                    + "\(compressor) without bias does not contract; say scaled: false"
        }
    }

    @Test(arguments: [("1%", 1), ("10%", 6), ("2.4%", 2), ("100%", 64), ("0.001%", 1)])
    func `a share is of the dimension`(share: String, k: Int) throws {
        func bits(_ k: Value) throws -> Value {
            try run(
                Self.regression + [
                    ("method", .text("ec")), ("compressor", .text("top-k")), ("compressor.k", k),
                    ("step-size", .real(0.1)), ("rounds", .integer(2)),
                ]
            ).metrics[2].value
        }
        #expect(try bits(.text(share)) == bits(.integer(Int64(k))))
    }

    @Test func `a run that overflows is diverged, not failed`() throws {
        let outcome = try run([
            ("problem", .text("least-squares")), ("clients", .integer(5)),
            ("method", .text("sgd")), ("step-size", .real(1000)), ("rounds", .integer(5000)),
        ])
        #expect(outcome.status == .diverged)
        let loss = try #require(outcome.metrics[0].value.number)
        #expect(loss.isNaN)
        let round = try #require(outcome.metrics[4].value.number)
        #expect(round > 0 && round < 5000)
    }

    @Test func `least squares without noise converges to its optimum`() throws {
        let outcome = try run([
            ("problem", .text("least-squares")), ("clients", .integer(4)),
            ("dimension", .integer(10)), ("method", .text("ef21")),
            ("compressor", .text("top-k")), ("compressor.k", .integer(2)),
            ("step-size", .real(0.05)), ("rounds", .integer(3000)),
        ])
        let gradient = try #require(outcome.metrics[1].value.number)
        #expect(gradient < 1e-25)
    }

    /// Trials that make no sense, with the parameter that their message begins with.
    static let senseless: [(values: [(String, Value)], parameter: String)] = [
        ([("problem", .text("logistic-regression"))], "data"),
        ([("data", .text("none.libsvm"))], "data"),
        ([("data", .text(""))], "data"),
        ([("clients", .integer(1798))], "clients"),
        ([("data", .text("digits.libsvm")), ("problem", .text("logistic-regression"))], "problem"),
        ([("intercept", .flag(true))], "intercept"),
        ([("test-share", .real(1))], "test-share"),
        ([("test-share", .real(0.5)), ("test-data", .text("digits-odd.libsvm"))], "test-share"),
        ([("test-data", .text("none.libsvm"))], "test-data"),
        ([("test-data", .text("digits.libsvm"))], "test-data"),
        ([("split", .text("dirichlet"))], "split.alpha"),
        ([("split", .text("dirichlet")), ("split.alpha", .real(1e-9))], "split.alpha"),
        ([("regulariser", .text("l1"))], "regulariser"),
        ([("clients", .integer(0))], "clients"),
        ([("batch", .integer(90))], "batch"),
        ([("problem", .text("least-squares")), ("batch", .integer(1))], "batch"),
        (
            [
                ("problem", .text("least-squares")), ("dimension", .integer(100_000_000)),
                ("clients", .integer(1_000_000)),
            ], "clients"
        ),
        (
            [
                ("problem", .text("least-squares")), ("dimension", .integer(5)),
                ("noise", .text("skewed")),
            ], "dimension"
        ),
        ([("problem", .text("turned-quadratics"))], "clients"),
        ([("method", .text("adam"))], "method"),
        ([("step-size", .text("fast"))], "step-size"),
        ([("compressor", .text("top-k"))], "compressor.k"),
        (
            [
                ("compressor", .text("count-sketch")), ("compressor.k", .integer(1)),
                ("compressor.rows", .integer(64)), ("compressor.columns", .integer(1 << 26)),
            ], "compressor.columns"
        ),
        ([("compressor", .text("top-k")), ("compressor.k", .text("0%"))], "compressor.k"),
        ([("compressor", .text("hard-threshold"))], "compressor.threshold"),
        (
            [
                ("compressor", .text("random-dithering")), ("compressor.levels", .integer(2000)),
                ("compressor.spacing", .text("powers-of-two")),
            ], "compressor.levels"
        ),
        ([("rounds", .integer(-1))], "rounds"),
        ([("seed", .integer(-1))], "seed"),
    ]

    @Test(arguments: senseless.indices)
    func `a trial that makes no sense fails for good and names the parameter`(index: Int) throws {
        let (values, parameter) = Self.senseless[index]
        var all = [("method", .text("sgd")), ("step-size", .real(0.1))] as [(String, Value)]
        if parameter != "data" { all += Self.regression }
        if values[0].0 == "data", values.count == 1 {
            all += [("problem", .text("logistic-regression"))]
        }
        #expect {
            try run(all + values)
        } throws: { error in
            guard let failure = error as? TrialFailure else { return false }
            return failure.isPermanent && failure.reason.hasPrefix(parameter + ":")
        }
    }

    @Test func `a data file is checked before any trial runs`() throws {
        let context = TrialContext(directory: Self.data)
        try experiment.check(.text("digits-odd.libsvm"), of: "data", in: context)
        try experiment.check(.text(Self.data + "/breast-cancer.libsvm"), of: "data", in: context)
        try experiment.check(.text("digits.libsvm"), of: "test-data", in: context)
        for parameter in ["data", "test-data"] {
            #expect {
                try experiment.check(.text("README.md"), of: parameter, in: context)
            } throws: { error in
                (error as? TrialFailure)?.reason.hasPrefix(parameter + ": ") == true
            }
        }
    }

    @Test(arguments: ["softmax-regression", "least-squares"])
    func `test data are compared with the data before any trial runs`(problem: String) throws {
        let context = TrialContext(
            directory: Self.data,
            values: { name in
                switch name {
                case "data": [.text("digits-odd.libsvm")]
                case "problem": [.text(problem)]
                default: []
                }
            })
        try experiment.check(.text("digits-odd.libsvm"), of: "test-data", in: context)
        #expect {
            try experiment.check(.text("digits.libsvm"), of: "test-data", in: context)
        } throws: { error in
            let reason = (error as? TrialFailure)?.reason ?? ""
            return reason.hasPrefix("test-data: ")
                && reason.hasSuffix(
                    "row 1 has the label 0, which no row to learn from has; expected -1, 1")
        }
    }

    @Test func `the data in the tree are what their page says`() throws {
        let digits = try DataReader.read(path: Self.data + "/digits-odd.libsvm")
        #expect(digits.rowCount == 1797 && digits.dimension == 64)
        let cancer = try DataReader.read(path: Self.data + "/breast-cancer.libsvm")
        #expect(cancer.rowCount == 569 && cancer.dimension == 30)
    }

    @Test func `every declared default is within its bounds and every name is kebab-case`() {
        func verify(_ parameters: [Parameter]) {
            for parameter in parameters {
                #expect(parameter.name.allSatisfy { $0.isLowercase || $0 == "-" })
                #expect(!parameter.help.isEmpty)
                switch (parameter.type, parameter.fallback) {
                case (.integer(let range, _), .value(.integer(let number))):
                    #expect(range.contains(number))
                case (.integer(_, let words), .value(.text(let word))):
                    #expect(words.contains(word))
                case (.real(let bounds, _), .value(let value)):
                    #expect(value.number.map(bounds.contains) == true)
                case (.variant(let variants), _):
                    for variant in variants { verify(variant.parameters) }
                default: break
                }
            }
        }
        verify(experiment.description.parameters)
    }

    private static let regression: [(String, Value)] = [
        ("problem", .text("logistic-regression")), ("data", .text("digits-odd.libsvm")),
    ]

    /// The metrics and the trace of an outcome, so that NaN equals NaN.
    private func bits(of outcome: TrialOutcome) -> [UInt64] {
        (outcome.metrics.map { $0.value.number ?? .infinity } + outcome.trace.cells)
            .map(\.bitPattern)
    }

    /// Runs a trial; of a name that is given twice, the last value holds.
    private func run(_ assignments: [(String, Value)]) throws -> TrialOutcome {
        try experiment.run(trial(assignments), in: TrialContext(directory: Self.data))
    }

    private func trial(_ assignments: [(String, Value)]) -> Trial {
        var names: [String] = []
        var values: [String: Value] = [:]
        for (name, value) in assignments {
            if values.updateValue(value, forKey: name) == nil { names.append(name) }
        }
        return Trial(
            index: 0, values: names.map { values[$0] },
            columns: Columns(names.map { Column(name: $0, type: .any, fallback: nil) }))
    }
}
