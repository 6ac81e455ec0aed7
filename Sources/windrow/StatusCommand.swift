import ArgumentParser
import SweepWire

/// `windrow status`: where the sweeps stand.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show where the coordinator's sweeps stand.")

    @Argument(
        help: "A sweep's name (default: all of them).", completion: Completions.stores)
    var name: String?

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var sweeps: [SweepReport]
        var workers: Int
        var slots: Int
    }

    func run() throws {
        let console = output.console
        guard
            case .sweeps(let sweeps) = try connection.ask(.status(name: name), console: console),
            case .info(let info) = try connection.ask(.info, console: console)
        else { throw ExitStatus.internalError.code }
        if output.json {
            try answer(
                JSONText(
                    Report(
                        sweeps: sweeps.map(SweepReport.init), workers: info.workers,
                        slots: info.slots)
                ).text)
            return
        }
        if !sweeps.isEmpty { try answer(sweeps.table) }
        console.say("Next", next(sweeps, info), .note)
    }

    /// What it makes sense to do now.
    private func next(_ sweeps: [SweepSummary], _ info: CoordinatorInfo) -> String {
        guard let first = sweeps.first else { return "windrow submit FILE: there is no sweep yet" }
        if info.workers == 0, sweeps.contains(where: { $0.state == .running }) {
            return "windrow worker start: no worker has joined"
        }
        if let paused = sweeps.first(where: { $0.state == .paused }) {
            return "windrow resume \(paused.name)"
        }
        if let failed = sweeps.first(where: { $0.state == .failed }) {
            return "mend that, and windrow resume \(failed.name)"
        }
        if let stopped = sweeps.first(where: { $0.state == .stopped || $0.failed > 0 }) {
            return "see \(stopped.store)/failures.csv, then windrow retry \(stopped.name)"
        }
        if let running = sweeps.first(where: { !$0.state.isFinal }) {
            return "windrow wait \(running.name)"
        }
        return "open \(first.store)/results.csv"
    }
}
