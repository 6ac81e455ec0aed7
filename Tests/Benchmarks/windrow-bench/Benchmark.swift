import CTwin
import CompressedSGD
import Foundation
import KernelChoice

/// The kernels beside C, NumPy and PyTorch: `scripts/bench` says how it is called.
@main
struct Benchmark {
    private var options: [String: String] = [:]
    private var isQuick = false
    /// The Python process.
    let peers: Peers
    /// Seconds for each contestant of a row, about.
    var budget: Double { isQuick ? 0.1 : 0.4 }

    static func main() {
        do {
            let benchmark = try Benchmark(Array(CommandLine.arguments.dropFirst()))
            defer { benchmark.peers.end() }
            try benchmark.run()
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--quick" {
                isQuick = true
            } else if Self.names.contains(option), let value = rest.popFirst() {
                options[option] = value
            } else {
                let names = Self.names.joined(separator: ", ")
                throw BenchmarkError(
                    text: "what is '\(option)'? There are --quick, and with a value \(names)")
            }
        }
        if let part = options["--only"], !Self.parts.contains(part) {
            let parts = Self.parts.joined(separator: ", ")
            throw BenchmarkError(text: "--only \(part): there are \(parts)")
        }
        peers = try Peers(
            python: options["--python"], script: options["--peers"] ?? "peers.py")
    }

    private func run() throws {
        print("Kernels: \(Kernels.level.rawValue). Peers: \(try peers.versions()).")
        print(
            "One thread each; doubles but for products and networks; medians of turns. C, NumPy, PyTorch, other: how many times"
        )
        print("as long as ours they take. Difference: between our result and theirs, relative.\n")
        print(Measurement.header)
        if isWanted("memory") { measureBandwidth() }
        if isWanted("sketch") {
            try measureSketches(1_000_000, columns: [10_000, 100_000, 1_000_000])
            if !isQuick {
                try measureSketches(10_000_000, columns: [10_000, 100_000, 1_000_000])
            }
        }
        if isWanted("top-k") {
            try measureTopK(isQuick ? 1_000_000 : 10_000_000, shares: [0.001, 0.01, 0.1])
        }
        if isWanted("gradient") || isWanted("round") {
            for name in ["a9a", "w8a"] {
                let rows = try self.rows(name)
                if isWanted("gradient") { try measureGradient(rows, name: name) }
                if isWanted("round") { try measureRounds(rows, name: name) }
            }
        }
        if isWanted("gradient") {
            try measureGradient(Inputs.dense(16_384, dimension: 256), name: "dense 16384 × 256")
        }
        if isWanted("round") {
            // Here no two features are alike, so that both sides choose the same entries.
            try measureRounds(
                Inputs.dense(4096, dimension: 256), name: "dense 4096 × 256", batches: [nil],
                isCompared: true)
        }
        if isWanted("precision") {
            for name in ["a9a", "w8a"] {
                try measurePrecisions(try rows(name).data, name: name, batches: [nil, 32])
            }
            let dense = Inputs.dense(16_384, dimension: 256).data
            try measurePrecisions(dense, name: "dense 16384 × 256", batches: [nil, 32])
            try measurePrecisions(
                Inputs.classes(4096, features: 256), name: "softmax, 10 classes, dense 4096 × 256",
                batches: [nil, 32], isSoftmax: true)
        }
        if isWanted("product") { try measureProducts() }
        if isWanted("network") { try measureNetworks(isQuick: isQuick) }
        if isWanted("store") {
            let rows = options["--rows"].flatMap { Int($0) } ?? (isQuick ? 100_000 : 1_000_000)
            guard (1000...100_000_000).contains(rows) else {
                throw BenchmarkError(text: "--rows \(rows): expected 1000 … 100000000")
            }
            try measureStore(rows: rows)
        }
        if isWanted("allocations") {
            try countAllocations()
            try countNetworkAllocations()
        }
        if isWanted("memory") { try measureMemory() }
    }

    /// Measures a kernel beside the others and prints the line.
    ///
    /// - Parameters:
    ///   - question: what the Python process is asked to make ready.
    ///   - operations: additions and multiplications of one run.
    ///   - results: our result from a clean start, and how far C's is from it; nil where results
    ///     cannot be compared.
    func measure(
        _ kernel: String, _ question: [String], other: String = "", operations: Double? = nil,
        ours: @escaping () -> Void, twin: (() -> Void)? = nil,
        results: () throws -> (ours: Vector, twinDifference: Double)?
    ) throws {
        let others = try peers.contestants(question)
        var contestants = [Contestant(.ours, ours)]
        if let twin { contestants.append(Contestant(.twin, twin)) }
        let times = medians(of: contestants + others, budget: budget)
        var agreement = ""
        if let (result, twinDifference) = try results() {
            try peers.share(result, as: "ours")
            agreement = difference(max(twinDifference, try peers.compare() ?? 0))
        }
        if let operations, let time = times[.ours] {
            agreement += ", \(number(operations / time / 1e9)) GFLOP/s"
        }
        show(Measurement(kernel: kernel, times: times, other: other, agreement: agreement))
    }

    func show(_ measurement: Measurement) {
        print(measurement.line)
        fflush(nil)
    }

    private func isWanted(_ part: String) -> Bool { options["--only"].map { $0 == part } ?? true }

    /// A data set from the folder that was given, or rows of its shape.
    func rows(_ name: String) throws -> SparseRows {
        let path = options["--data"].map { "\($0)/\(name).libsvm" } ?? ""
        if FileManager.default.fileExists(atPath: path) {
            return SparseRows(try DataReader.read(path: path))
        }
        print("(\(name) is not at hand: rows of its shape, drawn at random)")
        return name == "a9a"
            ? Inputs.rows(32_561, dimension: 123, entries: 14)
            : Inputs.rows(49_749, dimension: 300, entries: 12)
    }

    private static let names = ["--only", "--data", "--rows", "--python", "--peers"]
    private static let parts = [
        "sketch", "top-k", "gradient", "round", "precision", "product", "network", "store",
        "allocations",
        "memory",
    ]
}

/// What is wrong with how the benchmark was called.
struct BenchmarkError: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
