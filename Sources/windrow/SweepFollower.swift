import Glibc
import SweepWire
import ZeroMQ

/// Looks at sweeps again and again until they have ended, also through restarts of the coordinator.
struct SweepFollower {
    /// Nil: all of them.
    let name: String?
    let connection: ConnectOptions
    let console: Console

    /// Seconds between two looks.
    private static let interval = 0.2

    /// Looks until nothing more happens by itself.
    ///
    /// - Parameter body: is called after each look.
    /// - Returns: the sweeps as they have ended.
    /// - Throws: an exit code, when there is no coordinator at the beginning, or it refuses.
    func follow(_ body: ([SweepSummary]) throws -> Void) throws -> [SweepSummary] {
        var hasAnswered = false
        var told = ""
        while true {
            var sweeps: [SweepSummary]?
            do throws(OperatorError) {
                sweeps = try look()
                hasAnswered = true
                told = ""
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
            if let sweeps {
                try body(sweeps)
                if sweeps.allSatisfy(\.state.isFinal) { return sweeps }
            }
            usleep(UInt32(Self.interval * 1e6))
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

    /// What ended sweeps mean for the caller.
    static func status(of sweeps: [SweepSummary]) -> ExitStatus {
        if sweeps.contains(where: { $0.state == .failed || $0.state == .cancelled }) {
            return .interrupted
        }
        if sweeps.contains(where: { $0.state == .stopped || $0.failed > 0 }) {
            return .failedTrials
        }
        return .done
    }
}
