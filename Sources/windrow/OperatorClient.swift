import ArgumentParser
import Glibc
import SweepView
import SweepWire
import ZeroMQ

/// Where a coordinator is found; every operator's verb has it.
struct ConnectOptions: ParsableArguments {
    @Option(
        help: "The coordinator's endpoint (default: the one that this user has started here).")
    var connect: String?

    /// Asks the coordinator something, and leaves with an error when there is no answer.
    func ask(
        _ verb: OperatorRequest.Verb, console: Console, patience: Double = 15
    ) throws -> OperatorReply.Body {
        do throws(OperatorError) {
            return try OperatorClient(connect, patience: patience).ask(verb)
        } catch {
            console.complain(error.message)
            throw error.status.code
        }
    }
}

/// Why there is no answer, in words for the user.
struct OperatorError: Error {
    var message: String
    var status: ExitStatus

    init(_ message: String, _ status: ExitStatus) {
        self.message = message
        self.status = status
    }
}

/// An operator's connection to a coordinator: one request, one reply.
struct OperatorClient {
    private let endpoint: Endpoint
    private let isDefault: Bool
    private let socket: Socket
    private let patience: Double

    /// - Parameters:
    ///   - endpoint: nil for this user's own coordinator on this machine.
    ///   - patience: seconds that an answer may take.
    init(_ endpoint: String?, patience: Double) throws(OperatorError) {
        self.patience = patience
        isDefault = endpoint == nil
        do {
            self.endpoint = try Endpoint(
                endpoint ?? RuntimeFolder().endpoint, isBound: false)
        } catch {
            throw OperatorError(error.message, .usage)
        }
        try Self.check(self.endpoint, isDefault: endpoint == nil)
        do {
            var options = Socket.Options()
            options.maximumMessageSize = Int64(Wire.maximumMessageSize)
            options.routingID = [0x6f] + (0..<15).map { _ in UInt8.random(in: 0...255) }
            socket = try Socket(.dealer, in: try Context(), options: options)
            try socket.connect(self.endpoint.text)
        } catch {
            throw OperatorError("\(error)", .unreachable)
        }
    }

    private static func check(_ endpoint: Endpoint, isDefault: Bool) throws(OperatorError) {
        switch endpoint.obstacle {
        case nil: break
        case .absent:
            throw OperatorError(
                isDefault
                    ? "no coordinator is running here (there is no \(endpoint.text)); start one: "
                        + "windrow coordinator start"
                    : "no coordinator listens at \(endpoint.text): there is no such socket",
                .unreachable)
        case .stale:
            throw OperatorError(
                "no coordinator listens at \(endpoint.text) any more: it has ended without taking "
                    + "its socket away; start it again: windrow coordinator start", .unreachable)
        case .forbidden:
            throw OperatorError(
                "\(endpoint.text): not permitted; the socket belongs to another user",
                .notPermitted)
        }
        if isDefault {
            do {
                // In a folder that others may write anybody could have put a socket.
                try RuntimeFolder().check()
            } catch {
                throw OperatorError(error.message, .notPermitted)
            }
        }
    }

    /// Sends a request and waits for its reply.
    ///
    /// - Throws: `OperatorError` with the coordinator's own reason, or when there is no answer.
    func ask(_ verb: OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body {
        let number = UInt64.random(in: 1...UInt64.max)
        let request = WorkerMessage.request(OperatorRequest(number: number, verb: verb))
        let deadline = EventLoop.now() + patience
        do {
            _ = try socket.send([request.encoded()])
            while socket.waitForMessage(seconds: deadline - EventLoop.now()) {
                guard let frame = try socket.receive()?.last else { continue }
                switch try CoordinatorMessage(decoding: frame) {
                case .reply(let reply) where reply.number == number:
                    if case .failure(let reason, let exitCode) = reply.body {
                        throw OperatorError(
                            reason, ExitStatus(rawValue: Int32(exitCode)) ?? .internalError)
                    }
                    return reply.body
                case .refusal(let reason):
                    throw OperatorError("the coordinator: \(reason)", .unreachable)
                default: continue
                }
            }
        } catch let error as OperatorError {
            throw error
        } catch {
            throw OperatorError("\(error)", .unreachable)
        }
        throw OperatorError(
            "the coordinator at \(endpoint.text) gave no answer within "
                + "\(words(forSeconds: patience)); is it running? (windrow coordinator info)",
            .unreachable)
    }
}
