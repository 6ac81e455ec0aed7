extension SweepFileSection {
    /// All sections, in the order of the reference.
    package static let all = [
        file, metric, limits, resources, plot, series, together, random, draw,
    ]

    /// The keys at the margin.
    static let file = SweepFileSection(
        nil, "These stand at the margin of the file.",
        [
            SweepFileKey(
                "sweep", SweepName.rule, .required, example: "econtrol-vs-ef21",
                help: "The sweep's name, and its folder under `runs/`."),
            SweepFileKey(
                "experiment", "an experiment's name", .required, example: "noop",
                help: "What runs."),
            SweepFileKey(
                "metric", "a map", .described("the table at the end has no order"),
                example: "{name: value, goal: minimize}", help: "What is good."),
            SweepFileKey(
                "limits", "a map", example: "{timeout: 10m, attempts: 3}",
                help: "When to give up."),
            SweepFileKey(
                "requires",
                "a tag or a list of at most \(Placement.mostTags); a tag: \(Placement.tagRule)",
                .described("any worker will do"), example: "[gpu, fast]",
                help: "Tags that a worker must have to run a trial."),
            SweepFileKey(
                "resources", "a map", example: "{cpus: 2, memory: 4GiB}",
                help: "What one trial takes of a worker."),
            SweepFileKey(
                "priority", "whole number, " + SweepFileKey.interval(Placement.priorities),
                .value("\(Placement().priority)"), example: "10",
                help: "Which sweep goes first at a coordinator: the highest."),
            SweepFileKey(
                "fixed", "a map of parameters", example: "{busy: 0}",
                help: "Parameters with one value for all trials."),
            SweepFileKey(
                "axes", "a map of parameters, `zip` and `random`",
                .described("the sweep is one trial"), example: "{i: [1, 2, 3]}",
                help: "Parameters that vary: the product of all, the last one fastest."),
            SweepFileKey(
                "exclude", "a list of maps of parameters on axes",
                .described("nothing is left out"), example: "[{i: [2, 3]}]",
                help: "Combinations that are left out."),
            SweepFileKey(
                "plots", "a list of kinds of pictures, or maps",
                .described("`windrow plot` chooses"), example: "[sensitivity]",
                help: "What `windrow plot` draws. No trial depends on it."),
        ])

    /// The keys of `metric`.
    static let metric = SweepFileSection(
        "metric", "What decides which trial is better.",
        [
            SweepFileKey(
                "name", "one of the experiment's metrics; for `command` any", .required,
                example: "value", help: "The number that is compared."),
            SweepFileKey(
                "goal", words(MetricGoal.Goal.allCases.map(\.rawValue)), .required,
                example: "minimize", help: "The direction that is better."),
        ])

    /// The keys of `limits`.
    static let limits = SweepFileSection(
        "limits", "When attempts, trials and the sweep are given up.",
        [
            SweepFileKey(
                "timeout", "\(Limits.timeoutRule); a plain number is seconds",
                .described("no limit"), example: "10m", help: "What one attempt may take."),
            SweepFileKey(
                "attempts", "whole number, " + SweepFileKey.interval(Limits.attemptBounds),
                .value("\(Limits().attempts)"), example: "5",
                help: "How often a trial is tried before it counts as failed."),
            SweepFileKey(
                "max-failures", "whole number, " + SweepFileKey.interval(Limits.failureBounds),
                .value("\(Limits().maxFailures)"), example: "100",
                help: "How many failed trials stop the sweep."),
        ])

    /// The keys of `resources`.
    static let resources = SweepFileSection(
        "resources", "What one trial takes of the machine that it runs on.",
        [
            SweepFileKey(
                "cpus", "whole number, " + SweepFileKey.interval(Resources.cpuBounds),
                .value("\(Resources().cpus)"), example: "2", help: "Slots of a worker."),
            SweepFileKey(
                "memory", Resources.memoryRule, .described("no limit"), example: "4GiB",
                help: "What its process may map at most."),
            SweepFileKey(
                "gpus", "whole number, " + SweepFileKey.interval(Resources.gpuBounds),
                .value("\(Resources().gpus)"), example: "1",
                help: "Graphics cards of a worker, each for one trial at a time."),
        ])

    /// The keys of an entry of `plots`.
    static let plot = SweepFileSection(
        "plots", "An entry is a kind alone, or a map of these.",
        [
            SweepFileKey(
                "kind", words(PlotRequest.Kind.allCases.map(\.rawValue)), .required,
                example: "sensitivity", help: "What is drawn."),
            SweepFileKey(
                "name", SweepName.rule, .described("the kind"), example: "steps",
                help: "The name of its files."),
            SweepFileKey(
                "title", "text", .described("from what is drawn"), example: "Four clients",
                help: "What stands above it."),
            SweepFileKey(
                "by", parameters, .described(chosen), example: "busy",
                help: "What lines and colours tell apart."),
            SweepFileKey(
                "facet", parameters, .described("one panel"), example: "busy",
                help: "What has a panel for each combination."),
            SweepFileKey(
                "tune", parameters, .described(chosen), example: "i",
                help: "What is tuned: each combination is shown at its best setting."),
            SweepFileKey(
                "over", parameters, .described(chosen), example: "[crash]",
                help: "What means and bands are taken over, such as a seed."),
            SweepFileKey(
                "x", "a parameter or a logged quantity", .described(chosen), example: "i",
                help: "What lies along the horizontal axis."),
            SweepFileKey(
                "y", "a parameter or a logged quantity", .described(chosen), example: "value",
                help: "What lies along the vertical axis."),
            SweepFileKey(
                "metric", "one of the experiment's metrics", .described("the sweep's own"),
                example: "value", help: "What decides what is best."),
            SweepFileKey(
                "where", "a condition on rows", .described("all rows"), example: "i>1",
                help: "Which rows are drawn."),
            SweepFileKey(
                "log", "`x`, `y`, `[x, y]` or `none`", .described(chosen), example: "[x, y]",
                help: "Which axes are logarithmic."),
            SweepFileKey(
                "target", "a finite number", .described(chosen), example: "0.01",
                help: "For `speedup`: the value that is to be reached."),
        ])

    private static let parameters = "a parameter or a list of them"
    private static let chosen = "chosen from the data"

    private static func words(_ words: [String]) -> String {
        Spelling.list(words.map { "`\($0)`" })
    }
}
