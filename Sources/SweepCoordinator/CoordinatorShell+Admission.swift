import ClusterKeys
import Glibc
import SweepWire
import ZeroMQ

/// A coordinator that others on the network reach: who comes in, and what each may do.
extension CoordinatorShell {
    /// Opens the door to whom the keys admit.
    ///
    /// Call it before `listen` at a TCP endpoint.
    package func admit(
        by file: KeyFile, _ admission: Admission, keptAt path: String
    ) throws(ZeroMQError) {
        let desk = try FrontDesk(
            .init(file: file, admission: admission, path: path), in: context, on: loop
        ) { [announce] line in
            announce.yield(.refused(worker: "a connection", reason: line))
        }
        frontDesk = desk
        _ = loop.watch(desk.socket) { [weak self] in self?.assumeIsolated { $0.receiveRemote() } }
    }

    private func receiveRemote() {
        // Bounded, so that timers and the disk's answers are served in between.
        for _ in 0..<256 {
            do {
                guard let desk = frontDesk,
                    let (frames, origin) = try desk.socket.receiveWithOrigin()
                else { break }
                guard let name = frames.first, let sender = desk.sender(name, origin)
                else { continue }
                receive(frames.dropFirst(), from: sender)
            } catch {
                announce.yield(.stopped(reason: error.description))
                break
            }
        }
        settle()
    }

    /// Whether a peer may say this; if not, it is told so, and it is noted.
    func isAllowed(_ message: WorkerMessage, from peer: PeerID) -> Bool {
        guard let desk = frontDesk, peer.key != nil else {
            if case .enrolment = message {
                carryOut([
                    .send(.refusal(reason: "this coordinator takes no enrolments here"), to: peer)
                ])
                return false
            }
            return true
        }
        do throws(Admission.Refusal) {
            let role = try desk.role(of: peer)
            switch (role, message) {
            case (.operator, .request): return true
            case (.worker, .request(let request)):
                let refusal = Admission.Refusal.notAllowed(role, what: request.verb.deed)
                desk.refuse(peer, refusal.description)
                carryOut([
                    .send(
                        .reply(
                            OperatorReply(
                                number: request.number,
                                body: .failure(
                                    reason: "\(refusal); ask an operator", exitCode: 77))),
                        to: peer)
                ])
                return false
            case (.worker, .enrolment): throw .notAllowed(role, what: "enrol others")
            case (.worker, _): return true
            case (.invitation, .enrolment(let enrolment)):
                enrol(enrolment, from: peer, desk)
                return false
            case (.operator, _): throw .notAllowed(role, what: "run trials")
            case (.invitation, _):
                throw .notAllowed(role, what: "do anything but enrol a worker's own key")
            }
        } catch {
            desk.refuse(peer, error.description)
            carryOut([.send(.refusal(reason: error.description), to: peer)])
            desk.cutSoon(peer)
            return false
        }
    }

    private func enrol(_ enrolment: Enrolment, from peer: PeerID, _ desk: FrontDesk) {
        guard let invitation = peer.key else { return }
        do {
            let member = try desk.change {
                try $0.enrol(
                    enrolment.key, host: enrolment.host, under: invitation,
                    now: FrontDesk.wallTime())
            }
            carryOut([
                .send(.enrolled(Enrolled(slots: member.slots, tags: member.tags)), to: peer),
                .announce(.enrolled(name: member.name, key: member.key.id)),
            ])
        } catch {
            desk.refuse(peer, "\(error)")
            carryOut([.send(.refusal(reason: "\(error)"), to: peer)])
        }
    }

    // MARK: Requests about keys

