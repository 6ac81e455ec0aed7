import Glibc
import SweepView
import SweepWire

/// Who is admitted, and who was refused, for a person or another program.
enum MembershipTable {
    private struct Keys: Encodable {
        struct Key: Encodable {
            var key: String
            var publicKey: String
            var role: String
            var name: String
            var state: String
            var since: Double
            var expires: Double?
            var revoked: Double?
            var once: Bool
            var enrolled: Int
            var connected: Int
        }
        var keys: [Key]
    }

    private struct Refusals: Encodable {
        struct Refusal: Encodable {
            var address: String
            var key: String?
            var reason: String
            var count: Int
            var first: Double
            var last: Double
        }
        var refused: [Refusal]
    }

    /// Shows keys.
    static func show(keys: [KeySummary], _ output: OutputOptions) throws {
        let now = Double(time(nil))
        if output.json {
            let report = Keys(
                keys: keys.map {
                    Keys.Key(
                        key: $0.key.id, publicKey: $0.key.hexadecimal, role: $0.role,
                        name: $0.name, state: $0.state(now), since: $0.since,
                        expires: $0.expires, revoked: $0.revoked, once: $0.isOnce,
                        enrolled: $0.enrolled, connected: $0.connected)
                })
            try answer(JSONText(report).text)
            return
        }
        var table = TextTable(header: ["key", "role", "name", "state", "since", ""])
        for key in keys {
            table.append([
                key.key.id, key.role, key.name, key.state(now),
                words(forSeconds: max(0, now - key.since)) + " ago", note(on: key),
            ])
        }
        try answer(table.text)
    }

    private static func note(on key: KeySummary) -> String {
        if key.role == "invitation" {
            return (key.isOnce ? "for one machine; " : "") + counted(key.enrolled, "machine")
                + " came"
        }
        return key.connected > 0 ? counted(key.connected, "worker") + " connected" : ""
    }

    /// Shows refusals.
    static func show(refusals: [RefusalSummary], _ output: OutputOptions) throws {
        if output.json {
            let report = Refusals(
                refused: refusals.map {
                    Refusals.Refusal(
                        address: $0.address, key: $0.key.isEmpty ? nil : $0.key,
                        reason: $0.reason, count: $0.count, first: $0.first, last: $0.last)
                })
            try answer(JSONText(report).text)
            return
        }
        guard !refusals.isEmpty else {
            output.console.say("Refused", "nobody, in this coordinator's life", .note)
            return
        }
        let now = Double(time(nil))
        var table = TextTable(header: ["address", "key", "times", "last", "reason"])
        for refusal in refusals {
            table.append([
                refusal.address, refusal.key, "\(refusal.count)",
                words(forSeconds: max(0, now - refusal.last)) + " ago", refusal.reason,
            ])
        }
        try answer(table.text)
    }
}

extension KeySummary {
    /// A word for whether it is admitted.
    func state(_ now: Double) -> String {
        if revoked != nil { return "revoked" }
        if role == "invitation", isOnce, enrolled > 0 { return "used" }
        guard let expires else { return "admitted" }
        return expires <= now ? "expired" : "for " + words(forSeconds: expires - now)
    }
}
