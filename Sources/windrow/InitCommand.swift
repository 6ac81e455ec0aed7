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

            Exit codes: 0 written, 64 usage, 65 no such experiment, a line that needs a shell, or \
            a file that is there already.
            """)

    @Argument(help: "The file (default: NAME.yaml).", completion: .file(extensions: ["yaml"]))
    var file: String?

    @Option(
        help: "What runs (default: distributed-sgd); windrow experiments lists them.",
        completion: .list(ExperimentRegistry.builtIn.map(\.description.name)))
    var experiment: String?

    @Option(name: .customLong("from"), help: "A command line to sweep: 'python train.py lr=0.1'.")
    var line: String?

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
        if line != nil, let experiment, experiment != "command" {
            throw ValidationError(
                "--from wraps a program, which is --experiment command, not \(experiment)")
        }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let description = try description()
            let sweep = name ?? file.map(Self.stem) ?? description.name
            let path = file ?? sweep + ".yaml"
            let text = try text(description, sweep: sweep, path: path)
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
            console.say("Next", "edit it, then windrow plan \(path), windrow run \(path)", .note)
            return .done
        }
    }

    private func description() throws(InputError) -> ExperimentDescription {
        let name = line != nil ? "command" : experiment ?? "distributed-sgd"
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

    private func text(
        _ description: ExperimentDescription, sweep: String, path: String
    ) throws(InputError) -> String {
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
        if isCommand {
            lines += try CommandLineTemplate(line ?? "python3 train.py --lr 0.1 --seed 0").lines
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
