import SweepCore
import SwiftProtobuf

extension WorkerMessage {
    /// The message as bytes.
    package func encoded() -> [UInt8] {
        var message = Windrow_V1_FromWorker()
        message.major = Wire.major
        switch self {
        case .registration(let registration):
            message.registration = Windrow_V1_Registration(registration)
        case .report(let report):
            message.report = .with {
                $0.number = report.number
                $0.leases = report.leases.map(Windrow_V1_LeaseReport.init)
            }
        case .heartbeat(let heartbeat):
            message.heartbeat = .with {
                $0.running = heartbeat.running.map { trial in
                    .with {
                        $0.lease = trial.lease.number
                        $0.index = UInt64(trial.index)
                        if let progress = trial.progress {
                            $0.progress = Windrow_V1_Progress(progress)
                        }
                    }
                }
                $0.held = heartbeat.held.map(\.number)
                $0.lastReport = heartbeat.lastReport
                $0.unacknowledged = heartbeat.unacknowledged
                $0.leaving = heartbeat.isLeaving
                $0.resting = heartbeat.resting ?? ""
                if heartbeat.standing != Standing() {
                    $0.standing = Windrow_V1_Standing(heartbeat.standing)
                }
            }
        case .farewell(let reason):
            message.farewell = .with { $0.reason = reason }
        case .request(let request):
            message.request = Windrow_V1_Request(request)
        case .enrolment(let enrolment):
            message.enrolment = Windrow_V1_Enrolment(enrolment)
        case .output(let parts):
            message.output = .with {
                $0.parts = parts.map { part in
                    .with {
                        $0.sweep = part.sweep.bits
                        $0.index = UInt64(part.index)
                        $0.text = .init(part.text)
                        $0.begins = part.begins
                    }
                }
            }
        }
        return serialized(message)
    }

    /// Reads a message.
    ///
    /// Any bytes at all are safe.
    ///
    /// - Throws: `WireError` for anything but a message of this major version within its bounds.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        let message: Windrow_V1_FromWorker = try deserialized(bytes)
        guard message.major == Wire.major else { throw .incompatible(theirs: message.major) }
        switch message.body {
        case .registration(let registration):
            self = .registration(try Registration(registration))
        case .report(let report):
            var leases: [LeaseReport] = []
            for lease in report.leases { leases.append(try LeaseReport(lease)) }
            self = .report(Report(number: try reportNumber(report.number), leases: leases))
        case .heartbeat(let heartbeat):
            var running: [RunningTrial] = []
            for trial in heartbeat.running {
                let index = try integer(trial.index, "running index")
                guard index < .max else { throw .malformed("a running index of \(index)") }
                var known = RunningTrial(lease: LeaseID(trial.lease), index: index)
                if trial.hasProgress { known.progress = try RunningProgress(trial.progress) }
                running.append(known)
            }
            var sign = Heartbeat(
                running: running, held: heartbeat.held.map { LeaseID($0) },
                lastReport: heartbeat.lastReport, unacknowledged: heartbeat.unacknowledged,
                isLeaving: heartbeat.leaving)
            sign.resting = heartbeat.resting.isEmpty ? nil : heartbeat.resting
            sign.standing = Standing(heartbeat.standing)
            self = .heartbeat(sign)
        case .farewell(let farewell):
            self = .farewell(reason: farewell.reason)
        case .request(let request):
            self = .request(try OperatorRequest(request))
        case .output(let output):
            var parts: [OutputPart] = []
            for part in output.parts {
                parts.append(
                    OutputPart(
                        sweep: SweepDigest(bits: part.sweep),
                        index: try integer(part.index, "an index of output"),
                        text: [UInt8](part.text), begins: part.begins))
            }
            self = .output(parts)
        case .enrolment(let enrolment):
            self = .enrolment(try Enrolment(enrolment))
        case nil:
            throw .malformed("no known body")
        }
    }
}

extension Windrow_V1_Registration {
    fileprivate init(_ registration: Registration) {
        self.init()
        minor = Wire.minor
        version = registration.version
        host = registration.host
        pid = UInt32(clamping: registration.pid)
        slots = UInt32(clamping: registration.slots)
        experiments = registration.experiments
        nextReport = registration.nextReport
        held = registration.held.map(Windrow_V1_Lease.init)
        leaving = registration.isLeaving
        resting = registration.resting ?? ""
        if registration.standing != Standing() {
            standing = Windrow_V1_Standing(registration.standing)
        }
        lastReport = registration.lastReport
        tags = registration.tags
        gpus = registration.gpus
    }
}

extension Registration {
    fileprivate init(_ message: Windrow_V1_Registration) throws(WireError) {
        guard message.slots >= 1, message.slots <= 65536 else {
            throw .malformed("\(message.slots) slots; expected 1 … 65536")
        }
        var held: [Lease] = []
        for lease in message.held { held.append(try Lease(lease)) }
        self.init(
            version: message.version, host: message.host, pid: Int(message.pid),
            slots: Int(message.slots), experiments: message.experiments,
            nextReport: try reportNumber(message.nextReport), held: held)
        isLeaving = message.leaving
        resting = message.resting.isEmpty ? nil : message.resting
        standing = Standing(message.standing)
        lastReport = message.lastReport
        tags = message.tags
        guard message.gpus.count <= 65536 else {
            throw .malformed("\(message.gpus.count) graphics cards; expected at most 65536")
        }
        gpus = message.gpus
    }
}

/// A report's number, with room to count on.
private func reportNumber(_ number: UInt64) throws(WireError) -> UInt64 {
    guard number >= 1, number <= 1 << 62 else {
        throw .malformed("report number \(number); expected 1 … 2⁶²")
    }
    return number
}

// MARK: - Bytes

/// Encodes a message; encoding of these schemas cannot fail, an empty message stands for a failure.
func serialized(_ message: some Message) -> [UInt8] {
    (try? message.serializedBytes()) ?? []
}

/// Decodes a message of a bounded size.
func deserialized<Schema: Message>(_ bytes: [UInt8]) throws(WireError) -> Schema {
    guard bytes.count <= Wire.maximumMessageSize else {
        throw .malformed("\(bytes.count) bytes; the bound is \(Wire.maximumMessageSize)")
    }
    do {
        return try Schema(serializedBytes: bytes)
    } catch {
        throw .malformed("not of the schema (\(bytes.count) bytes)")
    }
}

/// A number that fits an index.
func integer(_ number: UInt64, _ what: String) throws(WireError) -> Int {
    guard let integer = Int(exactly: number) else { throw .malformed("\(what) \(number)") }
    return integer
}
