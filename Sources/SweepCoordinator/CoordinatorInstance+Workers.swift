import SweepCore
import SweepWire

/// What operators do to workers.
extension CoordinatorInstance {
    /// Answers with the selected workers, after `body` has done something to each of them.
    ///
    /// - Parameter trials: how many of the trials that they run are told.
    mutating func withWorkers(
        _ text: String, _ asker: Asker, trials: Int = 0,
        _ body: (inout CoordinatorInstance, PeerID) -> [CoordinatorDirective]
    ) -> [CoordinatorDirective] {
        let selection: WorkerSelection
        do {
            selection = try WorkerSelection(text)
        } catch {
            return [refuse(asker, error.description, 64)]
        }
        let known = peerOrder.compactMap { id in peers[id].map { (id, $0) } }
        let last = known.map(\.1.number).max()
        let chosen = known.filter { _, peer in
            selection.contains(
                number: peer.number, host: peer.registration.host, tags: peer.registration.tags,
                isLast: peer.number == last)
        }.map(\.0)
        guard !chosen.isEmpty || selection.mayBeEmpty else {
            let numbers = known.map { "\($0.1.number) (\($0.1.registration.host))" }
            return [
                refuse(
                    asker,
                    "no worker is '\(text)'; "
                        + (numbers.isEmpty
                            ? "none has joined" : "there are: " + numbers.joined(separator: ", ")),
                    64)
            ]
        }
        var directives: [CoordinatorDirective] = []
        var listed: [WorkerSummary] = []
        for id in chosen {
            directives += body(&self, id)
            if let summary = summary(id) { listed.append(summary) }
        }
        var room = trials
        for (place, id) in chosen.enumerated() where room > 0 && place < listed.count {
            guard let peer = peers[id] else { continue }
            listed[place].trials = running(on: peer, atMost: room)
            room -= listed[place].trials.count
        }
        return directives + [reply(.workers(listed), asker)]
    }

    private func summary(_ id: PeerID) -> WorkerSummary? {
        peers[id].map { peer in
            var summary = WorkerSummary(
                number: peer.number, host: peer.registration.host, pid: peer.registration.pid,
                slots: peer.registration.slots,
                running: min(load(of: peer), peer.registration.slots),
                state: peer.isGoing || peer.registration.isLeaving
                    ? .leaving
                    : peer.isDraining
                        ? .draining
                        : peer.quarantine != nil
                            ? .quarantined : peer.registration.resting != nil ? .resting : .ready,
                version: peer.registration.version, silence: peer.silence)
            summary.tags = peer.registration.tags
            summary.gpus = peer.registration.gpus
            summary.reason = peer.quarantine ?? peer.registration.resting
            summary.key = id.key?.id
            return summary
        }
    }

    /// The keys of the workers that a selection names.
    ///
    /// - Throws: `WorkerSelection.Problem` for a text that is none.
    func keys(of text: String) throws(WorkerSelection.Problem) -> Set<PublicKey> {
        let selection = try WorkerSelection(text)
        let last = peers.values.map(\.number).max()
        return Set(
            peers.compactMap { id, peer in
                selection.contains(
                    number: peer.number, host: peer.registration.host, tags: peer.registration.tags,
                    isLast: peer.number == last) ? id.key : nil
            })
    }

    /// Workers by key.
    var connectedKeys: [PublicKey: Int] {
        peers.keys.reduce(into: [:]) { counts, id in
            if let key = id.key { counts[key, default: 0] += 1 }
        }
    }

    /// Cuts off whoever uses a key: what they hold goes back to the queue, and nobody is blamed.
    mutating func expel(_ keys: Set<PublicKey>, now: Double) -> [CoordinatorDirective] {
        let reason = "its key is revoked"
        return peerOrder.filter { $0.key.map(keys.contains) == true }.flatMap { id in
            [.send(.refusal(reason: reason), to: id)]
                + remove(id, now: now) { .left(worker: $0, reason: reason) }
        }
    }

    mutating func command(
        _ action: WorkerAction, _ selection: String, _ asker: Asker, now: Double
    ) -> [CoordinatorDirective] {
        guard !selection.isEmpty else {
            return [
                refuse(asker, "say which workers: \(WorkerSelection.forms)", 64)
            ]
        }
        let directives = withWorkers(selection, asker) { instance, id in
            let before = instance.peers[id]?.standing ?? Standing()
            let directives = instance.carryOut(action, on: id)
            return instance.remind(id, of: before) + directives
        }
        return directives + sendAway(now: now) + handOut(now: now)
    }

    private mutating func carryOut(_ action: WorkerAction, on id: PeerID) -> [CoordinatorDirective]
    {
        switch action {
        case .drain:
            peers[id]?.isDraining = true
            return recallAll(from: id)
        case .undrain:
            guard peers[id]?.isGoing == false else { return [] }
            peers[id]?.isDraining = false
            peers[id]?.quarantine = nil
            peers[id]?.streaks = [:]
            return []
        case .stop(let atOnce):
            peers[id]?.isDraining = true
            peers[id]?.isGoing = true
            hasGoing = true
            return recallAll(from: id, abandon: atOnce)
        }
    }

    /// Leaves, after the workers if they are to go, too.
    mutating func stop(
        workers: Bool, _ asker: Asker, now: Double
    ) -> [CoordinatorDirective] {
        isStopping = true
        let answer = reply(.sweeps([]), asker)
        guard workers else { return [answer, .leave] }
        dismissesWorkers = true
        var directives = [answer]
        for id in peerOrder {
            peers[id]?.isDraining = true
            peers[id]?.isGoing = true
            hasGoing = true
            directives += recallAll(from: id)
        }
        return directives + sendAway(now: now)
    }

    /// Sends those away who are to go and hold nothing any more; leaves after the last one when the
    /// coordinator is about to.
    mutating func sendAway(now: Double) -> [CoordinatorDirective] {
        guard hasGoing || dismissesWorkers else { return [] }
        var directives: [CoordinatorDirective] = []
        hasGoing = false
        for id in peerOrder {
            guard let peer = peers[id], peer.isGoing else { continue }
            guard peer.leases.isEmpty, peer.acknowledged == peer.lastReport else {
                hasGoing = true
                continue
            }
            directives.append(.send(.farewell(reason: "an operator has stopped it"), to: id))
            peers[id] = nil
            knownSlots = [:]
            peerOrder.removeAll { $0 == id }
            directives.append(.announce(.left(worker: peer.name, reason: "stopped by an operator")))
        }
        if dismissesWorkers, peers.isEmpty {
            dismissesWorkers = false
            directives.append(.leave)
        }
        return directives
    }
}
