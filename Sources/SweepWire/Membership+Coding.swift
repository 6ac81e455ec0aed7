import SweepCore

extension Windrow_V1_Invitation {
    init(_ invitation: Invitation) {
        self.init()
        publicKey = .init(invitation.key.bytes)
        name = invitation.name
        slots = UInt32(clamping: invitation.slots ?? 0)
        tags = invitation.tags
        lifetime = invitation.lifetime ?? 0
        once = invitation.isOnce
    }
}

extension Invitation {
    init(_ message: Windrow_V1_Invitation) throws(WireError) {
        self.init(key: try publicKey(message.publicKey), name: message.name)
        guard message.slots <= 65536, message.lifetime.isFinite, message.lifetime >= 0,
            message.name.utf8.count <= 100, message.tags.count <= 100,
            message.tags.allSatisfy(Placement.isTag)
        else { throw .malformed("an invitation out of its bounds") }
        slots = message.slots > 0 ? Int(message.slots) : nil
        tags = message.tags
        lifetime = message.lifetime > 0 ? message.lifetime : nil
        isOnce = message.once
    }
}

extension Windrow_V1_Enrolment {
    init(_ enrolment: Enrolment) {
        self.init()
        publicKey = .init(enrolment.key.bytes)
        host = enrolment.host
    }
}

extension Enrolment {
    init(_ message: Windrow_V1_Enrolment) throws(WireError) {
        guard message.host.utf8.count <= 255 else { throw .malformed("a host's name") }
        self.init(key: try publicKey(message.publicKey), host: message.host)
    }
}

extension Windrow_V1_Enrolled {
    init(_ enrolled: Enrolled) {
        self.init()
        slots = UInt32(clamping: enrolled.slots ?? 0)
        tags = enrolled.tags
    }
}

extension Enrolled {
    init(_ message: Windrow_V1_Enrolled) throws(WireError) {
        guard message.slots <= 65536, message.tags.allSatisfy(Placement.isTag) else {
            throw .malformed("an enrolment out of its bounds")
        }
        self.init(slots: message.slots > 0 ? Int(message.slots) : nil, tags: message.tags)
    }
}

extension Windrow_V1_KeyState {
    init(_ summary: KeySummary) {
        self.init()
        publicKey = .init(summary.key.bytes)
        role = summary.role
        name = summary.name
        since = summary.since
        expires = summary.expires ?? 0
        once = summary.isOnce
        revoked = summary.revoked ?? 0
        enrolled = UInt64(clamping: summary.enrolled)
        connected = UInt32(clamping: summary.connected)
    }
}

extension KeySummary {
    init(_ message: Windrow_V1_KeyState) throws(WireError) {
        guard message.since.isFinite, message.expires.isFinite, message.revoked.isFinite else {
            throw .malformed("a time of a key")
        }
        self.init(
            key: try publicKey(message.publicKey), role: message.role, name: message.name,
            since: message.since)
        expires = message.expires > 0 ? message.expires : nil
        isOnce = message.once
        revoked = message.revoked > 0 ? message.revoked : nil
        enrolled = try integer(message.enrolled, "number of keys")
        connected = Int(message.connected)
    }
}

extension Windrow_V1_RefusalState {
    init(_ summary: RefusalSummary) {
        self.init()
        address = summary.address
        key = summary.key
        reason = summary.reason
        count = UInt64(clamping: summary.count)
        first = summary.first
        last = summary.last
    }
}

extension RefusalSummary {
    init(_ message: Windrow_V1_RefusalState) throws(WireError) {
        guard message.first.isFinite, message.last.isFinite else {
            throw .malformed("a time of a refusal")
        }
        self.init(
            address: message.address, key: message.key, reason: message.reason,
            count: try integer(message.count, "number of refusals"), first: message.first,
            last: message.last)
    }
}

/// A key's 32 bytes.
func publicKey(_ bytes: some Collection<UInt8>) throws(WireError) -> PublicKey {
    guard let key = PublicKey(bytes) else {
        throw .malformed("a key of \(bytes.count) bytes; expected \(PublicKey.count)")
    }
    return key
}
