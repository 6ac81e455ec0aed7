import CompressedSGD
import SweepCore

extension DistributedSGDExperiment {
    /// The kinds of `method`.
    static let methods: [ParameterType.Variant] = MethodName.allCases.map { name in
        switch name {
        case .sgd:
            .init(name.rawValue, "gradients as they are, whatever the compressor")
        case .compressedSGD:
            .init(name.rawValue, "compressed gradients without feedback; may diverge")
        case .ec:
            .init(name.rawValue, "error compensation (MEM-SGD)")
        case .ef21:
            .init(name.rawValue, "compressed differences of gradients")
        case .ef21SGDM:
            .init(
                name.rawValue, "EF21 with momentum",
                [
                    Parameter(
                        "beta", .real(RealBounds(from: 0, including: false, to: 1)),
                        default: .value(.real(0.1)),
                        help: "weight of the newest gradient; 1 is EF21")
                ])
        case .econtrol:
            .init(
                name.rawValue, "error compensation under control",
                [
                    Parameter(
                        "eta", .real(.nonNegative), default: .derived("k/d of the compressor"),
                        help: "strength of the feedback; unstable from about 2k/d on")
                ])
        }
    }
}
