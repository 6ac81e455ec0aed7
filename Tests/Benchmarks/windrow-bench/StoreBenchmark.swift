import CTwin
import Experiments
import Foundation
import SweepCore
import SweepStore

/// The store beside a loop of `writev` and `fdatasync` in C that has its rows ready.
extension Benchmark {
    /// Rows that are made durable together.
    private static let batch = 1000
    /// Rows of a trace, and traces that are made durable together.
    private static let rounds = 500
    private static let tracesInBatch = 20
    /// In so many parts, so that what a disk does meanwhile hits both alike.
    private static let parts = 10

    /// Prints how fast rows and traces are appended, and how long it takes to open the store again.
    func measureStore(rows: Int) throws {
        print("\nThe store in \(peers.folder), \(Self.batch) rows in a synchronisation")
        print("C: writev and fdatasync of as many bytes, in as many batches, by turns\n")
        let sweep = try StoreSample(count: rows)
        let folder = peers.folder + "/store"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let results = try fill(
            folder, sweep, count: rows, batch: Self.batch, rounds: 0, files: ["results.csv"])
        print(
            "append \(short(rows)) results rows of \(results.bytes / rows) bytes".padded(56)
                + "\(number(Double(rows) / results.seconds / 1e3)) k rows/s, "
                + "\(number(Double(rows) / results.busy / 1e3)) k in a second of processor time, "
                + results.comparison)
        try open(folder, sweep, count: rows, "\(short(rows)) rows")
        try? FileManager.default.removeItem(atPath: folder)

        let traces = rows / 50
        let traced = try fill(
            folder, sweep, count: traces, batch: Self.tracesInBatch, rounds: Self.rounds,
            files: ["trace.csv"] + (2..<100).map { "trace-00\($0 < 10 ? "0" : "")\($0).csv" })
        print(
            "append \(short(traces)) traces of \(Self.rounds) rows, \(Self.tracesInBatch) in a batch"
                .padded(56)
                + "\(rate(traced.bytes, traced.seconds)), \(rate(traced.bytes, traced.busy)) in a "
                + "second of processor time, " + traced.comparison)
        try open(folder, sweep, count: traces, "\(short(traces * Self.rounds)) rows of traces")
    }

    /// What appending took.
    private struct Appending {
        var bytes = 0
        var seconds = 0.0
        var busy = 0.0
        /// What C took for as much.
        var twin = 0.0
        /// Processor time of each part.
        var parts: [Double] = []

        var comparison: String {
            let first = parts.first ?? 0
            let last = parts.last ?? 0
            return "\(number(seconds / twin))× the time of C, the last tenth "
                + "\(number(last / first))× that of the first"
        }
    }

    private func fill(
        _ folder: String, _ sweep: StoreSample, count: Int, batch: Int, rounds: Int,
        files: [String]
    ) throws -> Appending {
        let store = try sweep.open(folder)
        var done = Appending()
        for part in 0..<Self.parts {
            let range = count * part / Self.parts..<count * (part + 1) / Self.parts
            let before = done.busy
            for start in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
                // C has its rows ready, too.
                let rows = (start..<min(start + batch, range.upperBound)).map {
                    sweep.row(Self.finishing($0, of: count), rounds: rounds)
                }
                let begun = (now(), processorTime())
                for row in rows { try store.append(row) }
                try store.sync()
                done.seconds += now() - begun.0
                done.busy += processorTime() - begun.1
            }
            done.parts.append(done.busy - before)
            let size = try files.reduce(0) { try $0 + Self.size(folder + "/" + $1) }
            done.twin += try append(
                bytes: size - done.bytes, count: range.count * max(1, rounds),
                batch: batch * max(1, rounds))
            done.bytes = size
        }
        try store.close()
        return done
    }

    private func open(
        _ folder: String, _ sweep: StoreSample, count: Int, _ what: String
    ) throws {
        let start = now()
        let begun = processorTime()
        let before = Int(twin_live_bytes())
        twin_forget_peak()
        let store = try sweep.open(folder)
        let opening = now() - start
        let opener = processorTime() - begun
        let peak = (Int(twin_peak_bytes()) - before) / count
        let left = (Int(twin_live_bytes()) - before) / count
        guard store.finished.count == count else { throw BenchmarkError(text: "rows are missing") }
        print(
            "open \(what) again".padded(56)
                + "\(number(opening)) s, \(number(opener)) s of processor time, at most \(peak) "
                + "and then \(left) bytes for each trial")
        try store.close()
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
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
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
