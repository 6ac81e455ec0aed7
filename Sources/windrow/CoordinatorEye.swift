import SweepView
import SweepWire

/// Looks at a coordinator again and again over one connection, and makes a new one after a failure.
///
/// Used on one thread at a time.
final class CoordinatorEye: @unchecked Sendable {
    private let connection: ConnectOptions
    private var client: OperatorClient?

    /// Running trials that are asked for.
    private static let mostTrials = 1000

    init(_ connection: ConnectOptions) { self.connection = connection }

    /// Asks what there is.
    ///
    /// - Parameter patience: seconds that an answer may take, of a connection that is made now.
    func look(patience: Double) throws(OperatorError) -> ClusterSnapshot {
        do throws(OperatorError) {
            let client =
                if let known = client { known } else {
                    try OperatorClient(
                        connection.connect, keys: connection.keys.folder, patience: patience)
                }
            self.client = client
            return try Self.ask(client)
        } catch {
            client = nil
            throw error
        }
    }

    private static func ask(_ client: OperatorClient) throws(OperatorError) -> ClusterSnapshot {
        guard
            case .sweeps(let sweeps) = try client.ask(
                .status(name: nil, failures: SweepSummary.mostFailures)),
            case .workers(let workers) = try client.ask(
                .workers(selection: "", trials: mostTrials)),
            case .info(let info) = try client.ask(.info)
        else {
            throw OperatorError("the coordinator's answer is none to the question", .internalError)
        }
        return ClusterSnapshot(info: info, sweeps: sweeps, workers: workers)
    }
}
