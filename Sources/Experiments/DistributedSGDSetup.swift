import CompressedSGD
import SweepCore

/// A trial's parameters, checked together and made into a simulation.
struct DistributedSGDSetup {
    /// How many scalars a run's state may have: 8 GiB of doubles.
    static let stateLimit = 1 << 30

    /// The run.
    let simulation: Simulation

    init(_ trial: Trial, directory: String) throws(TrialFailure) {
        let seed = UInt64(try trial.integer("seed", atLeast: 0, default: 0))
        let problem = try Self.problem(trial, seed, directory)
        try Self.checkSize(trial, problem)
        let compressor = try Self.compressor(trial, seed, dimension: problem.dimension)
        let method = try Self.method(trial, compressor, clients: problem.clients)
        simulation = Simulation(
            problem: problem, method: method,
            plan: .init(
                stepSize: .constant(try trial.real("step-size")),
                rounds: try trial.integer("rounds", atLeast: 0, default: 1000),
                logEvery: try trial.integer("log-every", default: 10)))
    }

    /// The rows of a data file whose path may be relative to a folder.
    static func data(at path: String, directory: String) throws(TrialFailure) -> LabelledData {
        guard !path.isEmpty else {
            throw TrialFailure("data: the path is empty; name a file", isPermanent: true)
        }
        let full = path.hasPrefix("/") ? path : directory + "/" + path
        do {
            return try DataCache.shared.data(at: full)
        } catch {
            throw TrialFailure("data: \(error)", isPermanent: true)
        }
    }

    private static func problem(
        _ trial: Trial, _ seed: UInt64, _ directory: String
    ) throws(TrialFailure) -> any Problem {
        let clients = try trial.integer("clients", default: 20)
        switch try trial.choice("problem", ProblemName.self) {
        case .leastSquares:
            if case .integer? = trial["batch"] {
                throw TrialFailure(
                    "batch: least-squares has no rows to draw from; leave it at full, and set "
                        + "sigma for noise", isPermanent: true)
            }
            let dimension = try trial.integer("dimension", default: 100)
            try checkSize(clients: clients, dimension: dimension, vectors: 1)
            return LeastSquares(
                clients: clients, dimension: dimension,
                zeta: try trial.real("zeta", default: 1),
                sigma: try trial.real("sigma", default: 0), seed: seed)
        case .logisticRegression:
            guard case .text(let path)? = trial["data"] else {
                throw TrialFailure(
                    "data: logistic-regression needs a file of rows; "
                        + "name one, for example data: data/digits-odd.libsvm", isPermanent: true)
            }
            return try logisticRegression(
                trial, seed, try data(at: path, directory: directory), clients: clients)
        }
    }

    private static func logisticRegression(
        _ trial: Trial, _ seed: UInt64, _ data: LabelledData, clients: Int
    ) throws(TrialFailure) -> LogisticRegression {
        let batch: Batch
        if case .integer(let size)? = trial["batch"] {
            batch = .size(Int(size))
        } else {
            batch = .full
        }
        do {
            return try LogisticRegression(
                data: data, clients: clients,
                split: try trial.choice("split", Split.self, default: .contiguous), batch: batch,
                lambda: trial["lambda"]?.number, seed: seed)
        } catch let failure as TrialFailure {
            throw failure
        } catch ProblemError.clients(let clients, let rows) {
            throw TrialFailure(
                "clients: \(clients) clients cannot share \(rows) rows; each needs at least one",
                isPermanent: true)
        } catch ProblemError.batch(let size, let smallest) {
            throw TrialFailure(
                "batch: \(size) rows are asked for, but one of the \(clients) clients holds "
                    + "\(smallest) only; use fewer, or batch: full", isPermanent: true)
        } catch {
            throw TrialFailure("\(error)", isPermanent: true)
        }
    }

