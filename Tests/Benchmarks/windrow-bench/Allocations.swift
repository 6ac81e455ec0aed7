import CTwin
import CompressedSGD
import Experiments
import Foundation
import SweepCore

extension Benchmark {
    /// Prints how often a round of each method with each compressor allocates: trials of few and of
    /// many rounds are run, which differ in nothing else.
    func countAllocations() throws {
        let before = twin_allocations()
        let vector = Vector(zeros: 1)
        guard twin_allocations() > before, vector.count == 1 else {
            throw BenchmarkError(text: "allocations are not counted: malloc is not ours")
        }
        let file = try writeSample()
        print("\nAllocations in \(Self.manyRounds - Self.fewRounds) rounds, counted at malloc")
        print("(– where the method does not take the compressor)\n")
        print(
            "".padded(24) + Self.compressors.map { $0.name.paddedLeft(17) }.joined())
        for method in Self.methods {
            for batch in ["full", "4"] {
                let counts = try Self.compressors.map { compressor -> String in
                    let few = try allocations(method.kind, compressor.kind, batch, false, file)
                    let many = try allocations(method.kind, compressor.kind, batch, true, file)
                    guard let few, let many else { return "–" }
                    return "\(many - few)"
                }
                print(
                    "\(method.name), batch \(batch)".padded(24)
                        + counts.map { $0.paddedLeft(17) }.joined())
            }
        }
    }

    /// Prints the same for networks and regressions in both precisions.
    func countNetworkAllocations() throws {
        let file = peers.folder + "/images.libsvm"
        try Inputs.rows(200, dimension: 64, entries: 12).write(to: file)
        let problems = [
            "mlp, layers: 32-16", "cnn, width: 2, image: 1x8x8", "logistic-regression",
            "softmax-regression, intercept: true",
        ]
        for problem in problems {
            for precision in ["double", "single"] {
                let counts = try ["full", "4"].map { batch in
                    let counts = try [Self.fewRounds, Self.manyRounds].map { rounds in
                        let sample = try TrialSample(
                            """
                            problem: \(problem), data: \(file), clients: 5, method: ef21,
                            compressor: {kind: top-k, k: 10%}, step-size: 0.001, batch: \(batch),
                            rounds: \(rounds), log-every: 100000, seed: 1, precision: \(precision)
                            """)
                        guard sample.run() else {
                            throw BenchmarkError(text: "no run of \(problem)")
                        }
                        let before = twin_allocations()
                        _ = sample.run()
                        return Int(twin_allocations() - before)
                    }
                    return "batch \(batch): \(counts[1] - counts[0])"
                }
                print("\(problem), \(precision): " + counts.joined(separator: ", "))
            }
        }
    }

    /// Allocations of a trial; nil where the method does not take the compressor.
    private func allocations(
        _ method: String, _ compressor: String, _ batch: String, _ isLong: Bool, _ file: String
    ) throws -> Int? {
        // A sweep file with a pair that does not fit is refused when it is read.
        let sample = try? TrialSample(
            """
            problem: logistic-regression, data: \(file), clients: 5, method: \(method),
            compressor: \(compressor), step-size: 0.001, batch: \(batch), participation: 0.6,
            rounds: \(isLong ? Self.manyRounds : Self.fewRounds), log-every: 100000, seed: 1
            """)
        guard let sample, sample.run() else { return nil }
        let before = twin_allocations()
        guard sample.run() else { return nil }
        return Int(twin_allocations() - before)
    }

