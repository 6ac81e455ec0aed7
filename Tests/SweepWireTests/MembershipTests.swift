import Testing

@testable import SweepWire

@Suite("Messages about keys")
struct MembershipTests {
    private static let key = PublicKey(padding: Array(1...32))

    private static var invitation: Invitation {
        var invitation = Invitation(key: key, name: "lab")
        invitation.slots = 8
        invitation.tags = ["fast", "gpu"]
        invitation.lifetime = 3600
        invitation.isOnce = true
        return invitation
    }

    private static var resting: (Registration, Heartbeat) {
        var registration = Registration(
            version: "1", host: "h", pid: 1, slots: 1, experiments: [])
        registration.resting = "it works at night"
        registration.standing = Standing(isDraining: true, isGoing: true)
        var heartbeat = Heartbeat()
        heartbeat.resting = "it works at night"
        heartbeat.standing = Standing(quarantine: "many trials failed")
        return (registration, heartbeat)
    }

    static let toCoordinator: [WorkerMessage] =
        [
            .enrolment(Enrolment(key: key, host: "pc7")), .registration(resting.0),
            .heartbeat(resting.1),
        ]
        + [
            .invite(invitation), .invite(Invitation(key: key, name: "")),
            .revoke(selection: "k-0102"), .keys, .refusals,
        ].map { (verb: OperatorRequest.Verb) in
            .request(OperatorRequest(number: 7, verb: verb))
        }

    private static var summary: KeySummary {
        var summary = KeySummary(key: key, role: "worker", name: "pc7", since: 12.5)
        summary.expires = 13
        summary.isOnce = true
        summary.revoked = 14
        summary.enrolled = 3
        summary.connected = 2
        return summary
    }

    static let fromCoordinator: [CoordinatorMessage] =
        [
            .enrolled(Enrolled(slots: 3, tags: ["a"])), .enrolled(Enrolled(slots: nil, tags: [])),
            .standing(Standing()), .standing(Standing(isDraining: true, quarantine: "why")),
        ]
        + [
            .invited(Invited(address: "tcp://h:1", coordinator: key)),
            .keys([summary, KeySummary(key: key, role: "operator", name: "ada", since: 0)]),
            .refusals([
                RefusalSummary(
                    address: "10.0.0.9", key: "", reason: "no key", count: 4, first: 1, last: 2)
            ]),
        ].map { (body: OperatorReply.Body) in .reply(OperatorReply(number: 7, body: body)) }

    @Test("what is sent is what is read", arguments: toCoordinator)
    func outward(message: WorkerMessage) throws {
        #expect(try WorkerMessage(decoding: message.encoded()) == message)
    }

    @Test("what is answered is what is read", arguments: fromCoordinator)
    func inward(message: CoordinatorMessage) throws {
        #expect(try CoordinatorMessage(decoding: message.encoded()) == message)
    }

    @Test("a key that has not 32 bytes, and tags that are none, are refused")
    func bounds() {
        for count in [0, 31, 33] {
            let message = Windrow_V1_FromWorker.with {
                $0.major = Wire.major
                $0.enrolment = .with { $0.publicKey = .init([UInt8](repeating: 1, count: count)) }
            }
            #expect(throws: WireError.self) { try WorkerMessage(decoding: serialized(message)) }
        }
        let message = Windrow_V1_FromWorker.with {
            $0.major = Wire.major
            $0.request.invite = .with {
                $0.publicKey = .init(Self.key.bytes)
                $0.tags = ["not a tag\n"]
            }
        }
        #expect(throws: WireError.self) { try WorkerMessage(decoding: serialized(message)) }
    }

    @Test("hexadecimal digits and bytes are the same thing twice")
    func digits() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(bytesOf(hexadecimal: hexadecimalDigits(bytes)) == bytes)
        #expect(bytesOf(hexadecimal: "0F") == [15])
        for text in ["0", "0g", "0 ", "é1"] { #expect(bytesOf(hexadecimal: text) == nil) }
    }
}
