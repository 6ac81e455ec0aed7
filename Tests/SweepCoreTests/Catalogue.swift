@testable import SweepCore

/// Experiments for the tests, with every type of parameter.
enum Catalogue {
    static let all = [sgd, command, everything]

    /// The face of the built-in experiment, as far as a sweep file can see it.
    static let sgd = ExperimentDescription(
        name: "distributed-sgd", version: 1, summary: "Distributed SGD.",
        parameters: [
            Parameter(
                "problem", .choice([.init("least-squares", ""), .init("logistic-regression", "")]),
                default: .value(.text("logistic-regression")), help: ""),
            Parameter("data", .path, default: .derived("none"), help: ""),
            Parameter("clients", .integer(1...10_000), default: .value(.integer(10)), help: ""),
            Parameter(
                "split", .choice([.init("contiguous", ""), .init("sorted", ""), .init("iid", "")]),
                default: .value(.text("contiguous")), help: ""),
            Parameter(
                "batch", .integer(1...1_000_000, words: ["full"]), default: .value(.text("full")),
                help: ""),
            Parameter(
                "lambda", .real(.nonNegative), default: .derived("1/N"), help: ""),
            Parameter("zeta", .real(.nonNegative), default: .value(.real(0)), help: ""),
            Parameter(
                "method",
                .variant([
                    .init("sgd", ""), .init("ec", ""), .init("ef21", ""),
                    .init(
                        "ef21-sgdm", "",
                        [
                            Parameter(
                                "beta", .real(RealBounds(from: 0, including: false, to: 1)),
                                default: .value(.real(0.1)), help: "")
                        ]),
                    .init(
                        "econtrol", "",
                        [
                            Parameter(
                                "eta", .real(.positive), default: .value(.real(0.1)), help: ""),
                            Parameter(
                                "beta", .real(.positive), default: .value(.real(1)), help: ""),
                        ]),
                ]),
                default: .value(.text("ec")), help: ""),
            Parameter(
                "compressor",
                .variant([
                    .init("identity", ""),
                    .init(
                        "top-k", "",
                        [Parameter("k", .integer(1...1_000_000), default: .required, help: "")]),
                    .init(
                        "count-sketch", "",
                        [
                            Parameter(
                                "rows", .integer(1...99), default: .value(.integer(5)), help: ""),
                            Parameter(
                                "columns", .integer(1...1_000_000_000), default: .required, help: ""
                            ),
                            Parameter("k", .integer(1...1_000_000), default: .required, help: ""),
                        ]),
                ]),
                default: .value(.text("identity")), help: ""),
            Parameter("step-size", .real(.positive), default: .required, help: ""),
            Parameter(
                "rounds", .integer(1...1_000_000_000), default: .value(.integer(1000)), help: ""),
            Parameter(
                "log-every", .integer(1...1_000_000_000), default: .value(.integer(10)), help: ""),
            Parameter(
                "seed", .integer(0...9_007_199_254_740_992), default: .value(.integer(0)), help: ""),
        ],
        metrics: [Metric("loss", help: ""), Metric("grad_norm_sq", help: "")])

    /// Any program: what is not declared may be anything.
    static let command = ExperimentDescription(
        name: "command", version: 1, summary: "Any program.",
        parameters: [Parameter("argv", .words, default: .required, help: "")],
        acceptsAnyParameter: true, metrics: [])

    /// A parameter of each type.
    static let everything = ExperimentDescription(
        name: "everything", version: 2, summary: "All types.",
        parameters: [
            Parameter(
                "a", .integer(-1_000_000_000_000...1_000_000_000_000), default: .value(.integer(0)),
                help: ""),
            Parameter("b", .integer(0...10_000_000_000), default: .value(.integer(1)), help: ""),
            Parameter("x", .real(RealBounds()), default: .value(.real(0)), help: ""),
            Parameter("y", .real(RealBounds()), default: .derived("x"), help: ""),
            Parameter("flag", .flag, default: .value(.flag(false)), help: ""),
            Parameter("text", .text, default: .value(.text("none")), help: ""),
            Parameter("file", .path, default: .derived("none"), help: ""),
            Parameter("words", .words, default: .derived("none"), help: ""),
            Parameter("free", .any, default: .value(.integer(1)), help: ""),
            Parameter(
                "shape",
                .variant([
                    .init("dot", ""),
                    .init(
                        "circle", "",
                        [Parameter("r", .real(.positive), default: .value(.real(1)), help: "")]),
                    .init(
                        "box", "",
                        [
                            Parameter(
                                "w", .integer(1...1000), default: .value(.integer(2)), help: ""),
                            Parameter("h", .integer(1...1000), default: .derived("w"), help: ""),
                            Parameter(
                                "r", .real(.nonNegative), default: .value(.real(0)), help: ""),
                        ]),
                ]),
                default: .value(.text("circle")), help: ""),
        ],
        metrics: [Metric("score", help: "")])

    /// Reads a file with these experiments.
    static func read(
        _ text: String, _ overrides: String..., file: String = "s.yaml"
    ) throws(SweepFileError) -> Sweep {
        try read(text, overrides: overrides, file: file)
    }

    static func read(
        _ text: String, overrides: [String], file: String = "s.yaml"
    ) throws(SweepFileError) -> Sweep {
        try Sweep.read(
            text: text, file: file, directory: "/sweeps", overrides: overrides, experiments: all)
    }

    /// A grid of the experiment `everything`.
    static func grid(_ body: String, _ overrides: String...) throws -> Grid {
        try Grid(read("sweep: s\nexperiment: everything\n" + body, overrides: overrides))
    }
}

extension Grid {
    /// The canonical texts of one column over all trials.
    func texts(_ column: String) -> [String] {
        (0..<count).map { trial(at: $0)[column]?.canonicalText ?? "" }
    }
}