    /// Prints the most memory that a trial has at any moment beside what it has to remember.
    func measureMemory() throws {
        print(
            "\nPeak memory of a trial, and its state: iterate, what server and clients remember, data"
        )
        print(
            "".padded(56) + "state".paddedLeft(12) + "first".paddedLeft(12)
                + "peak".paddedLeft(12) + "ratio".paddedLeft(8))
        for (clients, dimension) in [(5, 1_000_000), (20, 1_000_000), (100, 100_000)] {
            for method in Self.methods where method.vectors > 0 {
                // Least squares has b for each client; h and x are the server's.
                let vectors = clients * (method.vectors + 1) + 2
                var shared = 0
                try printMemory(
                    "least-squares, n = \(clients), d = \(short(dimension)), \(method.name)",
                    state: 8 * vectors * dimension, shared: &shared,
                    """
                    problem: least-squares, dimension: \(dimension), zeta: 1, sigma: 0,
                    clients: \(clients), method: \(method.kind), compressor: {kind: top-k, k: 1%},
                    step-size: 0.001, rounds: 2, seed: 1
                    """)
            }
        }
        for name in ["a9a", "w8a"] {
            let rows = try self.rows(name)
            let file = peers.folder + "/\(name).libsvm"
            try rows.write(to: file)
            let entries = rows.data.groups[rows.data.rowCount] * 4
            // A row of the data has a label, an offset and its entries; the split orders rows.
            let data = 20 * rows.data.rowCount + 12 * entries
            var shared = 0
            for batch in ["full", "8"] {
                try printMemory(
                    "logistic-regression, \(name), n = 20, ef21, batch \(batch)",
                    state: data + 8 * 22 * rows.dimension, shared: &shared,
                    """
                    problem: logistic-regression, data: \(file), clients: 20, method: {kind: ef21},
                    compressor: {kind: top-k, k: 10%}, batch: \(batch), step-size: 0.1, rounds: 2,
                    seed: 1
                    """)
            }
        }
    }

    /// - Parameter shared: bytes of data that an earlier trial has left for all that follow; what
    ///   this one leaves is added.
    private func printMemory(
        _ label: String, state: Int, shared: inout Int, _ parameters: String
    ) throws {
        let sample = try TrialSample(parameters)
        let start = Int(twin_live_bytes())
        let peaks = (0..<2).map { _ in
            twin_forget_peak()
            precondition(sample.run(), "a trial makes sense")
            return Int(twin_peak_bytes()) - start + shared
        }
        shared += Int(twin_live_bytes()) - start
        print(
            label.padded(56)
                + [state, peaks[0], peaks[1]].map { megabytes($0).paddedLeft(12) }.joined()
                + number(Double(peaks[1]) / Double(state)).paddedLeft(8))
    }

    private func megabytes(_ bytes: Int) -> String { number(Double(bytes) / 1e6) + " MB" }

    /// A small data set that any batch and any number of clients fits.
    private func writeSample() throws -> String {
        let file = peers.folder + "/sample.libsvm"
        try Inputs.rows(200, dimension: 60, entries: 12).write(to: file)
        return file
    }

    private static let fewRounds = 20
    private static let manyRounds = 120

    /// How a sweep file names each method, and how many vectors a client remembers in it, where memory is measured.
    private static let methods: [(name: String, kind: String, vectors: Int)] =
        MethodName.allCases.map { name in
            let vectors: Int
            switch name {
            case .ec, .ef21: vectors = 1
            case .ef21SGDM, .econtrol: vectors = 2
            default: vectors = 0
            }
            return (name.rawValue, "{kind: \(name.rawValue)}", vectors)
        } + [("heavymix", "{kind: sketched-sgd, recovery: heavymix}", 0)]

    /// Each compressor with what it needs.
    private static let compressors: [(name: String, kind: String)] = CompressorName.allCases.map {
        name in
        let rest: String
        switch name {
        case .topK, .randomK: rest = ", k: 6"
        case .hardThreshold: rest = ", threshold: 0.001"
        case .countSketch: rest = ", k: 6, columns: 30"
        default: rest = ""
        }
        return (name.rawValue, "{kind: \(name.rawValue)\(rest)}")
    }
}

/// One trial of `distributed-sgd`, as a sweep file describes it.
private struct TrialSample {
    let trial: Trial

    init(_ parameters: String) throws {
        let sweep = try Sweep.read(
            text: "sweep: sample\nexperiment: distributed-sgd\nfixed: {\(parameters)}\n",
            file: "sample.yaml", directory: "/", overrides: [],
            experiments: ExperimentRegistry.builtIn.map(\.description))
        trial = try Grid(sweep).trial(at: 0)
    }

    /// Whether the trial makes sense.
    func run() -> Bool {
        (try? DistributedSGDExperiment().run(trial, in: TrialContext(directory: "/"))) != nil
    }
}
