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
        case .ecIdeal:
            .init(name.rawValue, "error compensation around the gradients at the solution")
        case .diana:
            .init(
                name.rawValue, "unbiased differences to estimates of the gradients",
                [alpha(.derived("1/(1 + ω) of the compressor")), initialGradient])
        case .dianaEC:
            .init(
                name.rawValue, "DIANA with error compensation, two messages a round",
                [alpha(.value(.real(1))), initialGradient])
        case .ef21:
            .init(name.rawValue, "compressed differences of gradients", [initialGradient])
        case .ef21SGDM:
            .init(
                name.rawValue, "EF21 with momentum",
                [
                    Parameter(
                        "beta", .real(RealBounds(from: 0, including: false, to: 1)),
                        default: .value(.real(0.1)),
                        help: "weight of the newest gradient; 1 is EF21"),
                    initialGradient,
                ])
        case .econtrol:
            .init(
                name.rawValue, "error compensation under control",
                [
                    Parameter(
                        "eta", .real(.nonNegative), default: .derived("k/d of the compressor"),
                        help: "strength of the feedback; unstable from about 2k/d on"),
                    initialGradient,
                    Parameter(
                        "feedback",
                        .choice([
                            .init(
                                FeedbackPlace.clients.rawValue,
                                "at the clients; messages are decoded one by one"),
                            .init(
                                FeedbackPlace.server.rawValue,
                                "at the server, in sums of tables; clients keep nothing"),
                        ]),
                        default: .value(.text(FeedbackPlace.clients.rawValue)),
                        help: "where errors and estimates are kept"),
                ])
        case .sketchedSGD:
            .init(name.rawValue, "sums of sketches, with a second round", sketched)
        case .trueTopK:
            .init(
                name.rawValue, "the k largest of the exact sum; k from compressor: top-k",
                [momentum, aggregation])
        case .localTopK:
            .init(
                name.rawValue, "each client's k largest; k from compressor: top-k",
                [momentum, aggregation])
        case .localPK:
            .init(
                name.rawValue,
                "the k largest of the sum of each client's P·k; k from compressor: top-k",
                [momentum, candidates("P: clients send P·k entries"), aggregation])
        case .fetchSGD:
            .init(
                name.rawValue, "momentum and error in sketches at the server",
                [
                    momentum,
                    Parameter(
                        "error",
                        .choice([
                            .init(FetchSGD.ErrorUpdate.zero.rawValue, "clear the cells of Δ"),
                            .init(
                                FetchSGD.ErrorUpdate.subtract.rawValue,
                                "subtract the sketch of Δ; may diverge"),
                        ]),
                        default: .value(.text(FetchSGD.ErrorUpdate.zero.rawValue)),
                        help: "what becomes of the error where Δ was taken from it"),
                ])
        }
    }

    private static func alpha(_ fallback: Parameter.Fallback) -> Parameter {
        Parameter(
            "alpha", .real(RealBounds(from: 0, to: 1)), default: fallback,
            help: "how fast the estimates learn")
    }

    private static let initialGradient = Parameter(
        "initial-gradient",
        .choice([
            .init(InitialGradient.full.rawValue, "the full gradient, sent and counted"),
            .init(InitialGradient.batch.rawValue, "that of a batch, sent and counted"),
            .init(InitialGradient.zero.rawValue, "nothing"),
        ]),
        default: .value(.text(InitialGradient.full.rawValue)),
        help: "what a client's estimate starts from")

    private static let momentum = Parameter(
        "momentum", .real(RealBounds(from: 0, including: true, to: 1, including: false)),
        default: .value(.real(0.9)), help: "ρ")

    private static func candidates(_ help: String) -> Parameter {
        Parameter(
            "candidates", .integer(1...1_000_000), default: .value(.integer(4)), help: help)
    }

    private static let aggregation = Parameter(
        "aggregation",
        .choice([
            .init(Aggregation.sum.rawValue, "as in the paper: n clients step n times as far"),
            .init(Aggregation.mean.rawValue, "divided by the number of clients"),
        ]),
        default: .value(.text(Aggregation.sum.rawValue)), help: "what the server makes of messages")

    private static let sketched = [
        momentum,
        Parameter(
            "second-round", .flag, default: .value(.flag(true)),
            help: "whether exact values are fetched"),
        candidates("P: exact values are fetched of P·k entries"),
        aggregation,
        Parameter(
            "recovery",
            .choice([
                .init(Recovery.topK.rawValue, "as practised"),
                .init(Recovery.heavyMix.rawValue, "as analysed: no momentum, γ/(t + ξ), averaged"),
            ]),
            default: .value(.text(Recovery.topK.rawValue)), help: "how entries are chosen"),
        Parameter(
            "xi", .real(.positive), default: .derived("2 + d/k"),
            help: "ξ of heavymix: the step size is γ/(t + ξ)"),
    ]

    /// How sketched SGD chooses entries.
    enum Recovery: String, CaseIterable {
        case topK = "top-k"
        case heavyMix = "heavymix"
    }
}