    private static func compressor(
        _ trial: Trial, _ seed: UInt64, dimension: Int
    ) throws(TrialFailure) -> any ContractiveCompressor {
        switch try trial.choice("compressor", CompressorName.self, default: .identity) {
        case .identity:
            return Identity(dimension: dimension)
        case .topK:
            return TopK(k: try trial.integer("compressor.k"), dimension: dimension)
        case .countSketch:
            let rows = try trial.integer("compressor.rows", default: 5)
            let columns = try trial.integer("compressor.columns")
            guard columns <= CountSketch.columnLimit, rows <= stateLimit / columns else {
                throw TrialFailure(
                    "compressor.columns: a table of \(rows) × \(columns) needs more than 8 GiB; "
                        + "use a smaller one", isPermanent: true)
            }
            return CountSketch(
                rows: rows, columns: columns, k: try trial.integer("compressor.k"),
                dimension: dimension, seed: seed)
        }
    }

    private static func method(
        _ trial: Trial, _ compressor: any ContractiveCompressor, clients: Int
    ) throws(TrialFailure) -> any Method {
        switch try trial.choice("method", MethodName.self) {
        case .sgd:
            return SGD(dimension: compressor.dimension)
        case .compressedSGD:
            return CompressedSGDMethod(compressor: compressor)
        case .ec:
            return ErrorCompensation(clients: clients, compressor: compressor)
        case .ef21:
            return EF21(clients: clients, compressor: compressor)
        case .ef21SGDM:
            return EF21SGDM(
                clients: clients, beta: try trial.real("method.beta", default: 0.1),
                compressor: compressor)
        case .econtrol:
            return EControl(
                clients: clients, eta: trial["method.eta"]?.number, compressor: compressor)
        }
    }

    /// Refuses a run whose clients' memories would not fit.
    private static func checkSize(
        _ trial: Trial, _ problem: any Problem
    ) throws(TrialFailure) {
        let vectors: Int
        switch try trial.choice("method", MethodName.self) {
        case .sgd, .compressedSGD: vectors = 0
        case .ec, .ef21: vectors = 1
        case .ef21SGDM, .econtrol: vectors = 2
        }
        try checkSize(clients: problem.clients, dimension: problem.dimension, vectors: vectors)
    }

    private static func checkSize(
        clients: Int, dimension: Int, vectors: Int
    ) throws(TrialFailure) {
        guard clients * vectors <= stateLimit / dimension else {
            throw TrialFailure(
                "clients: \(clients) clients with \(vectors) vectors of dimension \(dimension) "
                    + "each need more than 8 GiB; use fewer clients or a smaller dimension",
                isPermanent: true)
        }
    }
}

extension Trial {
    /// A whole number of at least `least`; the default stands in where the trial has no value.
    fileprivate func integer(
        _ name: String, atLeast least: Int64 = 1, default fallback: Int? = nil
    ) throws(TrialFailure) -> Int {
        switch self[name] {
        case .integer(let number)? where number >= least: return Int(number)
        case nil: if let fallback { return fallback }
        default: break
        }
        throw unusable(name, expected: "a whole number from \(least)")
    }

    /// A real number; the default stands in where the trial has no value.
    fileprivate func real(
        _ name: String, default fallback: Double? = nil
    ) throws(TrialFailure) -> Double {
        if let number = self[name]?.number { return number }
        if self[name] == nil, let fallback { return fallback }
        throw unusable(name, expected: "a number")
    }

    /// A word of an enumeration; the default stands in where the trial has no value.
    fileprivate func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type, default fallback: Choice? = nil
    ) throws(TrialFailure) -> Choice where Choice.RawValue == String {
        switch self[name] {
        case .text(let word)?: if let choice = Choice(rawValue: word) { return choice }
        case nil: if let fallback { return fallback }
        default: break
        }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw unusable(name, expected: "one of \(words)")
    }

    private func unusable(_ name: String, expected: String) -> TrialFailure {
        let found = self[name].map { "\($0)" } ?? "nothing"
        return TrialFailure("\(name): \(found), expected \(expected)", isPermanent: true)
    }
}
