import CZeroMQ

/// Decides who may come in: libzmq asks it about each CURVE handshake (ZAP, RFC 27).
///
/// It lives on the thread of one `EventLoop`. There is one for a context, and it must be there
/// before the first secured socket is bound.
package final class Gatekeeper {
    /// A handshake that waits for an answer.
    package struct Visitor: Sendable {
        /// The network address, as `10.0.0.7`.
        package var address: String
        /// The 32 bytes of the public key that it has proved to be its own.
        package var key: [UInt8]
    }

    private let socket: Socket
    private let loop: EventLoop
    private var watch = 0

    /// Answers from now on.
    ///
    /// - Parameters:
    ///   - context: that of the sockets which it guards.
    ///   - loop: where it is asked.
    ///   - decide: the name under which a visitor's messages arrive, or nil to refuse it.
    package init(
        in context: Context, on loop: EventLoop, _ decide: @escaping (Visitor) -> String?
    ) throws(ZeroMQError) {
        self.loop = loop
        socket = try Socket(.reply, in: context)
        try socket.bind("inproc://zeromq.zap.01")
        let socket = socket
        watch = loop.watch(socket) {
            // A broken question leaves the socket as it is: who asked it does not come in.
            while let frames = try? socket.receive() {
                _ = try? socket.send(Self.answer(frames, decide))
            }
        }
    }

    /// Stops answering: nobody comes in any more.
    package func close() { loop.unwatch(watch) }

    private static func answer(
        _ frames: [[UInt8]], _ decide: (Visitor) -> String?
    ) -> [[UInt8]] {
        // version, request, domain, address, routing id, mechanism, credentials
        let request = frames.count > 1 ? frames[1] : []
        var user: String?
        if frames.count == 7, frames[0] == Array("1.0".utf8), frames[5] == Array("CURVE".utf8),
            frames[6].count == 32
        {
            user = decide(
                Visitor(address: String(decoding: frames[3], as: UTF8.self), key: frames[6]))
        }
        let words = user.map { ["200", "OK", $0] } ?? ["400", "not admitted", ""]
        return [Array("1.0".utf8), request] + words.map { Array($0.utf8) } + [[]]
    }
}
