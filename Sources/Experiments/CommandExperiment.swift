import Glibc
import SweepCore

/// Any program: one process for each trial.
///
/// The program gets its parameters by placeholders in its arguments and by environment variables, and
/// says its results in a file or on standard output. See `docs/command-experiment.md`.
public struct CommandExperiment: Experiment {
    /// The experiment.
    public init() {}

    /// Name and parameters; metrics are whatever the program says.
    public var description: ExperimentDescription {
        ExperimentDescription(
            name: "command", version: 1,
            summary: "Any program, one process for each trial",
            parameters: [
                Parameter(
                    "argv", .words, default: .required,
                    help: "the program and its arguments; {name} stands for a parameter's value")
            ],
            acceptsAnyParameter: true, metrics: [])
    }

    /// Looks for the program before any trial runs.
    public func check(_ value: Value, of parameter: String, in context: TrialContext) throws {
        guard parameter == "argv" else { return }
        let words = try CommandTemplate.words(value)
        for word in words { try CommandTemplate(word).check(against: context.parameters) }
        let first = try CommandTemplate(words[0])
        // A program that depends on the trial is looked for when the trial runs.
        guard let program = first.constant else { return }
        try CommandProgram.check(program, directory: context.directory)
    }

    /// Runs the program once.
    public func run(_ trial: Trial, in context: TrialContext) throws -> TrialOutcome {
        guard let value = trial["argv"] else {
            throw TrialFailure("argv: the program is missing", isPermanent: true)
        }
        let arguments = try CommandTemplate.words(value).map { word in
            try CommandTemplate(word).filled(from: trial)
        }
        try CommandProgram.check(arguments[0], directory: context.directory)
        let folder = try CommandFolder()
        let environment = CommandProgram.environment(
            for: trial, result: folder.result, trace: folder.trace, gpus: context.gpus)
        var progress = context.progress.map {
            CommandProgress(path: folder.trace, metric: context.metric, tell: $0)
        }
        defer { progress?.end() }
        let ending = try CommandProcess.run(
            arguments, environment: environment, directory: context.directory,
            memory: context.memory, print: context.print,
            look: progress == nil ? nil : { progress?.look() })
        guard ending.exitCode == 0 else {
            throw TrialFailure(
                ending.reason(program: arguments[0], memory: context.memory),
                exitCode: ending.exitCode,
                signal: ending.signal)
        }
        let outcome = CommandOutcome(
            program: arguments[0], trial: trial, metric: context.metric)
        return try outcome.read(folder, ending: ending)
    }
}
