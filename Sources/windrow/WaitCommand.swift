import ArgumentParser
import Glibc
import SweepWire
import ZeroMQ

/// `windrow wait`: until a sweep has ended.
struct WaitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until a sweep, or every sweep, has ended.",
        discussion: """
            Waits through restarts of the coordinator. Exit codes: 0 all trials done, 3 done with \
            failed trials or stopped by them, 64 no such sweep, 69 no coordinator when it began, \
            75 cancelled, or the store failed.
            """)

    @Argument(help: "A sweep's name (default: all of them).")
    var name: String?

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var sweeps: [SweepReport]
    }

    /// Seconds between two looks.
    private static let interval: UInt32 = 200_000

    func run() throws {
        let console = output.console
        var hasAnswered = false
        var told = ""
        var ended: [SweepSummary]?
        while true {
            do throws(OperatorError) {
                let sweeps = try look()
                hasAnswered = true
                let waiting = sweeps.filter { !$0.state.isFinal }
                ended = waiting.isEmpty ? sweeps : nil
                if !waiting.isEmpty { tell(waiting, &told, console) }
            } catch {
                guard hasAnswered, error.status == .unreachable else {
                    console.complain(error.message)
                    throw error.status.code
                }
                if told != error.message {
                    told = error.message
                    console.say("Waiting", "for the coordinator: \(error.message)", .warning)
                }
            }
            if let ended { return try conclude(ended, console) }
            usleep(Self.interval)
        }
    }

    private func look() throws(OperatorError) -> [SweepSummary] {
        let client = try OperatorClient(
            connection.connect, keys: connection.keys.folder, patience: 5)
        guard case .sweeps(let sweeps) = try client.ask(.status(name: name)) else {
            throw OperatorError("the coordinator's answer is no list of sweeps", .internalError)
        }
        return sweeps
    }

    /// Says once what is waited for.
    private func tell(_ waiting: [SweepSummary], _ told: inout String, _ console: Console) {
        let text = waiting.map { sweep in
            sweep.state == .paused
                ? "\(sweep.name), which is paused (windrow resume \(sweep.name))" : sweep.name
        }.joined(separator: ", ")
        guard text != told else { return }
        told = text
        console.say("Waiting", "for " + text, .note)
    }

    private func conclude(_ sweeps: [SweepSummary], _ console: Console) throws {
        if output.json {
            try answer(JSONText(Report(sweeps: sweeps.map(SweepReport.init))).text)
        } else if !sweeps.isEmpty {
            try answer(sweeps.table)
        }
        if sweeps.contains(where: { $0.state == .failed || $0.state == .cancelled }) {
            throw ExitStatus.interrupted.code
        }
        if sweeps.contains(where: { $0.state == .stopped || $0.failed > 0 }) {
            throw ExitStatus.failedTrials.code
        }
    }
}
