import ArgumentParser
import Experiments
import Glibc
import SweepAnswers
import SweepCore
import SweepStore

/// `windrow init`: writes a commented sweep file to start from.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented sweep file: for an experiment, or around a command line.",
        discussion: """
            With --from, options that have a value become parameters, with a blank or '=' between, \
            and words such as lr=0.1. A seed and the first learning rate, or number with a \
            fraction, are varied. The file is one that windrow plan accepts.

            With --ask, the line is run with --help behind it, for 20 seconds at most, and the \
            options that it lists with a default, or with the words that they may be, become \
            parameters, too; the others are listed in comments.

            Exit codes: 0 written, 64 usage, 65 no such experiment, a line that needs a shell, a \
            program that does not list its options, or a file that is there already.
            """)

    @Argument(help: "The file (default: NAME.yaml).", completion: .file(extensions: ["yaml"]))
    var file: String?

    @Option(
        help: "What runs (default: distributed-sgd); windrow experiments lists them.",
        completion: .list(ExperimentRegistry.builtIn.map(\.description.name)))
    var experiment: String?

    @Option(name: .customLong("from"), help: "A command line to sweep: 'python train.py lr=0.1'.")
    var line: String?

    @Option(help: "A command line that lists its options for --help: 'python train.py'.")
    var ask: String?

    @Option(help: "How long --ask waits for the listing, in seconds.")
    var seconds = 20.0

    @Option(help: "The sweep's name (default: the file's, or the experiment's).")
    var name: String?

    @Option(help: "The metric that decides (default: the experiment's first; with --from, loss).")
    var metric: String?

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var file: String
        var sweep: String
        var experiment: String
    }

    func validate() throws {
        if line != nil, ask != nil {
            throw ValidationError("--ask takes the line that --from does; give one of them")
        }
        if let experiment, experiment != "command", line != nil || ask != nil {
            throw ValidationError(
                "\(line != nil ? "--from" : "--ask") wraps a program, which is --experiment "
                    + "command, not \(experiment)")
        }
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds: expected a number above 0 and at most 3600")
        }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let description = try description()
            let sweep = name ?? file.map(Self.stem) ?? description.name
            let path = file ?? sweep + ".yaml"
            let template = try template(description)
            let text = text(description, template, sweep: sweep, path: path)
            // What is written must be what windrow plan accepts.
            do throws(SweepFileError) {
                _ = try Sweep.read(
                    text: text, file: path, directory: "/", overrides: [],
                    experiments: ExperimentRegistry.builtIn.map(\.description))
            } catch {
                throw InputError("\(error)")
            }
            guard force || access(path, F_OK) != 0 else {
                throw InputError(
                    "\(path) is there already; name another file, or replace it with --force")
            }
            try FileSystem.replace(path, with: Array(text.utf8))
            if output.json {
                try answer(
                    JSONText(Report(file: path, sweep: sweep, experiment: description.name)).text)
            } else {
                try answer(path)
            }
            if let missing = template?.missing, !missing.isEmpty {
                console.say(
                    "Missing", "the program wants \(missing.joined(separator: ", ")): add to argv",
                    .warning)
            }
            console.say("Next", "edit it, then windrow plan \(path), windrow run \(path)", .note)
            return .done
        }
    }

    private func description() throws(InputError) -> ExperimentDescription {
        let name = line != nil || ask != nil ? "command" : experiment ?? "distributed-sgd"
        let all = ExperimentRegistry.builtIn.map(\.description)
        if let found = all.first(where: { $0.name == name }) { return found }
        throw InputError(
            Spelling.unknown("experiment", name, among: all.map(\.name)))
    }

    private static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".yaml", ".yml"] where name.hasSuffix(ending) {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    /// What stands in the file for a program; nil for another experiment.
    private func template(
        _ description: ExperimentDescription
    ) throws(InputError) -> (line: CommandLineTemplate, missing: [String])? {
        guard description.name == "command" else { return nil }
        guard let ask else {
            return (try CommandLineTemplate(line ?? "python3 train.py --lr 0.1 --seed 0"), [])
        }
        var template = try CommandLineTemplate(ask, option: "--ask")
        let question = HelpQuestion(program: template.program, seconds: seconds)
        let listing = try question.listing()
        output.console.say(
            "Asked", question.line + ": " + counted(listing.options.count, "option"), .note)
        let missing = template.add(listing)
        return (template, missing)
    }

    private func text(
        _ description: ExperimentDescription,
        _ template: (line: CommandLineTemplate, missing: [String])?, sweep: String, path: String
    ) -> String {
        let isCommand = description.name == "command"
        let metrics = description.metrics.map(\.name)
        let metric = metric ?? metrics.first ?? "loss"
        let uses = [
            ("plan \(path)", "what it would run"),
            ("run \(path)", "runs it; the same command resumes"),
            ("best \(sweep)", "each combination at its best setting"),
            ("plot \(sweep)", "pictures"),
        ]
        let widest = uses.map(\.0.count).max() ?? 0
        var lines = ["# What this sweep is to find out, in a sentence.", "#"]
        lines += uses.map { use, meaning in
            "#   windrow \(use)" + String(repeating: " ", count: widest - use.count + 3) + meaning
        }
        if isCommand {
            lines += [
                "#",
                "# The program says its result as one JSON object on standard output, last:",
                "#   {\"\(metric)\": 0.25}",
                "# and may append rounds to the file that WINDROW_TRACE names, a line for each:",
                "#   {\"round\": 100, \"\(metric)\": 0.31}",
            ]
        }
        lines += [
            "sweep: \(SweepFileText.scalar(sweep))", "experiment: \(description.name)",
            "metric: {name: \(SweepFileText.scalar(metric)), goal: minimize}"
                + (metrics.count > 1
                    ? "   # or " + metrics.filter { $0 != metric }.joined(separator: ", ") : ""),
            "# limits: {timeout: 10m, attempts: 3, max-failures: 20}",
            "# resources: {cpus: 1, memory: 4GiB}",
        ]
        if let template {
            lines += template.line.lines
        } else {
            lines += ExperimentTemplate(description).lines
        }
        lines += [
            "# exclude:   # combinations that are left out", "#   - {NAME: 1, OTHER: [2, 3]}",
            "# plots: [rounds, best, sensitivity]",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
