import CompressedSGD
import SweepCore

extension DistributedSGDSetup {
    /// Whether a method asks for a compressor without bias.
    static func needsUnbiased(_ method: MethodName) -> Bool {
        method == .compressedSGD || method == .diana
    }

    /// How the server learns.
    static func method(
        _ trial: Trial, _ seed: UInt64, _ problem: any Problem, _ optimum: Optimum?,
        _ compressor: any Compressor
    ) throws(TrialFailure) -> any Method {
        let name = try trial.choice("method", MethodName.self)
        let clients = problem.clients
        let initial = try trial.choice(
            "method.initial-gradient", InitialGradient.self, default: .full)
        switch name {
        case .sgd:
            return SGD(dimension: compressor.dimension)
        case .compressedSGD:
            return CompressedSGDMethod(compressor: compressor)
        case .ec:
            if let absolute = compressor as? any AbsoluteCompressor {
                return ErrorCompensation(clients: clients, compressor: absolute)
            }
            return ErrorCompensation(
                clients: clients, compressor: try contractive(compressor, name))
        case .ecIdeal:
            let compressor = try contractive(compressor, name)
            guard let optimum else { throw Self.noOptimum(name) }
            return ECIdeal(problem: problem, optimum: optimum.point, compressor: compressor)
        case .diana:
            guard let unbiased = compressor as? any UnbiasedCompressor else {
                throw mismatch(name, "without bias", compressor, "has one")
            }
            return Diana(
                clients: clients, alpha: trial["method.alpha"]?.number, compressor: unbiased,
                initialGradient: initial)
        case .dianaEC:
            return DianaEC(
                clients: clients, alpha: try trial.real("method.alpha", default: 1),
                compressor: try contractive(compressor, name), initialGradient: initial)
        case .ef21:
            return EF21(
                clients: clients, compressor: try contractive(compressor, name),
                initialGradient: initial)
        case .ef21SGDM:
            return EF21SGDM(
                clients: clients, beta: try trial.real("method.beta", default: 0.1),
                compressor: try contractive(compressor, name), initialGradient: initial)
        case .econtrol:
            let place = try trial.choice(
                "method.feedback", FeedbackPlace.self, default: .clients)
            if place == .server {
                return EControlOfSums(
                    eta: trial["method.eta"]?.number,
                    compressor: try lasting(compressor, "econtrol with feedback: server"),
                    initialGradient: initial)
            }
            return EControl(
                clients: clients, eta: trial["method.eta"]?.number,
                compressor: try contractive(compressor, name), initialGradient: initial)
        case .sketchedSGD, .trueTopK, .localTopK, .localPK, .fetchSGD:
            return try sketching(trial, name, seed, clients, compressor)
        }
    }

    /// The methods of the sketching line.
    private static func sketching(
        _ trial: Trial, _ name: MethodName, _ seed: UInt64, _ clients: Int,
        _ compressor: any Compressor
    ) throws(TrialFailure) -> any Method {
        let momentum = try trial.real("method.momentum", default: 0.9)
        let aggregation = try trial.choice(
            "method.aggregation", Aggregation.self, default: .sum)
        if [.trueTopK, .localTopK, .localPK].contains(name) {
            guard let topK = compressor as? TopK else {
                throw TrialFailure(
                    "method: \(name.rawValue) takes its k from compressor: top-k, but compressor: "
                        + "\(compressor.name) was given", isPermanent: true)
            }
            if name == .localPK {
                let sent = topK.k.multipliedReportingOverflow(
                    by: try trial.integer("method.candidates", default: 4))
                return LocalPK(
                    clients: clients, momentum: momentum, k: topK.k, aggregation: aggregation,
                    compressor: TopK(
                        k: sent.overflow ? topK.dimension : sent.partialValue,
                        dimension: topK.dimension,
                        values: try trial.choice(
                            "compressor.values", ValueFormat.self, default: .f64)))
            }
            return name == .trueTopK
                ? TrueTopK(
                    clients: clients, momentum: momentum, aggregation: aggregation,
                    compressor: topK)
                : LocalTopK(
                    clients: clients, momentum: momentum, aggregation: aggregation,
                    compressor: topK)
        }
        if name == .fetchSGD {
            return FetchSGD(
                momentum: momentum,
                update: try trial.choice(
                    "method.error", FetchSGD.ErrorUpdate.self, default: .zero),
                compressor: try lasting(compressor, name.rawValue))
        }
        let linear = try linear(compressor, name.rawValue)
        let recovery = try trial.choice(
            "method.recovery", DistributedSGDExperiment.Recovery.self, default: .topK)
        if recovery == .heavyMix {
            return HeavyMix(
                clients: clients, offset: trial["method.xi"]?.number, seed: seed,
                compressor: linear)
        }
        let hasSecondRound = try trial.flag("method.second-round", default: true)
        return SketchedSGD(
            clients: clients, momentum: momentum,
            candidates: hasSecondRound ? try trial.integer("method.candidates", default: 4) : nil,
            aggregation: aggregation, compressor: linear)
    }

