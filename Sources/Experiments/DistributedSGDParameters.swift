import CompressedSGD
import KernelInterface
import SweepCore

extension DistributedSGDExperiment {
    /// What a sweep file may say, in the order of the store's columns.
    static let parameters: [Parameter] = [
        Parameter(
            "problem",
            .choice([
                .init(ProblemName.leastSquares.rawValue, "synthetic quadratics, one per client"),
                .init(
                    ProblemName.turnedQuadratics.rawValue,
                    "three functions in ℝ³ that need feedback; clients: 3"),
                .init(ProblemName.logisticRegression.rawValue, "two classes, rows of a file"),
                .init(ProblemName.softmaxRegression.rawValue, "any classes, rows of a file"),
                .init(ProblemName.mlp.rawValue, "layers of neurons, any classes, rows of a file"),
                .init(ProblemName.cnn.rawValue, "a residual network, any classes, images"),
            ]),
            default: .required, help: "what is minimised"),
        Parameter(
            "data", .path, default: .derived("none; what learns from rows needs one"),
            help: "LIBSVM, CSV, IDX (MNIST) or CIFAR-10 file with labels, may be gzipped"),
        Parameter(
            "clients", .integer(1...1_000_000), default: .value(.integer(20)),
            help: "n, how many clients share the problem"),
        Parameter(
            "test-data", .path, default: .derived("none"),
            help: "file like data with rows that no client sees, for test_loss and test_accuracy"),
        Parameter(
            "test-share",
            .real(RealBounds(from: 0, including: false, to: 1, including: false)),
            default: .derived("none"),
            help: "share of the rows of data, drawn by the seed, that no client sees"),
        Parameter(
            "split", .variant(splits), default: .value(.text(Split.Name.contiguous.rawValue)),
            help: "which rows a client holds"),
        Parameter(
            "batch", .integer(1...Int64(DataReader.entryLimit), words: ["full"]), unit: "rows",
            default: .value(.text("full")),
            help: "rows that a client looks at in a round, drawn without replacement"),
        Parameter(
            "lambda", .real(.nonNegative), default: .derived("1/N for N rows"),
            help: "weight of the regulariser"),
        Parameter(
            "regulariser",
            .choice([
                .init(Regulariser.Shape.l2.rawValue, "(lambda/2)·‖x‖²"),
                .init(Regulariser.Shape.nonconvex.rawValue, "lambda·Σ xⱼ²/(1 + xⱼ²)"),
            ]), default: .value(.text(Regulariser.Shape.l2.rawValue)),
            help: "what problems on rows add to the loss"),
        Parameter(
            "intercept", .flag, default: .value(.flag(false)),
            help: "whether softmax-regression has a constant for each class, too"),
        Parameter(
            "layers", .sizes(1...65_536, count: 1...16, joinedBy: "-"),
            default: .derived("none; mlp needs them"),
            help: "widths of the layers of mlp between features and classes: 64-32"),
        Parameter(
            "width", .integer(1...1024), unit: "channels", default: .value(.integer(16)),
            help: "channels of the first layer of cnn; 64 is ResNet-9"),
        Parameter(
            "image", .sizes(1...65_536, count: 3...3, joinedBy: "x"),
            default: .derived("what the data say"),
            help: "channels, rows and columns of pixels in a row of data, for cnn: 1x8x8"),
        Parameter(
            "activation",
            .choice([
                .init(Activation.relu.rawValue, "max(z, 0)"),
                .init(Activation.gelu.rawValue, "z·σ(2u), u = √(2/π)·(z + 0.044715·z³)"),
                .init(Activation.tanh.rawValue, "the hyperbolic tangent"),
            ]), default: .value(.text(Activation.relu.rawValue)),
            help: "what mlp and cnn apply between layers"),
        Parameter(
            "precision",
            .choice([
                .init(Precision.double.rawValue, "64 bits"),
                .init(
                    Precision.single.rawValue, "32 bits in products and their sums, 64 elsewhere"),
            ]), default: .value(.text(Precision.double.rawValue)),
            help: "what clients compute gradients in"),
        Parameter(
            "zeta", .real(.nonNegative), default: .value(.real(1)),
            help: "heterogeneity of least-squares"),
        Parameter(
            "sigma", .real(.nonNegative), default: .value(.real(0)),
            help: "noise of least-squares: its total variance is sigma²"),
        Parameter(
            "noise",
            .choice([
                .init(LeastSquares.Noise.gaussian.rawValue, "normal, the same in all directions"),
                .init(
                    LeastSquares.Noise.skewed.rawValue,
                    "(2, 0), (0, 1) or (−2, −1) for each pair of coordinates, scaled"),
            ]), default: .value(.text(LeastSquares.Noise.gaussian.rawValue)),
            help: "what the noise of least-squares is drawn from"),
        Parameter(
            "curvature",
            .choice([
                .init(LeastSquares.Curvature.graded.rawValue, "i²/n for client i = 1 … n"),
                .init(LeastSquares.Curvature.equal.rawValue, "1 for all clients"),
            ]), default: .value(.text(LeastSquares.Curvature.graded.rawValue)),
            help: "how strongly the clients' functions of least-squares are curved"),
        Parameter(
            "dimension", .integer(1...Int64(DataReader.indexLimit)),
            default: .value(.integer(100)), help: "d of least-squares; data bring their own"),
        Parameter("method", .variant(methods), default: .required, help: "how the server learns"),
        Parameter(
            "compressor", .variant(compressors),
            default: .value(.text(CompressorName.identity.rawValue)),
            help: "what makes a client's message short"),
        Parameter(
            "step-size", .real(.positive, words: ["theory"]), default: .required,
            help: "γ, before the schedule; theory: what the method's paper proves"),
        Parameter(
            "schedule", .variant(schedules), default: .value(.text("constant")),
            help: "what becomes of the step size"),
        Parameter(
            "warm-up", .integer(0...1_000_000_000), unit: "rounds", default: .value(.integer(0)),
            help: "rounds in which the step size rises to γ, before the schedule"),
        Parameter(
            "participation", .real(RealBounds(from: 0, including: false, to: 1)),
            default: .value(.real(1)), help: "share of the clients that a round draws"),
        Parameter(
            "rounds", .integer(0...1_000_000_000), default: .value(.integer(1000)),
            help: "how many updates the iterate gets"),
        Parameter(
            "log-every", .integer(1...1_000_000_000), unit: "rounds",
            default: .value(.integer(10)), help: "how often a row of the trace is written"),
        Parameter(
            "seed", .integer(0...(1 << 53 - 1)), default: .value(.integer(0)),
            help: "fixes batches, splits, test rows, sketches, noise and synthetic data"),
    ]

