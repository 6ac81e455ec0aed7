import FoundationEssentials
import SweepWire

/// `admitted.json` in the folder of keys: public keys only, and yet nobody else may write it.
extension Admission {
    private static let schema = 1

    private struct Form: Codable {
        struct Entry: Codable {
            var key: String
            var role: Role
            var name: String
            var since: Double
            var expires: Double?
            var once: Bool?
            var revoked: Double?
            var invitation: String?
            var slots: Int?
            var tags: [String]?
        }
        var schema: Int
        var keys: [Entry]
    }

    /// Reads the file.
    ///
    /// - Throws: `KeyProblem` that names the file, and says what to do.
    package init(path: String) throws(KeyProblem) {
        self.init()
        let text = try SecretFile.read(path)
        let wrong = KeyProblem(
            .malformed,
            "\(path): is no list of admitted keys of this version; put the file back from a copy, "
                + "or make new keys: windrow cluster init --force (every machine must join anew)")
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(text.utf8)),
            form.schema == Self.schema
        else { throw wrong }
        for entry in form.keys {
            guard let key = PublicKey(hexadecimal: entry.key) else { throw wrong }
            var member = Member(key, entry.role, name: entry.name, since: entry.since)
            member.expires = entry.expires
            member.isOnce = entry.once ?? false
            member.revoked = entry.revoked
            member.invitation = entry.invitation.flatMap { PublicKey(hexadecimal: $0) }
            member.slots = entry.slots
            member.tags = entry.tags ?? []
            insert(member)
        }
    }

    /// Puts the file in place, durably.
    package func write(to path: String) throws(KeyProblem) {
        let form = Form(
            schema: Self.schema,
            keys: list.map { member in
                Form.Entry(
                    key: member.key.hexadecimal, role: member.role, name: member.name,
                    since: member.since, expires: member.expires,
                    once: member.isOnce ? true : nil, revoked: member.revoked,
                    invitation: member.invitation?.hexadecimal, slots: member.slots,
                    tags: member.tags.isEmpty ? nil : member.tags)
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(form) else {
            throw KeyProblem(.system, "\(path): the keys cannot be written as JSON")
        }
        try SecretFile.write(String(decoding: data, as: UTF8.self) + "\n", to: path)
    }
}