    /// The compressor as one whose tables add up at the server.
    private static func linear(
        _ compressor: any Compressor, _ method: String
    ) throws(TrialFailure) -> any LinearCompressor {
        guard let linear = compressor as? any LinearCompressor else {
            throw TrialFailure(
                "method: \(method) needs a compressor whose messages add up (count-sketch), and "
                    + "compressor: \(compressor.name) is none", isPermanent: true)
        }
        if let sketch = compressor as? CountSketch, sketch.decoder != .server {
            throw TrialFailure(
                "compressor.decode: method: \(method) sums tables at the server, which "
                    + "decode: client does not send", isPermanent: true)
        }
        return linear
    }

    /// The compressor as one whose tables of different rounds add up, too.
    private static func lasting(
        _ compressor: any Compressor, _ method: String
    ) throws(TrialFailure) -> any LinearCompressor {
        let linear = try linear(compressor, method)
        if let sketch = compressor as? CountSketch, sketch.reseed != .never {
            throw TrialFailure(
                "compressor.reseed: method: \(method) keeps tables from round to round, so the "
                    + "hash functions must stay the same (reseed: never)", isPermanent: true)
        }
        return linear
    }

    private static func noOptimum(_ name: MethodName) -> TrialFailure {
        TrialFailure(
            "method: \(name.rawValue) needs the gradients at the solution, and that of this problem "
                + "cannot be found to \(Optimum.tolerance); it must be convex, with a lambda above 0",
            isPermanent: true)
    }

    private static func mismatch(
        _ method: MethodName, _ need: String, _ compressor: any Compressor, _ finding: String
    ) -> TrialFailure {
        TrialFailure(
            "method: \(method.rawValue) needs a compressor \(need), and compressor: "
                + "\(compressor.name) \(finding)", isPermanent: true)
    }

    /// How many vectors of dimension d each client remembers.
    static func vectors(_ trial: Trial) throws(TrialFailure) -> Int {
        let place = try trial.choice("method.feedback", FeedbackPlace.self, default: .clients)
        return switch try trial.choice("method", MethodName.self) {
        case .econtrol where place == .server: 0
        case .sgd, .compressedSGD, .fetchSGD: 0
        case .ec, .ef21, .diana: 1
        case .ef21SGDM, .econtrol, .ecIdeal, .dianaEC, .sketchedSGD, .trueTopK, .localTopK,
            .localPK:
            2
        }
    }

    /// The compressor as one that contracts, which the method needs.
    private static func contractive(
        _ compressor: any Compressor, _ method: MethodName
    ) throws(TrialFailure) -> any ContractiveCompressor {
        if let compressor = compressor as? any ContractiveCompressor { return compressor }
        throw mismatch(
            method, "that contracts", compressor,
            compressor is any UnbiasedCompressor
                ? "without bias does not contract; say scaled: false"
                : "does not contract; use another one, or method: ec")
    }
}
