import CompressedSGD
import SweepCore

extension DistributedSGDExperiment {
    /// What a sweep file may say, in the order of the store's columns.
    static let parameters: [Parameter] = [
        Parameter(
            "problem",
            .choice([
                .init(ProblemName.leastSquares.rawValue, "synthetic quadratics, one per client"),
                .init(ProblemName.logisticRegression.rawValue, "two classes, rows of a file"),
            ]),
            default: .required, help: "what is minimised"),
        Parameter(
            "data", .path, default: .derived("none; logistic-regression needs one"),
            help: "LIBSVM or CSV file with two labels, may be gzipped"),
        Parameter(
            "clients", .integer(1...1_000_000), default: .value(.integer(20)),
            help: "n, how many clients share the problem"),
        Parameter(
            "split",
            .choice([
                .init(Split.contiguous.rawValue, "rows in the order of the file"),
                .init(Split.sorted.rawValue, "rows sorted by label: clients differ most"),
                .init(Split.iid.rawValue, "rows shuffled by the seed: clients differ least"),
            ]),
            default: .value(.text(Split.contiguous.rawValue)),
            help: "which rows a client holds"),
        Parameter(
            "batch", .integer(1...Int64(DataReader.entryLimit), words: ["full"]), unit: "rows",
            default: .value(.text("full")),
            help: "rows that a client looks at in a round, drawn without replacement"),
        Parameter(
            "lambda", .real(.nonNegative), default: .derived("1/N for N rows"),
            help: "weight of the regulariser (lambda/2)·‖x‖²"),
        Parameter(
            "zeta", .real(.nonNegative), default: .value(.real(1)),
            help: "heterogeneity of least-squares"),
        Parameter(
            "sigma", .real(.nonNegative), default: .value(.real(0)),
            help: "noise of least-squares: its total variance is sigma²"),
        Parameter(
            "dimension", .integer(1...Int64(DataReader.indexLimit)),
            default: .value(.integer(100)), help: "d of least-squares; data bring their own"),
        Parameter("method", .variant(methods), default: .required, help: "how the server learns"),
        Parameter(
            "compressor", .variant(compressors),
            default: .value(.text(CompressorName.identity.rawValue)),
            help: "what makes a client's message short"),
        Parameter(
            "step-size", .real(.positive), default: .required, help: "γ, the same in all rounds"),
        Parameter(
            "rounds", .integer(0...1_000_000_000), default: .value(.integer(1000)),
            help: "how many updates the iterate gets"),
        Parameter(
            "log-every", .integer(1...1_000_000_000), unit: "rounds",
            default: .value(.integer(10)), help: "how often a row of the trace is written"),
        Parameter(
            "seed", .integer(0...(1 << 53 - 1)), default: .value(.integer(0)),
            help: "fixes batches, the iid split, sketches, noise and synthetic data"),
    ]

    private static let methods: [ParameterType.Variant] = MethodName.allCases.map { name in
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

    private static let compressors: [ParameterType.Variant] = CompressorName.allCases.map { name in
        let k = Parameter(
            "k", .integer(1...Int64(DataReader.indexLimit)), unit: "entries", default: .required,
            help: "entries that are kept; more than d means all")
        switch name {
        case .identity:
            return .init(name.rawValue, "the vector itself")
        case .topK:
            return .init(name.rawValue, "the k entries of largest magnitude", [k])
        case .countSketch:
            return .init(
                name.rawValue, "a table of signed sums, decoded to the k largest estimates",
                [
                    k,
                    Parameter(
                        "rows", .integer(1...64), default: .value(.integer(5)),
                        help: "rows of the table; the estimate is the median over them"),
                    Parameter(
                        "columns", .integer(1...(1 << 26)), default: .required,
                        help: "columns of the table"),
                ])
        }
    }
}
