extension SweepFileSection {
    /// Rules for the values of a numeric parameter on an axis.
    static let series = SweepFileSection(
        "axes.PARAMETER",
        "The values of a parameter that is a number: a list, or one of these rules in a map. Other "
            + "parameters have a list.",
        [
            SweepFileKey(
                "range", "[from, below, step]", example: "[0, 5]",
                help: "`from`, `from + step`, … below `below`; the step is 1 if it is left out."),
            SweepFileKey(
                "linear", "[from, to, count]", example: "[0, 10, 3]",
                help: "`count` evenly spaced values, both ends among them."),
            SweepFileKey(
                "log", "[from, to, count]", example: "[1, 100, 3]",
                help: "`count` values with a constant ratio, both ends among them."),
        ])

    /// Entries of `axes` that are no parameter.
    static let together = SweepFileSection(
        "axes",
        "Beside parameters these may stand among the axes, each with a map or a list of maps.",
        [
            SweepFileKey(
                "zip", "a map of parameters with as many values each",
                example: "{i: [1, 2], busy: [0, 0.5]}",
                help: "Parameters that move together, position by position."),
            SweepFileKey(
                "random", "a map; see below", example: "{samples: 5, i: {integer: [1, 100]}}",
                help: "Points that are drawn at random instead of a product."),
        ])

    /// The keys of `random` that are no parameters.
    static let random = SweepFileSection(
        "axes.random", "Everything else in the map is a parameter with a distribution.",
        [
            SweepFileKey(
                "samples", "whole number, " + SweepFileKey.interval(1...RandomAxis.mostSamples),
                .required, example: "50",
                help: "How many points; more samples begin with the same points."),
            SweepFileKey(
                "seed", "whole number, 0 … 2⁵³ − 1", .value("0"), example: "7",
                help: "Fixes the drawing; the parameter `seed` may have an axis of its own."),
        ])

    /// Distributions of a parameter in `random`.
    static let draw = SweepFileSection(
        "axes.random.PARAMETER", "How a parameter is drawn: one of these in a map.",
        [
            SweepFileKey(
                "uniform", "[from, to]", example: "[0, 1]",
                help: "A real number, all alike."),
            SweepFileKey(
                "log-uniform", "[from, to]", example: "[1e-3, 1]",
                help: "A real number above zero whose logarithms are all alike."),
            SweepFileKey(
                "integer", "[from, to]", example: "[2, 64]",
                help: "A whole number, both ends possible."),
            SweepFileKey(
                "choice", "[a, b, …]", example: "[1, 10, 100]",
                help: "One of these values, or kinds."),
        ])
}
