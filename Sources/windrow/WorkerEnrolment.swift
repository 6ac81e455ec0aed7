import ClusterKeys
import SweepWire
import ZeroMQ

/// A machine's first visit: under an invitation it has its own key admitted.
struct WorkerEnrolment {
    let endpoint: Endpoint
    let code: JoinCode
    let console: Console

    /// Seconds after which it says what it waits for.
    private static let patience = 2.0
    /// Seconds after which it asks again: a coordinator may have been restarted in between.
    private static let repetition = 1.0

    /// Has a key admitted; waits for the coordinator as long as it takes.
    ///
    /// - Throws: `OperatorError` when the invitation is not good any more.
    func enrol(_ key: PublicKey) throws(OperatorError) -> Enrolled {
        do {
            return try visit(key)
        } catch let error as OperatorError {
            throw error
        } catch {
            throw OperatorError("\(error)", .unreachable)
        }
    }

    private func visit(_ key: PublicKey) throws -> Enrolled {
        let context = try Context()
        let pair = code.pair
        var options = Socket.Options()
        options.routingID = [0x65] + (0..<15).map { _ in UInt8.random(in: 0...255) }
        options.security = .client(
            server: code.coordinator.bytes, publicKey: pair.publicKey.bytes, secret: pair.secret)
        let socket = try Socket(.dealer, in: context, options: options)
        let monitor = try ConnectionMonitor(socket, in: context)
        try socket.connect(endpoint.text)
        let request = WorkerMessage.enrolment(Enrolment(key: key, host: Machine.host)).encoded()
        let start = EventLoop.now()
        var asked = -Double.infinity
        var failures = 0
        var isTold = false
        while true {
            if EventLoop.now() - asked > Self.repetition {
                asked = EventLoop.now()
                _ = try socket.send([request])
            }
            let isThere = socket.waitForMessage(seconds: 0.05)
            while let event = monitor.take() {
                switch event {
                case .notAdmitted: throw refusal(nil)
                case .failed, .brokenOff: failures += 1
                case .accepted, .admitted, .disconnected: break
                }
            }
            if isThere, let frame = try socket.receive()?.last {
                switch try CoordinatorMessage(decoding: frame) {
                case .enrolled(let enrolled): return enrolled
                case .refusal(let reason): throw refusal(reason)
                default: break
                }
            }
            if !isTold, EventLoop.now() - start > Self.patience {
                isTold = true
                let hint =
                    failures > 2 ? "; what listens there has another key than the invitation" : ""
                console.say("Waiting", "for a coordinator at \(endpoint.text)\(hint)", .warning)
            }
        }
    }

    private func refusal(_ reason: String?) -> OperatorError {
        OperatorError(
            "the coordinator at \(endpoint.text) does not accept this invitation: "
                + (reason ?? "it has expired, is revoked, or was never made there")
                + "; ask for another one (windrow worker invite)", .unreachable)
    }
}
