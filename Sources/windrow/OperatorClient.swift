import ArgumentParser
import ClusterKeys
import Glibc
import SweepView
import SweepWire
import ZeroMQ

/// Where a coordinator is found; every operator's verb has it.
struct ConnectOptions: ParsableArguments {
    @Option(
        help: "The coordinator's endpoint (default: the one that this user has started here).")
    var connect: String?

    @OptionGroup var keys: KeyOptions

    /// Asks the coordinator something, and leaves with an error when there is no answer.
    func ask(
        _ verb: OperatorRequest.Verb, console: Console, patience: Double = 15
    ) throws -> OperatorReply.Body {
        do throws(OperatorError) {
            return try OperatorClient(connect, keys: keys.folder, patience: patience).ask(verb)
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
    private let monitor: ConnectionMonitor?
    private let patience: Double

    /// - Parameters:
    ///   - endpoint: nil for this user's own coordinator on this machine; or, if there is none and
    ///     there is an operator's key, the one that the key is for.
    ///   - keys: where the operator's key is.
    ///   - patience: seconds that an answer may take.
    init(_ endpoint: String?, keys: KeyFolder, patience: Double) throws(OperatorError) {
        self.patience = patience
        let named = if let endpoint { endpoint } else { try Self.distantEndpoint(keys) }
        isDefault = named == nil
        do {
            self.endpoint = try Endpoint(named ?? RuntimeFolder().endpoint, isBound: false)
        } catch {
            throw OperatorError(error.message, .usage)
        }
        try Self.check(self.endpoint, isDefault: named == nil)
        let security = try Self.security(self.endpoint, keys)
        do {
            let context = try Context()
            var options = Socket.Options()
            options.maximumMessageSize = Int64(Wire.maximumMessageSize)
            options.routingID = [0x6f] + (0..<15).map { _ in UInt8.random(in: 0...255) }
            options.security = security
            socket = try Socket(.dealer, in: context, options: options)
            monitor = self.endpoint.needsKeys ? try ConnectionMonitor(socket, in: context) : nil
            try socket.connect(self.endpoint.text)
        } catch {
            throw OperatorError("\(error)", .unreachable)
        }
    }

    /// Where the operator's key leads, on a machine that has no coordinator of its own.
    private static func distantEndpoint(_ keys: KeyFolder) throws(OperatorError) -> String? {
        guard access(keys.operatorKey, F_OK) == 0, access(keys.coordinatorKey, F_OK) != 0,
            let local = try? Endpoint(RuntimeFolder().endpoint, isBound: false),
            local.obstacle == .absent
        else { return nil }
        do {
            return try KeyFile(path: keys.operatorKey, expecting: .operator).address
        } catch {
            throw OperatorError(error.description, error.status)
        }
    }

    private static func security(
        _ endpoint: Endpoint, _ keys: KeyFolder
    ) throws(OperatorError) -> Socket.Security {
        guard endpoint.needsKeys else { return .none }
        do {
            let file = try KeyFile(path: keys.operatorKey, expecting: .operator)
            guard let coordinator = file.coordinator else { return .none }
            return .client(
                server: coordinator.bytes, publicKey: file.pair.publicKey.bytes,
                secret: file.pair.secret)
        } catch {
            guard error.kind == .absent else {
                throw OperatorError(error.description, error.status)
            }
            throw OperatorError(
                "\(endpoint.text) needs an operator's key, and there is no \(keys.operatorKey); copy "
                    + "the one that windrow cluster init has made on the coordinator's machine, with "
                    + "scp -p, or give its folder with --keys", .notPermitted)
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

    /// - Parameter failures: handshakes that broke off so far; a coordinator that is just being
    ///   restarted breaks one off, too.
    private func lookAtHandshake(_ failures: inout Int) throws(OperatorError) {
        while let event = monitor?.take() {
            switch event {
            case .notAdmitted:
                throw OperatorError(
                    "the coordinator at \(endpoint.text) does not admit this operator's key; why, "
                        + "its log says, and on its machine windrow worker list --refused",
                    .notPermitted)
            case .failed where failures < 2, .brokenOff where failures < 2: failures += 1
            case .failed, .brokenOff:
                throw OperatorError(
                    "what listens at \(endpoint.text) is not the coordinator of this operator's "
                        + "key, or has other keys now: copy operator.key from its machine again",
                    .notPermitted)
            case .accepted, .admitted, .disconnected: break
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
        var failures = 0
        do {
            _ = try socket.send([request.encoded()])
            while EventLoop.now() < deadline {
                // In steps, so that a refused handshake is seen.
                let step = monitor == nil ? deadline - EventLoop.now() : 0.05
                let isThere = socket.waitForMessage(seconds: step)
                try lookAtHandshake(&failures)
                guard isThere, let frame = try socket.receive()?.last else { continue }
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
