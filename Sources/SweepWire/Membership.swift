/// An operator's wish that a machine may join.
package struct Invitation: Sendable, Hashable {
    /// Of the invitation; its secret half does not travel.
    package var key: PublicKey
    package var name: String
    /// For the workers that come of it; nil: their own choice.
    package var slots: Int?
    package var tags: [String] = []
    /// Seconds; nil: without end.
    package var lifetime: Double?
    /// Whether it is for one machine.
    package var isOnce = false

    package init(key: PublicKey, name: String) {
        self.key = key
        self.name = name
    }
}

/// What an operator needs to write an invitation down.
package struct Invited: Sendable, Hashable {
    /// `tcp://HOST:PORT` by which workers reach the coordinator.
    package var address: String
    package var coordinator: PublicKey

    package init(address: String, coordinator: PublicKey) {
        self.address = address
        self.coordinator = coordinator
    }
}

/// A key that is known to the coordinator.
package struct KeySummary: Sendable, Hashable {
    package var key: PublicKey
    /// `operator`, `worker` or `invitation`.
    package var role: String
    package var name: String
    /// Seconds since 1970, as all times here.
    package var since: Double
    package var expires: Double?
    package var isOnce = false
    package var revoked: Double?
    /// Keys that came of an invitation.
    package var enrolled = 0
    /// Workers that use it now.
    package var connected = 0

    package init(key: PublicKey, role: String, name: String, since: Double) {
        self.key = key
        self.role = role
        self.name = name
        self.since = since
    }
}

/// Connections or messages that were refused alike.
package struct RefusalSummary: Sendable, Hashable {
    package var address: String
    /// The id of the key that was shown; empty: none.
    package var key: String
    package var reason: String
    package var count: Int
    /// Seconds since 1970.
    package var first: Double
    package var last: Double

    package init(
        address: String, key: String, reason: String, count: Int, first: Double, last: Double
    ) {
        self.address = address
        self.key = key
        self.reason = reason
        self.count = count
        self.first = first
        self.last = last
    }
}

/// A worker's own key, on its way to be admitted under an invitation.
package struct Enrolment: Sendable, Hashable {
    package var key: PublicKey
    /// What operators call the machine.
    package var host: String

    package init(key: PublicKey, host: String) {
        self.key = key
        self.host = host
    }
}

/// The answer to an enrolment: the key is admitted, durably.
package struct Enrolled: Sendable, Hashable {
    /// What the invitation says.
    package var slots: Int?
    package var tags: [String]

    package init(slots: Int?, tags: [String]) {
        self.slots = slots
        self.tags = tags
    }
}
