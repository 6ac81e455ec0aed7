import ArgumentParser
import SweepWire

/// What the verbs that act on one sweep have in common.
struct SweepOptions: ParsableArguments {
    @Argument(help: "The sweep's name.", completion: Completions.stores)
    var name: String

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    /// Does it, and says where the sweep stands then.
    func act(_ action: SweepAction) throws {
        let console = output.console
        let reply = try connection.ask(
            .act(action, name: name), console: console, patience: 600)
        guard case .sweeps(let sweeps) = reply, let sweep = sweeps.first else {
            throw ExitStatus.internalError.code
        }
        if output.json { try answer(JSONText(SweepReport(sweep)).text) }
        console.say(
            "Sweep",
            "\(sweep.name): \(sweep.state.rawValue), \(sweep.finished) of \(sweep.trials) done"
                + (sweep.failed > 0 ? ", \(sweep.failed) failed" : ""))
    }
}

/// `windrow pause`.
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Begin no more trials of a sweep; what runs may finish.")
    @OptionGroup var sweep: SweepOptions
    func run() throws { try sweep.act(.pause) }
}

/// `windrow resume`.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a sweep that is paused, was stopped by failures, or has failed.")
    @OptionGroup var sweep: SweepOptions
    func run() throws { try sweep.act(.resume) }
}

/// `windrow cancel`.
struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a sweep: what runs is given up, what is stored stays.")
    @OptionGroup var sweep: SweepOptions
    func run() throws { try sweep.act(.cancel) }
}

/// `windrow retry`.
struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try a sweep's failed trials again.")
    @OptionGroup var sweep: SweepOptions
    func run() throws { try sweep.act(.retry) }
}
