import CompressedSGD
import Foundation
import KernelInterface
import SweepCore
import Testing

@testable import Experiments

/// `problem: mlp` and `problem: cnn`, from a sweep file's values to results.
@Suite struct NetworkExperimentTests {
    private static let data =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/sweeps/data"

    private static let mlp: [(String, Value)] = [
        ("problem", .text("mlp")), ("layers", .text("12-8")),
    ]
    private static let cnn: [(String, Value)] = [
        ("problem", .text("cnn")), ("width", .integer(4)), ("image", .text("1x8x8")),
    ]

    @Test(arguments: [mlp, cnn], ["double", "single"])
    func `a network learns digits, and the same trial is the same`(
        problem: [(String, Value)], precision: String
    ) throws {
        let values =
            problem + [
                ("data", .text("digits.libsvm")), ("clients", .integer(4)),
                ("split", .text("iid")), ("batch", .integer(20)), ("seed", .integer(3)),
                ("precision", .text(precision)), ("method", .text("ec")),
                ("compressor", .text("top-k")), ("compressor.k", .text("20%")),
                ("step-size", .real(problem[0].1 == .text("cnn") ? 0.05 : 0.3)),
                ("rounds", .integer(60)), ("log-every", .integer(30)),
                ("test-share", .real(0.3)),
            ]
        let outcome = try run(values)
        #expect(outcome.status == .ok)
        let first = outcome.trace.cells[4]
        let last = try #require(outcome.metrics[0].value.number)
        #expect(last < 0.8 * first, "\(first) to \(last)")
        let suboptimality = try #require(outcome.metrics[5].value.number)
        #expect(suboptimality.isNaN)
        let accuracy = try #require(
            outcome.metrics.first { $0.name == "test_accuracy" }?.value.number)
        #expect(accuracy > 0.3)
        let again = try run(values)
        #expect(again.trace.cells.map(\.bitPattern) == outcome.trace.cells.map(\.bitPattern))
        #expect(again.metrics.map { "\($0.value)" } == outcome.metrics.map { "\($0.value)" })
    }

    @Test func `a residual network takes the extents of images from their file`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("windrow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (count, height, width) = (12, 9, 10)
        let pixels = (0..<count * height * width).map { UInt8(truncatingIfNeeded: $0 * 37 / 5) }
        var bytes: [UInt8] = [0, 0, 8, 3]
        for size in [count, height, width] { bytes += [0, 0, 0, UInt8(size)] }
        try Data(bytes + pixels).write(to: folder.appendingPathComponent("t-images-idx3-ubyte"))
        let labels: [UInt8] =
            [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 3) }
        try Data(labels).write(to: folder.appendingPathComponent("t-labels-idx1-ubyte"))
        let values: [(String, Value)] = [
            ("problem", .text("cnn")), ("width", .integer(2)),
            ("data", .text(folder.path + "/t-images-idx3-ubyte")), ("clients", .integer(2)),
            ("method", .text("sgd")), ("step-size", .real(0.01)), ("rounds", .integer(1)),
        ]
        let outcome = try run(values)
        #expect(outcome.status == .ok)
        // Two clients get d doubles each.
        let parameters = 9 * (2 + 178 * 4) + 35 * 2 + (8 * 2 + 1) * 3
        #expect(outcome.metrics[3].value == .integer(Int64(2 * 64 * parameters)))
    }

    @Test func `single precision differs from double, but not much`() throws {
        let values =
            Self.mlp + [
                ("data", .text("digits.libsvm")), ("method", .text("sgd")),
                ("step-size", .real(0.1)), ("rounds", .integer(3)),
            ]
        let double = try run(values).metrics[0].value.number ?? .nan
        let single = try run(values + [("precision", .text("single"))]).metrics[0].value.number
        let difference = ((single ?? .nan) - double).magnitude
        #expect(difference > 0 && difference < 1e-5)
    }

    @Test(
        arguments: [
            ([("problem", .text("mlp"))], "layers: nothing, expected sizes"),
            ([("problem", .text("mlp")), ("layers", .text("8-0"))], "layers: "),
            (
                [("problem", .text("mlp")), ("layers", .text("65536-65536"))],
                "layers: 65536-65536 makes more than"
            ),
            ([("problem", .text("cnn"))], "image: the rows of the data are no images"),
            (
                [("problem", .text("cnn")), ("image", .text("1x8x9"))],
                "image: 1x8x9 has 72 numbers, and a row of the data 64"
            ),
            (
                [("problem", .text("cnn")), ("image", .text("1x4x16"))],
                "image: 1x4x16 is too small for problem: cnn"
            ),
            (mlp + [("method", .text("ec-ideal"))], "method: ec-ideal needs the gradients"),
            (mlp + [("step-size", .text("theory"))], "step-size: theory needs a problem"),
        ] as [([(String, Value)], String)])
    func `what cannot run is refused by name`(values: [(String, Value)], reason: String) throws {
        let all =
            [
                ("data", .text("digits.libsvm")), ("method", .text("sgd")),
                ("step-size", .real(0.1)),
            ] + values
        #expect {
            try run(all)
        } throws: { error in
            guard let failure = error as? TrialFailure else { return false }
            return failure.isPermanent && failure.reason.hasPrefix(reason)
        }
    }

    @Test(arguments: [
        ("layers: 64-0", "6:11: 'layers': '64-0' is not right; expected 1 to 16 whole numbers"),
        ("layers: 64-", "6:11: "), ("layers: 064", "6:11: "), ("layers: [64, 32-]", "9:16: "),
        (
            "image: 8x8",
            "6:10: 'image': '8x8' is not right; expected 3 whole numbers from 1 to 65536"
        ),
        ("clients: 3", "4:12: problem: mlp needs the widths of its layers"),
        ("{layers: 8, step-size: theory}", "step-size: theory needs the constant L"),
        ("{layers: 8, method: ec-ideal}", "method: ec-ideal needs the solution"),
    ])
    func `what is wrong is told before anything runs, with its place`(
        line: String, message: String
    ) throws {
        #expect {
            try Self.sweep(line)
        } throws: { error in
            guard let error = error as? SweepFileError else { return false }
            return error.message.contains(message)
        }
    }

    @Test func `layers are swept like other values`() throws {
        let grid = try Grid(Self.sweep("layers: [8, 16-8, 16]"))
        #expect(grid.count == 3)
        let layers = try (0..<3).map { try grid.trial(at: $0).sizes("layers") }
        #expect(layers == [[8], [16, 8], [16]])
    }

    /// A sweep of `mlp` with more lines: an axis if it has a list, a map of others if it is one.
    private static func sweep(_ line: String) throws -> Sweep {
        var fixed = [
            "problem": "mlp", "data": "digits.libsvm", "method": "sgd", "step-size": "0.1",
        ]
        var more = ["  \(line)"]
        if line.hasPrefix("{") {
            for part in line.dropFirst().dropLast().split(separator: ", ") {
                let words = part.components(separatedBy: ": ")
                fixed[words[0]] = words[1]
            }
            more = []
        }
        let names = ["problem", "data", "method", "step-size", "layers", "precision"]
        let lines = names.compactMap { name in fixed[name].map { "  \(name): \($0)" } }
        let axis = line.contains("[") ? ["axes:"] + more : []
        let first = line.contains("[") ? [] : more
        return try Sweep.read(
            text: (["sweep: s", "experiment: distributed-sgd", "fixed:"] + lines.prefix(2)
                + first + lines.dropFirst(2) + axis).joined(separator: "\n"),
            file: "s.yaml", directory: "/", overrides: [],
            experiments: [DistributedSGDExperiment().description])
    }

    private func run(_ assignments: [(String, Value)]) throws -> TrialOutcome {
        var names: [String] = []
        var values: [String: Value] = [:]
        for (name, value) in assignments {
            if values.updateValue(value, forKey: name) == nil { names.append(name) }
        }
        let trial = Trial(
            index: 0, values: names.map { values[$0] },
            columns: Columns(names.map { Column(name: $0, type: .any, fallback: nil) }))
        return try DistributedSGDExperiment().run(trial, in: TrialContext(directory: Self.data))
    }
}
