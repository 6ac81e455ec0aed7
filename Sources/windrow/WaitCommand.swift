import ArgumentParser
import SweepWire

/// `windrow wait`: until a sweep has ended.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until a sweep, or every sweep, has ended.",
        discussion: """
            Waits through restarts of the coordinator. Exit codes: 0 all trials done, 3 done with \
            failed trials or stopped by them, 64 no such sweep, 69 no coordinator when it began, \
            75 cancelled, or the store failed.
            """)

    @Argument(
        help: "A sweep's name (default: all of them).", completion: Completions.stores)
    var name: String?

    @OptionGroup var notification: NotifyOption
    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var sweeps: [SweepReport]
    }

    func run() throws {
        let console = output.console
        var told = ""
        let sweeps = try SweepFollower(name: name, connection: connection, console: console)
            .follow { tell($0.filter { !$0.state.isFinal }, &told, console) }
        if output.json {
            try answer(JSONText(Report(sweeps: sweeps.map(SweepReport.init))).text)
        } else if !sweeps.isEmpty {
            try answer(sweeps.table)
        }
        let status = SweepFollower.status(of: sweeps)
        notification.notify(of: sweeps, status, console)
        throw status.code
    }

    /// Says once what is waited for.
    private func tell(_ waiting: [SweepSummary], _ told: inout String, _ console: Console) {
        let text = waiting.map { sweep in
            sweep.state == .paused
                ? "\(sweep.name), which is paused (windrow resume \(sweep.name))" : sweep.name
        }.joined(separator: ", ")
        guard !text.isEmpty, text != told else { return }
        told = text
        console.say("Waiting", "for " + text, .note)
    }
}
