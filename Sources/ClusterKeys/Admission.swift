import SweepWire

/// Whose keys are admitted, and to do what: a pure value, asked before anything is believed.
///
/// Times are seconds since 1970.
package struct Admission: Sendable, Hashable {
    /// What a key may do.
    package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// Submit, look, cancel, invite, revoke, stop; not run trials.
        case `operator`
        /// Run trials, and nothing else.
        case worker
        /// Enrol one key as a worker's, and nothing else.
        case invitation
    }

    /// A key and what is known of it.
    package struct Member: Sendable, Hashable {
        package var key: PublicKey
        package var role: Role
        /// A worker's host; a name that an operator chose, for others.
        package var name: String
        package var since: Double
        /// When an invitation ends; nil: never.
        package var expires: Double?
        /// Whether an invitation is for one key only.
        package var isOnce = false
        package var revoked: Double?
        /// The invitation that a worker's key came of.
        package var invitation: PublicKey?
        /// What an invitation says of the workers that come of it.
        package var slots: Int?
        package var tags: [String] = []

        package init(_ key: PublicKey, _ role: Role, name: String, since: Double) {
            self.key = key
            self.role = role
            self.name = name
            self.since = since
        }
    }

    /// Why somebody is not let in, or may not do something.
    package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        case unknownKey
        case revoked(name: String)
        case expired(name: String)
        case used(name: String)
        case tooMany
        case notAllowed(Role, what: String)

        package var description: String {
            switch self {
            case .unknownKey: "its key is not known here: it needs an invitation of this cluster"
            case .revoked(let name): "the key of '\(name)' is revoked"
            case .expired(let name): "the invitation '\(name)' has expired"
            case .used(let name): "the invitation '\(name)' was for one machine, and is used"
            case .tooMany: "\(Admission.maximumCount) keys are known, and no more are taken"
            case .notAllowed(let role, let what):
                "\(role == .worker ? "a" : "an") \(role.rawValue)'s key may not \(what)"
            }
        }
    }

    /// Keys that are remembered at most: whoever holds an open invitation cannot fill the disk.
    package static let maximumCount = 20_000

    package private(set) var members: [PublicKey: Member] = [:]

    package init() {}

    /// Adds a key, or replaces what is known of it.
    package mutating func insert(_ member: Member) { members[member.key] = member }

    /// Members in the order in which they came.
    package var list: [Member] {
        members.values.sorted { ($0.since, $0.key.hexadecimal) < ($1.since, $1.key.hexadecimal) }
    }

    /// Whether a key is let in.
    package func admit(_ key: PublicKey, now: Double) throws(Refusal) -> Role {
        guard let member = members[key] else { throw .unknownKey }
        guard member.revoked == nil else { throw .revoked(name: member.name) }
        if let expires = member.expires, now >= expires { throw .expired(name: member.name) }
        return member.role
    }

    /// How many keys came of an invitation.
    package func enrolled(under invitation: PublicKey) -> Int {
        members.values.count { $0.invitation == invitation }
    }

    /// Admits a worker's own key under an invitation.
    ///
    /// The same key again is no second one: the answer to the first may have been lost.
    ///
    /// - Returns: the worker's entry.
    package mutating func enrol(
        _ key: PublicKey, host: String, under invitation: PublicKey, now: Double
    ) throws(Refusal) -> Member {
        let role = try admit(invitation, now: now)
        guard role == .invitation, let ticket = members[invitation] else {
            throw .notAllowed(role, what: "enrol others")
        }
        if let known = members[key] {
            guard known.role == .worker, known.revoked == nil else {
                throw .revoked(name: known.name)
            }
            return known
        }
        if ticket.isOnce, enrolled(under: invitation) > 0 { throw .used(name: ticket.name) }
        guard members.count < Self.maximumCount else { throw .tooMany }
        var member = Member(key, .worker, name: Self.name(host), since: now)
        member.invitation = invitation
        member.slots = ticket.slots
        member.tags = ticket.tags
        members[key] = member
        return member
    }

    /// Lets a key in no more.
    package mutating func revoke(_ key: PublicKey, now: Double) {
        if members[key]?.revoked == nil { members[key]?.revoked = now }
    }

    /// The members that an operator means: an id or the beginning of one, or a name.
    package func named(_ text: String) -> [Member] {
        list.filter { member in
            member.name == text
                || (text.hasPrefix("k-") && text.count >= 6
                    && ("k-" + member.key.hexadecimal).hasPrefix(text))
        }
    }

    /// A host's name as it may stand in a table: others choose it.
    private static func name(_ host: String) -> String {
        let letters = host.unicodeScalars.filter {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-"
                    || $0 == ".")
        }
        let name = String(String.UnicodeScalarView(letters.prefix(64)))
        return name.isEmpty ? "unnamed" : name
    }
}
