import CZeroMQ
import Glibc

/// A libzmq socket.
///
/// Not `Sendable`: it lives on the thread of one `EventLoop`.
package final class Socket {
    /// The patterns that Windrow uses.
    package enum Pattern: Sendable {
        /// Addresses each peer by its routing id: the coordinator's end.
        case router
        /// Talks to one router: a worker's end.
        case dealer
        /// Answers questions one by one.
        case reply
        /// One of two sockets within a process.
        case pair
    }

    /// Who may speak over a socket's TCP connections.
    package enum Security: Sendable {
        /// Anybody: for sockets that only this user can reach.
        case none
        /// Who has this coordinator's public key, and whom the `Gatekeeper` lets in.
        ///
        /// - Parameter secret: the 32 bytes of the coordinator's secret key.
        case server(secret: [UInt8])
        /// This side proves who it is by its pair, and expects the other to have `server`'s secret.
        case client(server: [UInt8], publicKey: [UInt8], secret: [UInt8])
    }

    /// Where a message came from.
    package struct Origin: Sendable {
        /// What the `Gatekeeper` calls the other side; nil when it was not asked.
        package var user: String?
        /// The other side's network address, as `10.0.0.7`.
        package var address: String?
        /// The connection's descriptor, or -1.
        package var descriptor: Int32 = -1
    }

    /// How a socket behaves.
    package struct Options: Sendable {
        /// The peer's name on the router's side, 1 … 255 bytes; nil lets libzmq choose.
        package var routingID: [UInt8]? = nil
        /// Largest frame that is accepted, in bytes; a peer that sends more is disconnected.
        package var maximumMessageSize: Int64 = 64 << 20
        /// Seconds between libzmq's own heartbeats.
        package var heartbeatInterval: Double = 1
        /// Seconds of silence after which libzmq closes a connection.
        package var heartbeatTimeout: Double = 10
        /// Seconds that closing waits for unsent messages.
        package var linger: Double = 0.5
        /// Seconds that a handshake may take.
        package var handshakeTimeout: Double = 10
        package var security = Security.none

        package init() {}
    }

    let raw: UnsafeMutableRawPointer
    private let context: Context

    /// Opens a socket with Windrow's options set.
    package init(
        _ pattern: Pattern, in context: Context, options: Options = Options()
    ) throws(ZeroMQError) {
        let type =
            switch pattern {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .reply: ZMQ_REP
            case .pair: ZMQ_PAIR
            }
        guard let raw = zmq_socket(context.raw, type) else { throw .last("open a socket") }
        self.raw = raw
        self.context = context
        try set(ZMQ_LINGER, Self.milliseconds(options.linger))
        try set(ZMQ_HEARTBEAT_IVL, Self.milliseconds(options.heartbeatInterval))
        try set(ZMQ_HEARTBEAT_TIMEOUT, Self.milliseconds(options.heartbeatTimeout))
        try set(ZMQ_HEARTBEAT_TTL, Self.milliseconds(options.heartbeatTimeout))
        try set(ZMQ_HANDSHAKE_IVL, Self.milliseconds(options.handshakeTimeout))
        try set(ZMQ_RECONNECT_IVL, Int32(100))
        try set(ZMQ_RECONNECT_IVL_MAX, Int32(2000))
        // The state machines bound what is in flight; libzmq must never drop in silence.
        try set(ZMQ_SNDHWM, Int32(0))
        try set(ZMQ_RCVHWM, Int32(0))
        try set(ZMQ_MAXMSGSIZE, options.maximumMessageSize)
        if pattern == .router {
            // Without both, a worker that reconnects after a cut is ignored in silence.
            try set(ZMQ_ROUTER_HANDOVER, Int32(1))
            try set(ZMQ_ROUTER_MANDATORY, Int32(1))
        }
        if let routingID = options.routingID {
            guard zmq_setsockopt(raw, ZMQ_ROUTING_ID, routingID, routingID.count) == 0 else {
                throw .last("set the routing id")
            }
        }
        try protect(options.security)
    }

    private func protect(_ security: Security) throws(ZeroMQError) {
        switch security {
        case .none: return
        case .server(let secret):
            try set(ZMQ_CURVE_SERVER, Int32(1))
            try set(ZMQ_CURVE_SECRETKEY, bytes: secret, "the secret key")
            try set(ZMQ_ZAP_DOMAIN, bytes: Array("windrow".utf8), "the domain")
        case .client(let server, let publicKey, let secret):
            try set(ZMQ_CURVE_SERVERKEY, bytes: server, "the coordinator's key")
            try set(ZMQ_CURVE_PUBLICKEY, bytes: publicKey, "the public key")
            try set(ZMQ_CURVE_SECRETKEY, bytes: secret, "the secret key")
        }
    }

    private func set(
        _ option: Int32, bytes: [UInt8], _ what: String
    ) throws(ZeroMQError) {
        guard zmq_setsockopt(raw, option, bytes, bytes.count) == 0 else {
            throw .last("set \(what)")
        }
    }

    deinit { zmq_close(raw) }

    private static func milliseconds(_ seconds: Double) -> Int32 {
        Int32((seconds * 1000).rounded())
    }

    private func set<Number: FixedWidthInteger>(
        _ option: Int32, _ value: Number
    ) throws(ZeroMQError) {
        var value = value
        guard zmq_setsockopt(raw, option, &value, MemoryLayout<Number>.size) == 0 else {
            throw .last("set socket option \(option)")
        }
    }

    /// Listens at an endpoint such as `ipc:///run/x/coordinator`.
    package func bind(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_bind(raw, endpoint) == 0 else { throw .last("bind \(endpoint)") }
    }

    /// The endpoint that was bound last, with the port that a `*` stood for.
    package func lastEndpoint() throws(ZeroMQError) -> String {
        var text = [CChar](repeating: 0, count: 1024)
        var count = text.count
        guard zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else {
            throw .last("read the endpoint")
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Waits until there is a message.
    ///
    /// - Returns: false when `seconds` have passed without one.
    package func waitForMessage(seconds: Double) -> Bool {
        var item = zmq_pollitem_t(socket: raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        return zmq_poll(&item, 1, Int(max(0, seconds) * 1000)) > 0
    }

    /// Connects, now or as soon as the other side is there.
    package func connect(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_connect(raw, endpoint) == 0 else { throw .last("connect \(endpoint)") }
    }

    /// Sends one message of one or more frames; all of it or nothing.
    ///
    /// - Returns: false when there is no such peer or it cannot take the message now.
    package func send(_ frames: [[UInt8]]) throws(ZeroMQError) -> Bool {
        for (position, frame) in frames.enumerated() {
            let message = try Message(frame)
            let more = position + 1 < frames.count ? ZMQ_SNDMORE : 0
            while zmq_msg_send(message.raw, raw, more | ZMQ_DONTWAIT) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN, EHOSTUNREACH: return false
                default: throw .last("send")
                }
            }
        }
        return true
    }

    /// Takes the next whole message, or nil when there is none.
    package func receive() throws(ZeroMQError) -> [[UInt8]]? {
        try receive { _ in }
    }

    /// Takes the next whole message and where it came from, or nil when there is none.
    package func receiveWithOrigin() throws(ZeroMQError) -> (frames: [[UInt8]], origin: Origin)? {
        var origin = Origin()
        guard let frames = try receive({ origin = $0.origin }) else { return nil }
        return (frames, origin)
    }

    /// - Parameter visit: is shown the last frame.
    private func receive(_ visit: (borrowing Message) -> Void) throws(ZeroMQError) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        while true {
            let message = Message()
            while zmq_msg_recv(message.raw, raw, ZMQ_DONTWAIT) < 0 {
                switch zmq_errno() {
                case EINTR: continue
                case EAGAIN: return nil
                default: throw .last("receive")
                }
            }
            frames.append(message.bytes())
            if !message.hasMore {
                visit(message)
                return frames
            }
        }
    }
}
