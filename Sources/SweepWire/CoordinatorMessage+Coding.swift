import SweepCore

extension CoordinatorMessage {
    /// The message as bytes.
    package func encoded() -> [UInt8] {
        var message = Windrow_V1_FromCoordinator()
        message.major = Wire.major
        switch self {
        case .introduce:
            message.introduce = Windrow_V1_Introduce()
        case .welcome(let welcome):
            message.welcome = .with {
                $0.minor = Wire.minor
                $0.version = welcome.version
                $0.heartbeatInterval = welcome.heartbeatInterval
                $0.heartbeatTimeout = welcome.heartbeatTimeout
            }
        case .refusal(let reason):
            message.refusal = .with { $0.reason = reason }
        case .definition(let definition):
            message.definition = Windrow_V1_Definition(definition)
        case .lease(let lease):
            message.lease = Windrow_V1_Lease(lease)
        case .acknowledgement(let through):
            message.acknowledgement = .with { $0.through = through }
        case .recall(let leases, let abandon):
            message.recall = .with {
                $0.leases = leases.map(\.number)
                $0.abandon = abandon
            }
        case .reply(let reply):
            message.reply = Windrow_V1_Reply(reply)
        case .enrolled(let enrolled):
            message.enrolled = Windrow_V1_Enrolled(enrolled)
        case .standing(let standing):
            message.standing = Windrow_V1_Standing(standing)
        case .heartbeat:
            message.heartbeat = Windrow_V1_Heartbeat()
        case .farewell(let reason):
            message.farewell = .with { $0.reason = reason }
        }
        return serialized(message)
    }

    /// Reads a message.
    ///
    /// Any bytes at all are safe.
    ///
    /// - Throws: `WireError` for anything but a message of this major version within its bounds.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let message: Windrow_V1_FromCoordinator = try deserialized(bytes)
        guard message.major == Wire.major else { throw .incompatible(theirs: message.major) }
        switch message.body {
        case .introduce: self = .introduce
        case .welcome(let welcome):
            guard (0.001...3600).contains(welcome.heartbeatInterval),
                (0.001...86400).contains(welcome.heartbeatTimeout)
            else { throw .malformed("heartbeat times out of bounds") }
            self = .welcome(
                Welcome(
                    version: welcome.version, heartbeatInterval: welcome.heartbeatInterval,
                    heartbeatTimeout: welcome.heartbeatTimeout))
        case .refusal(let refusal): self = .refusal(reason: refusal.reason)
        case .definition(let definition): self = .definition(try Definition(definition))
        case .lease(let lease): self = .lease(try Lease(lease))
        case .acknowledgement(let acknowledgement):
            self = .acknowledgement(through: acknowledgement.through)
        case .recall(let recall):
            self = .recall(recall.leases.map { LeaseID($0) }, abandon: recall.abandon)
        case .reply(let reply): self = .reply(try OperatorReply(reply))
        case .heartbeat: self = .heartbeat
        case .enrolled(let enrolled): self = .enrolled(try Enrolled(enrolled))
        case .standing(let standing): self = .standing(Standing(standing))
        case .farewell(let farewell): self = .farewell(reason: farewell.reason)
        case nil: throw .malformed("no known body")
        }
    }
}

extension Windrow_V1_Standing {
    init(_ standing: Standing) {
        self.init()
        draining = standing.isDraining
        going = standing.isGoing
        quarantine = standing.quarantine ?? ""
    }
}

extension Standing {
    init(_ message: Windrow_V1_Standing) {
        self.init(
            isDraining: message.draining, isGoing: message.going,
            quarantine: message.quarantine.isEmpty ? nil : message.quarantine)
    }
}

extension SlotCommand {
    /// The command as bytes.
    package func encoded() -> [UInt8] {
        var message = Windrow_V1_ToSlot()
        switch self {
        case .definition(let definition): message.definition = Windrow_V1_Definition(definition)
        case .lease(let lease): message.lease = Windrow_V1_Lease(lease)
        }
        return serialized(message)
    }

    /// Reads a command.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let message: Windrow_V1_ToSlot = try deserialized(bytes)
        switch message.body {
        case .definition(let definition): self = .definition(try Definition(definition))
        case .lease(let lease): self = .lease(try Lease(lease))
        case nil: throw .malformed("no known command")
        }
    }
}

extension LeaseReport {
    /// The report as a slot sends it.
    package func encodedFromSlot() -> [UInt8] {
        serialized(Windrow_V1_FromSlot.with { $0.report = Windrow_V1_LeaseReport(self) })
    }

    /// Reads a slot's report.
    package init(decodingFromSlot bytes: [UInt8]) throws(WireError) {
        let message: Windrow_V1_FromSlot = try deserialized(bytes)
        guard message.hasReport else { throw .malformed("no report") }
        try self.init(message.report)
    }
}

extension Windrow_V1_Definition {
    fileprivate init(_ definition: Definition) {
        self.init()
        sweep = definition.sweep.bits
        json = .init(definition.json)
        timeout = definition.timeout ?? 0
        cpus = UInt32(clamping: definition.resources.cpus)
        memory = UInt64(definition.resources.memory ?? 0)
        gpus = UInt32(clamping: definition.resources.gpus)
    }
}

extension Definition {
    fileprivate init(_ message: Windrow_V1_Definition) throws(WireError) {
        guard message.timeout.isFinite, message.timeout >= 0 else {
            throw .malformed("timeout \(message.timeout)")
        }
        let resources = Resources(
            cpus: max(1, Int(message.cpus)),
            memory: message.memory > 0 ? Int(clamping: message.memory) : nil,
            gpus: Int(message.gpus))
        guard resources.isValid else { throw .malformed("resources out of their bounds") }
        self.init(
            sweep: SweepDigest(bits: message.sweep), json: [UInt8](message.json),
            timeout: message.timeout > 0 ? message.timeout : nil, resources: resources)
    }
}

extension Windrow_V1_Lease {
    init(_ lease: Lease) {
        self.init()
        self.lease = lease.id.number
        sweep = lease.sweep.bits
        first = UInt64(lease.range.lowerBound)
        count = UInt64(lease.range.count)
        if let gpus = lease.gpus { devices = .with { $0.gpus = gpus } }
    }
}

extension Lease {
    init(_ message: Windrow_V1_Lease) throws(WireError) {
        let first = try integer(message.first, "first index")
        let count = try integer(message.count, "number of trials")
        guard count >= 1, count <= Wire.maximumLeaseCount, first <= Int.max - count else {
            throw .malformed("a lease of \(count) trials from \(first)")
        }
        self.init(
            id: LeaseID(message.lease), sweep: SweepDigest(bits: message.sweep),
            range: first..<first + count)
        if message.hasDevices { gpus = message.devices.gpus }
    }
}
