import CZeroMQ
import Glibc

/// What happens to a socket's connections before any message comes.
///
/// It lives on the thread of the socket's `EventLoop`.
package final class ConnectionMonitor {
    package enum Event: Sendable, Hashable {
        /// A listening socket has taken a connection.
        case accepted(descriptor: Int32, address: String)
        /// The other side has been let in, or has let this one in.
        case admitted
        /// The other side does not admit this one's key.
        case notAdmitted
        /// The other side has said what is no handshake; why not, in words.
        case failed(reason: String)
        /// The connection has ended, or taken too long, in the middle of the handshake.
        case brokenOff
        case disconnected(descriptor: Int32)
    }

    private let socket: Socket
    private let watched: Socket
    private let loop: EventLoop?
    private var watch = 0

    private static let events =
        ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED
        | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
        | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL

    /// Watches a socket; without a loop `take` is called by hand.
    package init(
        _ watched: Socket, in context: Context, on loop: EventLoop? = nil,
        _ handler: @escaping (Event) -> Void = { _ in }
    ) throws(ZeroMQError) {
        self.watched = watched
        self.loop = loop
        let name = "inproc://monitor-\(UInt64.random(in: 0...UInt64.max))"
        guard zmq_socket_monitor(watched.raw, name, Int32(Self.events)) == 0 else {
            throw .last("monitor a socket")
        }
        socket = try Socket(.pair, in: context)
        try socket.connect(name)
        let socket = socket
        if let loop {
            watch = loop.watch(socket) {
                while let event = Self.take(from: socket) { handler(event) }
            }
        }
    }

    deinit { zmq_socket_monitor(watched.raw, nil, 0) }

    /// Stops watching.
    package func close() {
        loop?.unwatch(watch)
        zmq_socket_monitor(watched.raw, nil, 0)
    }

    /// The next event, or nil when there is none.
    package func take() -> Event? { Self.take(from: socket) }

    private static func take(from socket: Socket) -> Event? {
        while let frames = try? socket.receive() {
            guard let head = frames.first, head.count >= 6 else { continue }
            let (kind, value) = head.withUnsafeBytes {
                (
                    Int32($0.loadUnaligned(as: UInt16.self)),
                    $0.loadUnaligned(fromByteOffset: 2, as: Int32.self)
                )
            }
            switch kind {
            case ZMQ_EVENT_ACCEPTED:
                return .accepted(descriptor: value, address: peerAddress(of: value))
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .admitted
            case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return .notAdmitted
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: return .failed(reason: reason(value))
            case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: return .brokenOff
            case ZMQ_EVENT_DISCONNECTED: return .disconnected(descriptor: value)
            default: continue
            }
        }
        return nil
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH: "it has shown no key at all"
        case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC:
            "it expects another coordinator's key, or is no windrow program"
        default: "what it has sent is no handshake"
        }
    }

    /// The network address at the other end of a connection; `?` when it is closed already.
    package static func peerAddress(of descriptor: Int32) -> String {
        var storage = sockaddr_storage()
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getpeername(descriptor, $0, &count) == 0
            }
        }
        guard isKnown else { return "?" }
        var host = [CChar](repeating: 0, count: 256)
        let failure = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo($0, count, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
            }
        }
        guard failure == 0 else { return "?" }
        return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Cuts a TCP connection to a known address off; its owner's end notices at once.
///
/// The descriptor may have become another one's in the meantime: then nothing is done.
package func cutConnection(_ descriptor: Int32, to address: String) {
    guard descriptor >= 0, ConnectionMonitor.peerAddress(of: descriptor) == address else { return }
    shutdown(descriptor, Int32(SHUT_RDWR))
}