    /// The kinds of `split`.
    private static let splits: [ParameterType.Variant] = [
        .init(Split.Name.contiguous.rawValue, "rows in the order of the file"),
        .init(Split.Name.sorted.rawValue, "rows sorted by label: clients differ most"),
        .init(Split.Name.iid.rawValue, "rows shuffled by the seed: clients differ least"),
        .init(
            Split.Name.dirichlet.rawValue, "a mixture of labels for each client, drawn by the seed",
            [
                Parameter(
                    "alpha", .real(alphas), default: .required,
                    help: "how alike the mixtures are: one label each at 0, all the same at ∞")
            ]),
    ]

    /// What α of a Dirichlet split may be.
    static let alphas = RealBounds(from: 1e-6, to: 1e6)

    /// The kinds of `schedule`.
    private static let schedules: [ParameterType.Variant] = {
        let final = Parameter(
            "final", .real(RealBounds(from: 0, to: 1)), default: .value(.real(0)),
            help: "the share of γ that is left after the last round")
        return [
            .init(ScheduleName.constant.rawValue, "γ"),
            .init(ScheduleName.linear.rawValue, "in a straight line to final·γ", [final]),
            .init(
                ScheduleName.inverseTime.rawValue, "γ/(1 + s/halving)",
                [
                    Parameter(
                        "halving", .real(.positive), unit: "rounds", default: .required,
                        help: "after so many rounds γ is halved")
                ]),
            .init(ScheduleName.cosine.rawValue, "along half a cosine to final·γ", [final]),
            .init(
                ScheduleName.step.rawValue, "γ·factor^⌊s/every⌋",
                [
                    Parameter(
                        "every", .integer(1...1_000_000_000), unit: "rounds", default: .required,
                        help: "how long a step is"),
                    Parameter(
                        "factor", .real(RealBounds(from: 0, including: false, to: 1)),
                        default: .value(.real(0.1)), help: "what γ is multiplied by"),
                ]),
        ]
    }()

    /// The names of schedules.
    enum ScheduleName: String, CaseIterable {
        case constant, linear, cosine, step
        case inverseTime = "inverse-time"
    }
}
