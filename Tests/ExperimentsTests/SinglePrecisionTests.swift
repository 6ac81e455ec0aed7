import CompressedSGD
import Foundation
import SweepCore
import Testing

@testable import Experiments

/// `precision: single` from a sweep file's values to results.
@Suite struct SinglePrecisionTests {
    private static let data =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/sweeps/data"

    private static let problems: [[(String, Value)]] = [
        [("problem", .text("least-squares")), ("sigma", .real(0.1))],
        [("problem", .text("logistic-regression")), ("data", .text("digits-odd.libsvm"))],
        [
            ("problem", .text("logistic-regression")), ("data", .text("breast-cancer.libsvm")),
            ("regulariser", .text("nonconvex")), ("batch", .integer(5)),
        ],
        [
            ("problem", .text("softmax-regression")), ("data", .text("digits.libsvm")),
            ("intercept", .flag(true)), ("test-share", .real(0.2)),
        ],
    ]

    @Test(arguments: problems, ["0.05", "theory"])
    func `a trial in single is near the one in double, and has the same bits every time`(
        problem: [(String, Value)], step: String
    ) throws {
        let isNonconvex = problem.contains { $0.1 == .text("nonconvex") }
        let values =
            problem + [
                ("clients", .integer(4)), ("split", .text("iid")), ("seed", .integer(3)),
                ("method", .text("ef21")), ("compressor", .text("top-k")),
                ("compressor.k", .text("20%")), ("rounds", .integer(40)),
                ("step-size", Double(step).map { .real($0) } ?? .text(step)),
            ]
        let double = try run(values)
        let single = try run(values + [("precision", .text("single"))])
        let again = try run(values + [("precision", .text("single"))])
        #expect(double.status == .ok)
        #expect(single.status == .ok)
        #expect(again.trace.cells.map(\.bitPattern) == single.trace.cells.map(\.bitPattern))
        #expect(again.metrics.map { "\($0.value)" } == single.metrics.map { "\($0.value)" })
        let losses = try [double, single].map { try #require($0.metrics[0].value.number) }
        #expect(losses[0] != losses[1])
        #expect((losses[0] - losses[1]).magnitude < 1e-5 * losses[0])
        let gaps = try [double, single].map {
            try #require($0.metrics.first { $0.name == "suboptimality" }?.value.number)
        }
        if isNonconvex {
            #expect(gaps[0].isNaN)
            #expect(gaps[1].isNaN)
        } else {
            // f* is that of the problem in double for both.
            #expect(((gaps[1] - gaps[0]) - (losses[1] - losses[0])).magnitude < 1e-15 * losses[0])
        }
    }

    @Test func `a feature that no single holds is refused with its place`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("windrow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/large.libsvm"
        try Data("1 1:1 2:2\n-1 2:1 5:-1e39\n".utf8).write(to: URL(fileURLWithPath: path))
        for problem in ["logistic-regression", "softmax-regression", "mlp"] {
            let values: [(String, Value)] = [
                ("problem", .text(problem)), ("data", .text(path)), ("clients", .integer(2)),
                ("method", .text("sgd")), ("step-size", .real(0.1)), ("rounds", .integer(1)),
                ("layers", .text("3")), ("precision", .text("single")),
            ]
            #expect {
                try run(values)
            } throws: { error in
                guard let failure = error as? TrialFailure else { return false }
                return failure.isPermanent
                    && failure.reason.hasPrefix("precision: single holds numbers up to 3.4e38")
                    && failure.reason.contains("feature 5 of row 2 of the data is -1e+39")
            }
        }
    }

    @Test func `turned quadratics have one precision`() throws {
        let values: [(String, Value)] = [
            ("problem", .text("turned-quadratics")), ("clients", .integer(3)),
            ("method", .text("sgd")), ("step-size", .real(0.1)), ("rounds", .integer(1)),
            ("precision", .text("single")),
        ]
        #expect {
            try run(values)
        } throws: { error in
            guard let failure = error as? TrialFailure else { return false }
            return failure.isPermanent
                && failure.reason == DistributedSGDExperiment.turnedQuadraticsAreDouble
        }
        #expect {
            try Sweep.read(
                text: """
                    sweep: s
                    experiment: distributed-sgd
                    fixed: {problem: turned-quadratics, clients: 3, method: sgd, step-size: 0.1,
                            precision: single}
                    """, file: "s.yaml", directory: "/", overrides: [],
                experiments: [DistributedSGDExperiment().description])
        } throws: { error in
            guard let error = error as? SweepFileError else { return false }
            return error.message.contains(DistributedSGDExperiment.turnedQuadraticsAreDouble)
        }
    }

    private func run(_ assignments: [(String, Value)]) throws -> TrialOutcome {
        let trial = Trial(
            index: 0, values: assignments.map(\.1),
            columns: Columns(assignments.map { Column(name: $0.0, type: .any, fallback: nil) }))
        return try DistributedSGDExperiment().run(trial, in: TrialContext(directory: Self.data))
    }
}
