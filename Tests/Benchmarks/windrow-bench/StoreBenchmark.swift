import CTwin
import Experiments
import Foundation
import SweepCore
import SweepStore

/// The store beside a loop of `writev` and `fdatasync` in C that has its rows ready.
extension Benchmark {
    /// Rows that are made durable together.
    private static let batch = 1000

    /// Prints how fast rows and traces are appended, and how long it takes to open the store again.
    func measureStore(rows: Int) throws {
        print("\nThe store in \(peers.folder), \(Self.batch) rows in a synchronisation")
        print("C: writev and fdatasync of as many bytes, in as many batches\n")
        let sweep = try StoreSample(count: rows)
        let folder = peers.folder + "/store"
        defer { try? FileManager.default.removeItem(atPath: folder) }

        var store: Store? = try sweep.open(folder)
        var start = now()
        var begun = processorTime()
        for index in 0..<rows {
            try store?.append(sweep.row(Self.finishing(index, of: rows), rounds: 0))
            if index % Self.batch == Self.batch - 1 { try store?.sync() }
        }
        try store?.sync()
        let seconds = now() - start
        let busy = processorTime() - begun
        try store?.close()
        store = nil
        let size = try Self.size(folder + "/results.csv")
        let twin = try append(bytes: size, count: rows, batch: Self.batch)
        print(
            "append \(short(rows)) results rows of \(size / rows) bytes".padded(56)
                + "\(number(Double(rows) / seconds / 1e3)) k rows/s, "
                + "\(number(Double(rows) / busy / 1e3)) k in a second of processor time, "
                + "\(rate(size, seconds))"
                + ", C \(rate(size, twin)): \(number(seconds / twin))× its time")

        start = now()
        begun = processorTime()
        let before = Int(twin_live_bytes())
        twin_forget_peak()
        store = try sweep.open(folder)
        let opening = now() - start
        let opener = processorTime() - begun
        let peak = (Int(twin_peak_bytes()) - before) / rows
        let left = (Int(twin_live_bytes()) - before) / rows
        guard store?.finished.count == rows else { throw BenchmarkError(text: "rows are missing") }
        print(
            "open \(short(rows)) rows again".padded(56)
                + "\(number(opening)) s, \(number(opener)) s of processor time, at most \(peak) and then \(left) bytes for each trial"
        )
        try store?.close()
        store = nil

        let traces = max(1, rows / 500)
        let rounds = 500
        let traced = folder + "/traced"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        store = try sweep.open(traced)
        let outcomes = (0..<traces).map { sweep.row($0, rounds: rounds) }
        start = now()
        begun = processorTime()
        for (index, row) in outcomes.enumerated() {
            try store?.append(row)
            if index % 20 == 19 { try store?.sync() }
        }
        try store?.sync()
        let tracing = now() - start
        let tracer = processorTime() - begun
        try store?.close()
        let traceSize = try Self.size(traced + "/trace.csv")
        let traceTwin = try append(bytes: traceSize, count: traces * rounds, batch: 20 * rounds)
        print(
            "append \(short(traces)) traces of \(rounds) rows, 20 in a batch".padded(56)
                + "\(rate(traceSize, tracing)), \(rate(traceSize, tracer)) in a second of processor "
                + "time, C \(rate(traceSize, traceTwin)): "
                + "\(number(tracing / traceTwin))× its time")
    }

    /// The trial that finishes after so many others: on many slots trials do not finish in the
    /// order of the grid.
    private static func finishing(_ number: Int, of count: Int) -> Int {
        let window = number & ~63
        return window + 64 <= count ? window + (number & 63) * 37 & 63 : number
    }

    /// Seconds that C needs for as many rows of as many bytes.
    private func append(bytes: Int, count: Int, batch: Int) throws -> Double {
        let path = peers.folder + "/twin"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let row = [CChar](repeating: 55, count: bytes / count)
        let start = now()
        guard twin_append(path, row, row.count, count, batch) == 0 else {
            throw BenchmarkError(text: "\(path): \(String(cString: strerror(errno)))")
        }
        return now() - start
    }

    /// Seconds for which this process has had a processor: on a busy machine less than what passes.
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func rate(_ bytes: Int, _ seconds: Double) -> String {
        "\(number(Double(bytes) / seconds / 1e6)) MB/s"
    }

    private static func size(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// A sweep of as many trials as one likes, with outcomes of the shape that SGD has.
private struct StoreSample {
    let sweep: Sweep
    let grid: Grid

    init(count: Int) throws {
        sweep = try Sweep.read(
            text: """
                sweep: bench
                experiment: distributed-sgd
                fixed: {problem: least-squares, method: ef21, compressor: {kind: top-k, k: 1},
                  step-size: 0.1, rounds: 500}
                axes: {seed: {range: [0, \(count)]}}
                """, file: "bench.yaml", directory: "/", overrides: [],
            experiments: ExperimentRegistry.builtIn.map(\.description))
        grid = try Grid(sweep)
    }

    func open(_ folder: String) throws -> Store {
        try Store.open(
            folder, sweep: sweep, grid: grid, metrics: ["loss", "grad_norm_sq", "bits_up"],
            source: [],
            environment: ManifestEnvironment(
                version: "bench", commit: "", cpuModel: "", cpuLevel: "", host: "bench",
                inputs: [:], now: 0))
    }

    func row(_ index: Int, rounds: Int) -> ResultRow {
        let trial = grid.trial(at: index)
        var trace = Trace(columns: [
            .init("round", isInteger: true), .init("bits_up", isInteger: true), .init("loss"),
            .init("grad_norm_sq"),
        ])
        for round in 0..<rounds {
            trace.append([
                Double(round), Double(round * 4096), 1 / Double(round + index + 3),
                1 / Double(round * round + index + 7),
            ])
        }
        return ResultRow(
            index: index, trial: trial, id: grid.id(of: trial),
            outcome: TrialOutcome(
                status: .ok,
                metrics: [
                    .init("loss", .real(1 / Double(index + 3))),
                    .init("grad_norm_sq", .real(1 / Double(index + 7))),
                    .init("bits_up", .integer(Int64(index) * 4096)),
                ], trace: trace),
            provenance: Provenance(
                gitRevision: "abcdef0", host: "bench", worker: "bench:1", attempt: 1,
                startedAt: 1_769_904_000 + Double(index), duration: 0.125))
    }
}
