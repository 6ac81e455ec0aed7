import SweepCore

/// What the coordinator tells a worker or an operator.
package enum CoordinatorMessage: Sendable, Hashable {
    /// Who are you? Sent to a peer that speaks without having registered.
    case introduce
    case welcome(Welcome)
    case refusal(reason: String)
    case definition(Definition)
    case lease(Lease)
    /// Every report up to this number is durable in the store.
    case acknowledgement(through: UInt64)
    /// Give back what has not begun; with `abandon` also what runs.
    case recall([LeaseID], abandon: Bool)
    case heartbeat
    case farewell(reason: String)
    /// The answer to an operator's request.
    case reply(OperatorReply)
    /// The answer to an enrolment.
    case enrolled(Enrolled)
    /// What was decided about this worker: it says so from now on, whoever coordinates.
    case standing(Standing)
}

/// What operators and the coordinator have decided about a worker.
///
/// The worker keeps it and says it, so that a coordinator that is started again knows.
package struct Standing: Sendable, Hashable {
    /// Whether it gets no more leases.
    package var isDraining = false
    /// Whether it is sent away when it holds nothing any more.
    package var isGoing = false
    /// Why it is in quarantine; nil: it is not.
    package var quarantine: String?

    package init(isDraining: Bool = false, isGoing: Bool = false, quarantine: String? = nil) {
        self.isDraining = isDraining
        self.isGoing = isGoing
        self.quarantine = quarantine
    }
}

/// What the worker tells a slot.
package enum SlotCommand: Sendable, Hashable {
    case definition(Definition)
    case lease(Lease)
}

/// The number of a lease; unique within a coordinator's life.
package struct LeaseID: Sendable, Hashable, Comparable {
    package var number: UInt64

    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: LeaseID, right: LeaseID) -> Bool { left.number < right.number }
}

/// A sweep's name on the wire: a digest of its definition, so that an index is never read against
/// another grid than the one it was leased from.
package struct SweepDigest: Sendable, Hashable, Codable {
    package var bits: UInt64

    package init(bits: UInt64) {
        self.bits = bits
    }
}

/// The answer to a registration.
package struct Welcome: Sendable, Hashable {
    package var version: String
    /// Seconds between signs of life, in both directions.
    package var heartbeatInterval: Double
    /// Seconds of silence after which the other side counts as lost.
    package var heartbeatTimeout: Double

    package init(version: String, heartbeatInterval: Double, heartbeatTimeout: Double) {
        self.version = version
        self.heartbeatInterval = heartbeatInterval
        self.heartbeatTimeout = heartbeatTimeout
    }
}

/// A sweep, sent once to each worker and slot before its first lease.
package struct Definition: Sendable, Hashable {
    package var sweep: SweepDigest
    /// The JSON form of `Sweep`.
    package var json: [UInt8]
    /// Seconds that one attempt may take, or nil.
    package var timeout: Double?
    /// What one trial takes of its worker.
    package var resources: Resources

    package init(
        sweep: SweepDigest, json: [UInt8], timeout: Double?, resources: Resources = Resources()
    ) {
        self.sweep = sweep
        self.json = json
        self.timeout = timeout
        self.resources = resources
    }
}

/// The right and duty to run the trials of an index range, in order.
package struct Lease: Sendable, Hashable {
    package var id: LeaseID
    package var sweep: SweepDigest
    package var range: Range<Int>
    /// To a slot only: graphics cards that its trials may use; nil: any.
    package var gpus: [String]?

    package init(id: LeaseID, sweep: SweepDigest, range: Range<Int>) {
        self.id = id
        self.sweep = sweep
        self.range = range
    }
}
