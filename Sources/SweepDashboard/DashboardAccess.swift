/// Who may see the page.
///
/// Without a token everybody who reaches the port, which is then on loopback: what asks under another
/// host's name is refused, since a page elsewhere may have had its name pointed here (DNS rebinding).
/// With a token, who shows it: as a bearer, or once to get a cookie. A page elsewhere has no cookie
/// for its own name, so that names do not matter.
package struct DashboardAccess: Sendable {
    /// What a request says about who asks.
    package struct Credentials: Sendable {
        package var host: String?
        package var authorization: String?
        package var cookie: String?

        package init(host: String?, authorization: String?, cookie: String?) {
            self.host = host
            self.authorization = authorization
            self.cookie = cookie
        }
    }

    package enum Verdict: Sendable, Hashable {
        case granted
        /// It asks under a name that is not this machine's own.
        case otherHost
        case needsToken
    }

    private let token: [UInt8]?
    /// What the cookie holds; it ends with the process.
    private let session: [UInt8]

    /// The fewest characters of a token.
    package static let shortestToken = 16
    /// The cookie's name.
    static let cookie = "windrow_dashboard"

    /// - Parameters:
    ///   - token: nil on loopback, where none is asked for.
    ///   - session: random, and made anew for each process.
    package init(token: String?, session: String) {
        self.token = token.map { Array($0.utf8) }
        self.session = Array(session.utf8)
    }

    /// Random hexadecimal digits: 128 bits.
    package static func randomWord(
        using generator: inout some RandomNumberGenerator
    ) -> String {
        (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Why a text cannot be a token; nil when it can.
    package static func problem(ofToken token: String) -> String? {
        guard token.utf8.count >= shortestToken else {
            return "it has \(token.utf8.count) characters, and needs at least \(shortestToken)"
        }
        guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return "it may hold letters, digits and signs of ASCII only, and no blank"
        }
        return nil
    }

    /// Whether a text is the token.
    package func isToken(_ text: String) -> Bool {
        token.map { Self.areEqual($0, Array(text.utf8)) } ?? false
    }

    /// Decides about a request.
    package func judge(_ credentials: Credentials) -> Verdict {
        guard token != nil else {
            return Self.isLoopback(host: credentials.host) ? .granted : .otherHost
        }
        if let text = credentials.authorization,
            text.count > 7, text.prefix(7).lowercased() == "bearer ",
            isToken(String(text.dropFirst(7)))
        {
            return .granted
        }
        for part in (credentials.cookie ?? "").split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].drop(while: { $0 == " " }) == Self.cookie else {
                continue
            }
            if Self.areEqual(session, Array(pair[1].utf8)) { return .granted }
        }
        return .needsToken
    }

    /// The header that gives who has shown the token a cookie.
    var setCookie: String {
        "\(Self.cookie)=\(String(decoding: session, as: UTF8.self)); "
            + "Path=/; HttpOnly; SameSite=Strict"
    }

    /// Whether a `Host` header names this machine's loopback, at any port: an ssh tunnel has another.
    static func isLoopback(host: String?) -> Bool {
        guard var name = host?.lowercased()[...] else { return false }
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            return name[...end] == "[::1]" && isPort(name[name.index(after: end)...])
        }
        if let colon = name.firstIndex(of: ":") {
            guard isPort(name[colon...]) else { return false }
            name = name[..<colon]
        }
        if name == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.first == ":" && UInt16(text.dropFirst()) != nil)
    }

    /// Compares in a time that depends on the second one's length only.
    static func areEqual(_ secret: [UInt8], _ other: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = secret.count ^ other.count
        for (place, byte) in other.enumerated() {
            difference |= Int(byte ^ secret[place % secret.count])
        }
        return difference == 0
    }
}
