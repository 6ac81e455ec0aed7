import ArgumentParser
import SweepCore

/// What is compared, tuned and averaged, and by which metric.
struct ComparisonOptions: ParsableArguments {
    @Option(
        help: "A row for each combination of these: method,compressor.",
        completion: Completions.parameters)
    var per: String?

    @Option(
        help: "The metric that decides (default: the sweep's).", completion: Completions.metrics)
    var by: String?

    @OptionGroup var tuning: TuningOptions
}

/// What is tuned and averaged, in which direction, and over which rows; every verb that compares
/// settings has them.
struct TuningOptions: ParsableArguments {
    @Option(
        help: "Parameters to choose the best values of: step-size.",
        completion: Completions.parameters)
    var tune: String?

    @Option(help: "Parameters to take means over: seed.", completion: Completions.parameters)
    var over: String?

    @Option(help: "minimize or maximize (default: the sweep's for its metric, else minimize).")
    var goal: MetricGoal.Goal?

    @Option(
        name: .customLong("where"),
        help: "Only rows that meet this: 'split=sorted and clients>4'.")
    var condition: String?
}
