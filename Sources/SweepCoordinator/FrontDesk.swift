import ClusterKeys
import Glibc
import SweepWire
import ZeroMQ

/// Where strangers and workers of other machines come in: the secured socket, who is admitted, and
/// who was not.
///
/// It lives on the thread of the coordinator's event loop.
final class FrontDesk {
    /// Who speaks under a routing id.
    private struct Connection {
        var key: PublicKey
        var descriptor: Int32
        var address: String
    }

    /// What the desk knows when it opens.
    struct Keys: Sendable {
        var file: KeyFile
        var admission: Admission
        /// Where `admission` is kept.
        var path: String
    }

    let socket: Socket
    private(set) var keys: Keys
    private(set) var refusals = RefusalLog()
    private let announce: (String) -> Void
    private var gatekeeper: Gatekeeper?
    private var monitor: ConnectionMonitor?
    private var connections: [[UInt8]: Connection] = [:]
    /// Connections of which no message has come, by descriptor.
    private var silent: [Int32: String] = [:]
    /// How many of them the gatekeeper has decided on, by address.
    private var decided: [String: Int] = [:]
    /// The failure that was told last, and whether it was by what the other side has sent: then no
    /// decision of the gatekeeper is behind it.
    private var failure: (reason: String, isTheirs: Bool)?
    /// Connections to be cut, when their last words have been sent.
    private var cuts: [(descriptor: Int32, address: String)] = []
    private var port: Substring?

    /// A handshake takes as many round trips as it has words, not more; strangers hold a descriptor
    /// for so long.
    private static let handshakeTimeout = 5.0

    init(
        _ keys: Keys, in context: Context, on loop: EventLoop,
        announce: @escaping (String) -> Void
    ) throws(ZeroMQError) {
        self.keys = keys
        self.announce = announce
        var options = Socket.Options()
        options.maximumMessageSize = Int64(Wire.maximumMessageSize)
        options.handshakeTimeout = Self.handshakeTimeout
        options.security = .server(secret: keys.file.pair.secret)
        socket = try Socket(.router, in: context, options: options)
        gatekeeper = try Gatekeeper(in: context, on: loop) { [unowned self] in self.decide($0) }
        monitor = try ConnectionMonitor(socket, in: context, on: loop) { [unowned self] in
            self.hear($0)
        }
    }

    /// Seconds since 1970: invitations end by the clock on the wall.
    static func wallTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    func listen(at endpoint: String) throws(ZeroMQError) -> String {
        try socket.bind(endpoint)
        let bound = try socket.lastEndpoint()
        if port == nil { port = bound.lastIndex(of: ":").map { bound[bound.index(after: $0)...] } }
        return bound
    }

    /// By which address others reach this coordinator.
    var address: String {
        guard let port, let colon = keys.file.address.lastIndex(of: ":") else {
            return keys.file.address
        }
        return String(keys.file.address[...colon]) + port
    }

    func close() {
        gatekeeper?.close()
        monitor?.close()
        gatekeeper = nil
        monitor = nil
    }

    // MARK: Handshakes

    private func decide(_ visitor: Gatekeeper.Visitor) -> String? {
        decided[visitor.address, default: 0] += 1
        // An address that was not seen when its connection was taken is never counted down.
        if decided.count > 10_000 { decided = [:] }
        guard let key = PublicKey(visitor.key) else { return nil }
        do throws(Admission.Refusal) {
            _ = try keys.admission.admit(key, now: Self.wallTime())
            return key.hexadecimal
        } catch {
            refuse(visitor.address, key, error.description)
            return nil
        }
    }

    private func hear(_ event: ConnectionMonitor.Event) {
        switch event {
        case .accepted(let descriptor, let address): silent[descriptor] = address
        case .admitted, .notAdmitted: break
        case .failed(let reason): failure = (reason, true)
        case .brokenOff: failure = ("the connection broke in the middle of the handshake", false)
        case .disconnected(let descriptor):
            connections = connections.filter { $0.value.descriptor != descriptor }
            // libzmq tells of a failure right before the end of the connection that has failed.
            let (reason, isTheirs) =
                failure ?? ("what it has sent is no handshake: no windrow program", false)
            failure = nil
            guard let address = silent.removeValue(forKey: descriptor) else { return }
            if isTheirs || !countDown(address) { refuse(address, nil, reason) }
        }
    }

    /// Whether the gatekeeper has decided on a connection from an address that was not counted yet.
    private func countDown(_ address: String) -> Bool {
        guard let count = decided[address] else { return false }
        decided[address] = count > 1 ? count - 1 : nil
        return true
    }

    /// Notes who was refused.
    func refuse(_ address: String, _ key: PublicKey?, _ reason: String) {
        let line = refusals.note(
            address: address, key: key?.id ?? "", reason: reason, now: Self.wallTime())
        if let line { announce(line) }
    }

    // MARK: Messages

    /// Whom a message is from; nil when it is not to be listened to.
    func sender(_ routingID: [UInt8], _ origin: Socket.Origin) -> PeerID? {
        while let event = monitor?.take() { hear(event) }
        let address = origin.address ?? "?"
        guard let key = origin.user.flatMap({ PublicKey(hexadecimal: $0) }) else {
            refuse(address, nil, "a message without a key")
            return nil
        }
        if silent.removeValue(forKey: origin.descriptor) != nil { _ = countDown(address) }
        if let known = connections[routingID], known.key != key {
            refuse(address, key, "it speaks under another's name")
            cutConnection(origin.descriptor, to: address)
            return nil
        }
        connections[routingID] = Connection(
            key: key, descriptor: origin.descriptor, address: address)
        return PeerID(routingID, key: key)
    }

    /// What a peer's key may do now.
    ///
    /// A connection outlives its key: each message is asked about.
    func role(of peer: PeerID) throws(Admission.Refusal) -> Admission.Role {
        guard let key = peer.key else { return .operator }
        return try keys.admission.admit(key, now: Self.wallTime())
    }

    /// Notes that a peer was refused something.
    func refuse(_ peer: PeerID, _ reason: String) {
        refuse(connections[peer.bytes]?.address ?? "?", peer.key, reason)
    }

    /// Ends a peer's connection soon, when what was sent to it has gone out.
    func cutSoon(_ peer: PeerID) {
        guard let connection = connections[peer.bytes] else { return }
        cuts.append((connection.descriptor, connection.address))
    }

    /// Ends the connections whose time has come.
    func cut() {
        for (descriptor, address) in cuts { cutConnection(descriptor, to: address) }
        cuts = []
    }

    // MARK: Keys

    /// Changes who is admitted, durably or not at all.
    func change<Result>(
        _ body: (inout Admission) throws -> Result
    ) throws -> Result {
        var changed = keys.admission
        let result = try body(&changed)
        if changed != keys.admission {
            try changed.write(to: keys.path)
            keys.admission = changed
        }
        return result
    }

    /// Ends every connection that uses one of these keys.
    func cutSoon(_ revoked: Set<PublicKey>) {
        for connection in connections.values where revoked.contains(connection.key) {
            cuts.append((connection.descriptor, connection.address))
        }
    }
}
