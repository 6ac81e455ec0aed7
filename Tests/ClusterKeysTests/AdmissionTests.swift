import SweepWire
import Testing

@testable import ClusterKeys

@Suite("Admission")
struct AdmissionTests {
    private let invitation = KeyPair.random().publicKey
    private let worker = KeyPair.random().publicKey
    private let other = KeyPair.random().publicKey

    private func admission(expires: Double? = nil, isOnce: Bool = false) -> Admission {
        var admission = Admission()
        var member = Admission.Member(invitation, .invitation, name: "lab", since: 0)
        member.expires = expires
        member.isOnce = isOnce
        member.slots = 3
        member.tags = ["fast"]
        admission.insert(member)
        return admission
    }

    @Test("a key that nobody has admitted is refused")
    func unknown() {
        #expect(throws: Admission.Refusal.unknownKey) {
            _ = try admission().admit(worker, now: 1)
        }
    }

    @Test("an enrolled key is a worker's, with what the invitation says, also when asked twice")
    func enrolment() throws {
        var admission = admission(isOnce: true)
        for _ in 0..<2 {
            let member = try admission.enrol(worker, host: "pc7", under: invitation, now: 5)
            #expect(member.slots == 3)
            #expect(member.tags == ["fast"])
        }
        #expect(try admission.admit(worker, now: 6) == .worker)
        #expect(admission.enrolled(under: invitation) == 1)
        #expect(throws: Admission.Refusal.used(name: "lab")) {
            _ = try admission.enrol(other, host: "pc8", under: invitation, now: 6)
        }
    }

    @Test("an invitation ends, and the keys that came of it stay")
    func expiry() throws {
        var admission = admission(expires: 10)
        _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 9.9)
        #expect(throws: Admission.Refusal.expired(name: "lab")) {
            _ = try admission.enrol(other, host: "pc8", under: invitation, now: 10)
        }
        #expect(try admission.admit(worker, now: 1e9) == .worker)
    }

    @Test("a revoked key stays out, and cannot be enrolled anew")
    func revocation() throws {
        var admission = admission()
        _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 1)
        admission.revoke(worker, now: 2)
        #expect(throws: Admission.Refusal.revoked(name: "pc7")) {
            _ = try admission.admit(worker, now: 3)
        }
        #expect(throws: Admission.Refusal.revoked(name: "pc7")) {
            _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 3)
        }
        admission.revoke(invitation, now: 4)
        #expect(throws: Admission.Refusal.revoked(name: "lab")) {
            _ = try admission.enrol(other, host: "pc8", under: invitation, now: 5)
        }
    }

    @Test("neither a worker nor an operator can enrol others")
    func roles() throws {
        var admission = admission()
        _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 1)
        #expect(throws: Admission.Refusal.notAllowed(.worker, what: "enrol others")) {
            _ = try admission.enrol(other, host: "pc8", under: worker, now: 2)
        }
        // An operator's key is no worker's because somebody enrols it.
        admission.insert(.init(other, .operator, name: "ada", since: 0))
        #expect(throws: Admission.Refusal.self) {
            _ = try admission.enrol(other, host: "pc8", under: invitation, now: 2)
        }
        #expect(try admission.admit(other, now: 3) == .operator)
    }

    @Test("keys are found by id, by the beginning of one, and by name")
    func names() throws {
        var admission = admission()
        _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 1)
        #expect(admission.named("pc7").map(\.key) == [worker])
        #expect(admission.named(worker.id).map(\.key) == [worker])
        #expect(admission.named(String(worker.id.prefix(7))).map(\.key) == [worker])
        #expect(admission.named("k-").isEmpty)
        #expect(admission.named("pc").isEmpty)
    }

    @Test("a host's name that a stranger chose cannot carry control characters")
    func hostNames() throws {
        var admission = admission()
        let member = try admission.enrol(
            worker, host: "pc\u{1b}[2J\n7 é", under: invitation, now: 1)
        #expect(member.name == "pc2J7")
        let empty = try admission.enrol(other, host: "\u{7}", under: invitation, now: 1)
        #expect(empty.name == "unnamed")
    }

    @Test("what is written is what is read")
    func file() throws {
        let folder = try TemporaryFolder()
        var admission = admission(expires: 77.5, isOnce: true)
        _ = try admission.enrol(worker, host: "pc7", under: invitation, now: 1)
        admission.revoke(worker, now: 2)
        try admission.write(to: folder.path + "/admitted.json")
        #expect(try Admission(path: folder.path + "/admitted.json") == admission)
    }
}

@Suite("The log of refusals")
struct RefusalLogTests {
    @Test("the first of a kind and each power of ten make a line; all are counted")
    func powers() {
        var log = RefusalLog()
        let lines = (1...1000).compactMap { _ in
            log.note(address: "10.0.0.9", key: "k-1", reason: "unknown", now: 5)
        }
        #expect(lines.count == 4)
        #expect(lines.first == "10.0.0.9 with key k-1: unknown")
        #expect(lines.last == "10.0.0.9 with key k-1: unknown (1000 times)")
        #expect(log.list.map(\.count) == [1000])
    }

    @Test("a flood of ever new kinds bounds lines and entries, and says what it left out")
    func flood() {
        var log = RefusalLog()
        let lines = (1...5000).compactMap {
            log.note(address: "10.0.0.9", key: "k-\($0)", reason: "unknown", now: 5)
        }
        #expect(lines.count == RefusalLog.linesPerMinute)
        #expect(log.list.count == RefusalLog.capacity)
        let next = log.note(address: "10.0.0.8", key: "", reason: "no key", now: 66)
        #expect(
            next == "10.0.0.8: no key; \(5000 - RefusalLog.linesPerMinute) more lines of this sort "
                + "were left out")
    }
}
