import CompressedSGD
import SweepCore

extension DistributedSGDSetup {
    /// What is minimised.
    static func problem(
        _ trial: Trial, _ seed: UInt64, _ directory: String
    ) throws(TrialFailure) -> any Problem {
        let name = try trial.choice("problem", ProblemName.self)
        switch name {
        case .leastSquares: return try leastSquares(trial, seed)
        case .turnedQuadratics: return try turnedQuadratics(trial)
        case .logisticRegression, .softmaxRegression:
            return try regression(name, trial, seed, directory)
        case .mlp, .cnn: return try network(name, trial, seed, directory)
        }
    }

    /// The rows of a data file whose path may be relative to a folder.
    static func data(at path: String, directory: String) throws(TrialFailure) -> LabelledData {
        try read("data", path, directory) { full throws(DataError) in
            try DataCache.shared.data(at: full)
        }
    }

    /// What a parameter's file gives; its path may be relative to a folder.
    static func read<Content>(
        _ parameter: String, _ path: String, _ directory: String,
        _ body: (_ full: String) throws(DataError) -> Content
    ) throws(TrialFailure) -> Content {
        guard !path.isEmpty else {
            throw TrialFailure("\(parameter): the path is empty; name a file", isPermanent: true)
        }
        do {
            return try body(path.hasPrefix("/") ? path : directory + "/" + path)
        } catch {
            throw TrialFailure("\(parameter): \(error)", isPermanent: true)
        }
    }

    /// Which rows of the data no client sees; nil for none.
    static func holdout(
        _ trial: Trial, _ seed: UInt64, of data: some Examples
    ) throws(TrialFailure) -> Holdout? {
        guard trial["test-share"] != nil else { return nil }
        let share = try trial.real("test-share")
        guard share > 0, share < 1 else {
            throw TrialFailure(
                "test-share: \(share), expected a share above 0 and below 1", isPermanent: true)
        }
        guard data.rowCount >= 2 else {
            throw TrialFailure(
                "test-share: the data have one row, which cannot be shared", isPermanent: true)
        }
        return Holdout(of: data.rowCount, share: share, seed: seed)
    }

    /// The rows to test on; nil for none.
    ///
    /// - Parameter read: reads the file of `test-data`.
    static func testRows<Data: Sendable>(
        _ trial: Trial, _ directory: String, _ data: Data, _ holdout: Holdout?,
        _ read: (_ path: String) throws(DataError) -> TestRows<Data>
    ) throws(TrialFailure) -> TestRows<Data>? {
        guard case .text(let path)? = trial["test-data"] else {
            return holdout.map { TestRows(data, rows: $0.test) }
        }
        guard holdout == nil else {
            throw TrialFailure(
                "test-share: test rows come from test-data or from a share of data, not from both",
                isPermanent: true)
        }
        return try self.read("test-data", path, directory, read)
    }

    private static func leastSquares(
        _ trial: Trial, _ seed: UInt64
    ) throws(TrialFailure) -> LeastSquares {
        let clients = try trial.integer("clients", default: 20)
        if case .integer? = trial["batch"] {
            throw TrialFailure(
                "batch: least-squares has no rows to draw from; leave it at full, and set "
                    + "sigma for noise", isPermanent: true)
        }
        let dimension = try trial.integer("dimension", default: 100)
        try checkSize(clients: clients, dimension: dimension, vectors: 1)
        let noise = try trial.choice("noise", LeastSquares.Noise.self, default: .gaussian)
        guard noise == .gaussian || dimension % 2 == 0 else {
            throw TrialFailure(
                "dimension: \(dimension), expected an even number with noise: skewed, which comes "
                    + "in pairs of coordinates", isPermanent: true)
        }
        return LeastSquares(
            clients: clients, dimension: dimension, zeta: try trial.real("zeta", default: 1),
            sigma: try trial.real("sigma", default: 0),
            curvature: try trial.choice(
                "curvature", LeastSquares.Curvature.self, default: .graded),
            noise: noise, precision: try precision(trial), seed: seed)
    }

    private static func turnedQuadratics(
        _ trial: Trial
    ) throws(TrialFailure) -> TurnedQuadratics {
        let clients = try trial.integer("clients", default: 20)
        guard clients >= 3, clients % 3 == 0 else {
            throw TrialFailure(
                "clients: \(clients), expected a multiple of 3 with problem: turned-quadratics, "
                    + "which has three functions; say clients: 3", isPermanent: true)
        }
        guard try precision(trial) == .double else {
            throw TrialFailure(
                DistributedSGDExperiment.turnedQuadraticsAreDouble, isPermanent: true)
        }
        return TurnedQuadratics(clients: clients)
    }

