import Glibc
import Processes
import SweepCore

/// Where a coordinator listens: `ipc://PATH` or `tcp://HOST:PORT`.
enum Endpoint: Equatable {
    case file(path: String)
    case network(host: String, port: String)

    /// Bytes of the longest path of a socket.
    private static let longestPath = 107

    /// Reads an endpoint.
    ///
    /// - Parameter isBound: whether it is to be listened at: then the port, and the host, may be `*`.
    /// - Throws: `InputError` for a text that is none.
    init(_ text: String, isBound: Bool) throws(InputError) {
        if text.hasPrefix("ipc://") {
            let path = String(text.dropFirst(6))
            guard path.hasPrefix("/") else {
                throw InputError("'\(text)': expected ipc:// and an absolute path")
            }
            guard path.utf8.count <= Self.longestPath else {
                throw InputError(
                    "'\(text)': the path has \(path.utf8.count) bytes, a socket's may have "
                        + "\(Self.longestPath); choose a shorter one")
            }
            self = .file(path: path)
            return
        }
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":"),
            text.distance(from: text.startIndex, to: colon) > 6
        else {
            throw InputError(
                "'\(text)' is no endpoint: expected ipc://PATH or tcp://HOST:PORT")
        }
        let host = String(text[text.index(text.startIndex, offsetBy: 6)..<colon])
        let port = String(text[text.index(after: colon)...])
        guard (isBound && port == "*") || UInt16(port).map({ $0 > 0 }) == true else {
            throw InputError(
                "'\(text)': port '\(port)': expected 1 … 65535" + (isBound ? ", or *" : ""))
        }
        guard Self.isHost(host) || (isBound && host == "*") else {
            throw InputError(
                "'\(text)': host '\(host)': expected a name or an IPv4 address"
                    + (isBound ? ", or * for all of this machine's" : ""))
        }
        let isLocal = host == "localhost"
        self = .network(
            host: isLocal ? "127.0.0.1" : isBound && host == "0.0.0.0" ? "*" : host, port: port)
    }

    /// Whether a text may be a machine's name or address.
    static func isHost(_ text: String) -> Bool { HostName.isValid(text) }

    /// Whether others on the network may come by, so that keys are needed.
    var needsKeys: Bool { if case .network = self { true } else { false } }

    /// The endpoint as libzmq takes it.
    var text: String {
        switch self {
        case .file(let path): "ipc://\(path)"
        case .network(let host, let port): "tcp://\(host):\(port)"
        }
    }

    /// What stands in the way of a coordinator there, as far as it can be seen at once.
    enum Obstacle: Equatable {
        case absent, stale, forbidden
    }

    /// Looks whether somebody listens at a socket file; nil when somebody may.
    var obstacle: Obstacle? {
        guard case .file(let path) = self else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let probe = Descriptor(descriptor)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let failed = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) != 0
            }
        }
        guard failed else { return nil }
        return switch errno {
        case ENOENT, ENOTDIR: .absent
        case ECONNREFUSED: .stale
        case EACCES, EPERM: .forbidden
        default: nil
        }
    }
}