    /// Answers requests about keys; false: it is none of these.
    func answer(_ request: OperatorRequest, from peer: PeerID) -> Bool {
        guard let desk = frontDesk, instance.service != nil else { return false }
        let body: OperatorReply.Body
        do {
            switch request.verb {
            case .invite(let invitation): body = try invite(invitation, desk)
            case .revoke(let selection): body = try revoke(selection, desk)
            case .keys: body = .keys(summaries(desk.keys.admission.list, desk))
            case .refusals: body = .refusals(desk.refusals.list)
            default: return false
            }
        } catch let failure as RequestFailure {
            body = .failure(reason: failure.reason, exitCode: failure.exitCode)
        } catch {
            body = .failure(reason: "\(error)", exitCode: 77)
        }
        carryOut([.send(.reply(OperatorReply(number: request.number, body: body)), to: peer)])
        return true
    }

    private struct RequestFailure: Error {
        var reason: String
        var exitCode: Int
    }

    private func invite(
        _ invitation: Invitation, _ desk: FrontDesk
    ) throws -> OperatorReply.Body {
        let now = FrontDesk.wallTime()
        var member = Admission.Member(
            invitation.key, .invitation, name: invitation.name, since: now)
        member.expires = invitation.lifetime.map { now + $0 }
        member.isOnce = invitation.isOnce
        member.slots = invitation.slots
        member.tags = invitation.tags
        if let known = desk.keys.admission.list.first(where: {
            $0.name == invitation.name && $0.role == .invitation && $0.key != invitation.key
        }) {
            throw RequestFailure(
                reason: "there is an invitation '\(known.name)' already (\(known.key.id)); choose "
                    + "another --name", exitCode: 64)
        }
        try desk.change { admission throws in
            guard admission.members.count < Admission.maximumCount else {
                throw Admission.Refusal.tooMany
            }
            if admission.members[member.key] == nil { admission.insert(member) }
        }
        return .invited(Invited(address: desk.address, coordinator: desk.keys.file.pair.publicKey))
    }

    private func revoke(_ selection: String, _ desk: FrontDesk) throws -> OperatorReply.Body {
        var keys = Set(desk.keys.admission.named(selection).map(\.key))
        if keys.isEmpty {
            do {
                keys = try instance.keys(of: selection)
            } catch {
                throw RequestFailure(reason: error.description, exitCode: 64)
            }
        }
        guard !keys.isEmpty else {
            throw RequestFailure(
                reason: "no key and no worker with a key is '\(selection)': expected an id such as "
                    + "k-12ab34cd56ef, a name from windrow worker list --keys, or a worker; "
                    + "workers on the coordinator's own machine have no key: windrow worker stop",
                exitCode: 64)
        }
        let now = FrontDesk.wallTime()
        try desk.change { admission throws in
            for key in keys { admission.revoke(key, now: now) }
        }
        carryOut(instance.expel(keys, now: EventLoop.now()))
        desk.cutSoon(keys)
        let list = desk.keys.admission.list.filter { keys.contains($0.key) }
        for member in list {
            announce.yield(.revoked(name: member.name, key: member.key.id))
        }
        settle()
        return .keys(summaries(list, desk))
    }

    private func summaries(_ members: [Admission.Member], _ desk: FrontDesk) -> [KeySummary] {
        let connected = instance.connectedKeys
        return members.map { member in
            var summary = KeySummary(
                key: member.key, role: member.role.rawValue, name: member.name, since: member.since)
            summary.expires = member.expires
            summary.isOnce = member.isOnce
            summary.revoked = member.revoked
            summary.connected = connected[member.key] ?? 0
            if member.role == .invitation {
                summary.enrolled = desk.keys.admission.enrolled(under: member.key)
            }
            return summary
        }
    }
}

extension OperatorRequest.Verb {
    /// What is asked for, behind "may not".
    fileprivate var deed: String {
        switch self {
        case .submit: "submit sweeps"
        case .status: "read sweeps"
        case .act: "pause, resume, cancel or retry sweeps"
        case .workers: "list workers"
        case .command: "drain or stop workers"
        case .info: "ask about the coordinator"
        case .stop: "stop the coordinator"
        case .invite: "invite others"
        case .revoke: "revoke keys"
        case .keys, .refusals: "see who is admitted"
        }
    }
}
