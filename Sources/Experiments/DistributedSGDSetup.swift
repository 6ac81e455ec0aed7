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
        let compressor = try Self.compressor(
            trial, seed, clients: problem.clients, dimension: problem.dimension,
            isUnbiased: Self.needsUnbiased(try trial.choice("method", MethodName.self)))
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
