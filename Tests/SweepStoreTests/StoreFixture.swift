import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// A folder of its own that goes away with its owner.
final class TemporaryFolder {
    let path: String

    /// A folder in memory spares the disk thousands of synchronisations.
    init(inMemory: Bool = false) throws {
        let base = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/windrow-store-XXXXXX".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        try #require(isMade)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// A path inside.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? FileSystem.names(in: path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// Reads a whole file.
func bytes(_ path: String) throws -> [UInt8] {
    try #require(try FileSystem.contents(of: path), "\(path) is missing")
}

/// Reads a whole file as text.
func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

/// Writes a whole file.
func write(_ bytes: [UInt8], _ path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try FileSystem.write(bytes, descriptor, path, at: 0)
}

/// A sweep for a store's tests: `i` from 0 to `count` − 1, with a variant and a text beside it.
struct Fixture {
    let sweep: Sweep
    let grid: Grid

    static let method = ParameterType.variant([
        .init("ec", "Error compensation."),
        .init(
            "econtrol", "EControl.",
            [Parameter("eta", .real(.positive), default: .value(.real(0.5)), help: "Gain.")]),
    ])

    static let columns = [
        Column(name: "i", type: .integer(0...1_000_000_000), fallback: .integer(0)),
        Column(name: "step-size", type: .real(.positive), fallback: .real(0.1)),
        Column(name: "method", type: method, fallback: .text("ec")),
        Column(name: "method.eta", type: .real(.positive), fallback: .real(0.5)),
        Column(name: "label", type: .text, fallback: .text("none")),
    ]

    init(
        count: Int = 1000, columns: [Column] = Fixture.columns, fixed: [Assignment] = [],
        axes: [Axis] = [], experiment: String = "test", version: Int = 1
    ) throws {
        let range = DecimalRange(start: 0, step: 1, scale: 0, count: count, isInteger: true)
        sweep = Sweep(
            name: "fixture", experiment: experiment, experimentVersion: version,
            metric: MetricGoal(name: "loss", goal: .minimize), limits: Limits(), columns: columns,
            fixed: fixed,
            axes: axes + [.column(ColumnSeries(column: "i", series: .range(range)))],
            exclusions: [], directory: "/sweeps")
        grid = try Grid(sweep)
    }

    static let environment = ManifestEnvironment(
        version: "0.1.0", commit: "g1234567", cpuModel: "Test CPU", cpuLevel: "x86-64-v3",
        host: "node1", inputs: ["data.libsvm": "ab12"], now: 1_769_904_000.25)

    func open(
        _ directory: String, metrics: [String] = ["loss", "bits"],
        environment: ManifestEnvironment = Fixture.environment
    ) throws -> Store {
        try Store.open(
            directory, sweep: sweep, grid: grid, metrics: metrics,
            source: Array("sweep: fixture\n".utf8), environment: environment)
    }

    /// The results row of a trial with a trace of so many rounds.
    func result(
        _ index: Int, rounds: Int = 2, attempt: Int = 1,
        metrics: [TrialOutcome.Measurement]? = nil, status: TrialOutcome.Status = .ok
    ) -> ResultRow {
        let trial = grid.trial(at: index)
        var trace = Trace(columns: [.init("round", isInteger: true), .init("loss")])
        for round in 0..<rounds {
            trace.append([Double(round), 1 / Double(round + index + 1)])
        }
        let measured =
            metrics ?? [
                .init("loss", .real(Double(index) / 3)), .init("bits", .integer(Int64(index) * 64)),
            ]
        return ResultRow(
            index: index, trial: trial, id: grid.id(of: trial),
            outcome: TrialOutcome(status: status, metrics: measured, trace: trace),
            provenance: Provenance(
                gitRevision: "1e10", host: "node1", worker: "1", attempt: attempt,
                startedAt: 1_769_904_000.123, duration: 0.25))
    }

    func failure(_ index: Int, reason: String = "it broke") -> FailureRow {
        FailureRow(
            id: grid.id(of: grid.trial(at: index)), index: index, attempt: 3, host: "node1",
            worker: "1", startedAt: 1_769_904_000, duration: 1, exitCode: 7, reason: reason)
    }
}