    /// What clients compute in.
    static func precision(_ trial: Trial) throws(TrialFailure) -> Precision {
        try trial.choice("precision", Precision.self, default: .double)
    }

    /// Refuses features that no single can hold, where clients compute in single.
    static func checkFeatures(
        _ data: any Examples, _ precision: Precision
    ) throws(TrialFailure) {
        guard precision == .single, let rows = data as? LabelledData,
            let feature = rows.featureBeyondSingles
        else { return }
        throw TrialFailure(
            "precision: single holds numbers up to 3.4e38, and feature \(feature.column + 1) of row "
                + "\(feature.row + 1) of the data is \(feature.value); scale it, or use precision: "
                + "double", isPermanent: true)
    }

    private static func regression(
        _ name: ProblemName, _ trial: Trial, _ seed: UInt64, _ directory: String
    ) throws(TrialFailure) -> any Problem {
        let data = try data(at: try path(trial, of: name), directory: directory)
        let precision = try precision(trial)
        try checkFeatures(data, precision)
        let holdout = try holdout(trial, seed, of: data)
        let test = try testRows(trial, directory, data, holdout) { path throws(DataError) in
            TestRows(allOf: try DataCache.shared.testData(at: path, like: data))
        }
        let rows = try clientRows(trial, seed, of: data, among: holdout?.training)
        let regulariser = try regulariser(trial, rows: rows.count)
        let withIntercept = try trial.flag("intercept", default: false)
        if name == .softmaxRegression {
            return SoftmaxRegression(
                data: data, rows: rows, regulariser: regulariser, withIntercept: withIntercept,
                test: test, precision: precision)
        }
        guard !withIntercept else {
            throw TrialFailure(
                "intercept: logistic-regression has none; add a column of ones to the data, or "
                    + "use problem: softmax-regression", isPermanent: true)
        }
        do {
            return try LogisticRegression(
                data: data, rows: rows, regulariser: regulariser, test: test, precision: precision)
        } catch {
            throw failure(error)
        }
    }

    /// The file of rows that a problem needs.
    static func path(_ trial: Trial, of name: ProblemName) throws(TrialFailure) -> String {
        guard case .text(let path)? = trial["data"] else {
            throw TrialFailure(
                "data: \(name.rawValue) needs a file of rows; "
                    + "name one, for example data: data/digits-odd.libsvm", isPermanent: true)
        }
        return path
    }

    /// What is added to the loss of so many rows.
    static func regulariser(_ trial: Trial, rows: Int) throws(TrialFailure) -> Regulariser {
        Regulariser(
            try trial.choice("regulariser", Regulariser.Shape.self, default: .l2),
            lambda: try trial.real("lambda", default: 1 / Double(rows)))
    }

    /// Which rows each client holds.
    ///
    /// - Parameter chosen: the rows that there are to hold; nil for all.
    static func clientRows(
        _ trial: Trial, _ seed: UInt64, of data: some Examples, among chosen: [UInt32]? = nil
    ) throws(TrialFailure) -> ClientRows {
        let batch: Batch
        if case .integer(let size)? = trial["batch"] {
            batch = .size(Int(size))
        } else {
            batch = .full
        }
        let clients = try trial.integer("clients", default: 20)
        let split = try split(trial)
        do {
            return try ClientRows(
                of: data, among: chosen, clients: clients, split: split, batch: batch, seed: seed)
        } catch {
            throw failure(error)
        }
    }

    private static func split(_ trial: Trial) throws(TrialFailure) -> Split {
        switch try trial.choice("split", Split.Name.self, default: .contiguous) {
        case .contiguous: return .contiguous
        case .sorted: return .sorted
        case .iid: return .iid
        case .dirichlet:
            let alpha = try trial.positive("split.alpha")
            guard DistributedSGDExperiment.alphas.contains(alpha) else {
                throw TrialFailure(
                    "split.alpha: \(alpha), expected a number from 1e-6 to 1e6", isPermanent: true)
            }
            return .dirichlet(alpha: alpha)
        }
    }

    private static func failure(_ error: ProblemError) -> TrialFailure {
        switch error {
        case .clients(let clients, let rows):
            TrialFailure(
                "clients: \(clients) clients cannot share \(rows) rows; each needs at least one",
                isPermanent: true)
        case .batch(let size, let smallest):
            TrialFailure(
                "batch: \(size) rows are asked for, but one of the clients holds \(smallest) only; "
                    + "use fewer, or batch: full", isPermanent: true)
        case .classes(let classes):
            TrialFailure("problem: " + needsTwoClasses(not: classes), isPermanent: true)
        }
    }

    /// What is wrong with data of more or fewer classes.
    static func needsTwoClasses(not classes: Int) -> String {
        "logistic-regression takes two classes, and the labels of the data are of \(classes) classes"
            + "; use problem: softmax-regression"
    }
}
