import CompressedSGD
import SweepCore

extension DistributedSGDSetup {
    /// Whether a method asks for a compressor without bias.
    static func needsUnbiased(_ method: MethodName) -> Bool { method == .compressedSGD }

    /// How the server learns.
    static func method(
        _ trial: Trial, _ compressor: any Compressor, clients: Int
    ) throws(TrialFailure) -> any Method {
        let name = try trial.choice("method", MethodName.self)
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
        case .ef21:
            return EF21(clients: clients, compressor: try contractive(compressor, name))
        case .ef21SGDM:
            return EF21SGDM(
                clients: clients, beta: try trial.real("method.beta", default: 0.1),
                compressor: try contractive(compressor, name))
        case .econtrol:
            return EControl(
                clients: clients, eta: trial["method.eta"]?.number,
                compressor: try contractive(compressor, name))
        }
    }

    /// The compressor as one that contracts, which the method needs.
    private static func contractive(
        _ compressor: any Compressor, _ method: MethodName
    ) throws(TrialFailure) -> any ContractiveCompressor {
        if let compressor = compressor as? any ContractiveCompressor { return compressor }
        let reason =
            compressor is any UnbiasedCompressor
            ? "without bias does not contract; say scaled: false"
            : "does not contract; use another one, or method: ec"
        throw TrialFailure(
            "method: \(method.rawValue) needs a compressor that contracts, and compressor: "
                + "\(compressor.name) \(reason)", isPermanent: true)
    }
}
