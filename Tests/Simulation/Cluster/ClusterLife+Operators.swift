import SweepCoordinator
import SweepCore
import SweepWire

/// Operators: their whims while faults last, and their care that all gets done in the end.
extension ClusterLife {
    /// Sends a request; one to a coordinator that is away is not sent.
    mutating func ask(_ verb: OperatorRequest.Verb) {
        guard coordinator != nil, isListening, now >= coordinatorPausedUntil else {
            if case .submit = verb { queue.add(.request(verb), at: now + 5) }
            return
        }
        requests += 1
        asked[requests] = (verb, now)
        trace.add(now, "operator asks: \(Self.text(verb))")
        let request = OperatorRequest(number: requests, verb: verb)
        feed { coordinator, now in
            coordinator.receive(.request(request), from: Self.operatorPeer, now: now)
        }
    }

    mutating func hear(_ message: CoordinatorMessage) {
        guard case .reply(let reply) = message else { return }
        guard let (verb, _) = asked.removeValue(forKey: reply.number) else {
            violate(.operatorsAreAnswered, "a second answer to request \(reply.number)")
            return
        }
        switch (verb, reply.body) {
        case (.submit, .failure):
            // Until its store has closed, say; an operator comes back.
            queue.add(.request(verb), at: now + 5)
        case (.status(nil, _), .sweeps(let summaries)): see(summaries)
        default: break
        }
    }

    /// What an operator does now and then: after the last fault, whatever lets sweeps end.
    mutating func look() {
        for (number, request) in asked.sorted(by: { $0.key < $1.key })
        where now - request.at > 200 {
            violate(
                .operatorsAreAnswered,
                "request \(number), \(Self.text(request.verb)), has no answer after 200 s")
        }
        guard now >= plan.faultsUntil || !plan.hasOperators else { return }
        ask(.status(name: nil, failures: 4))
        if plan.hasOperators { ask(.command(.undrain, selection: "all")) }
    }

    private mutating func see(_ summaries: [SweepSummary]) {
        for sweep in sweeps.indices where now > sweeps[sweep].plan.submittedAt + 5 {
            let name = sweeps[sweep].plan.name
            let wanted = sweeps[sweep].versions[sweeps[sweep].wanted]
            let summary = summaries.first { $0.name == name }
            switch summary?.state {
            case .paused: ask(.act(.resume, name: name))
            case .cancelled, .stopped, .failed, nil:
                ask(.submit(submission(sweep, version: sweeps[sweep].wanted)))
            case .finished:
                guard summary?.trials != wanted.trials else { continue }
                ask(.submit(submission(sweep, version: sweeps[sweep].wanted)))
            case .running, .opening: break
            }
        }
    }

    /// Begins something; what it stops is begun again later.
    mutating func beginOperation(_ random: inout SplitMix) {
        let later = now + 20 * random.uniform()
        let sweep = random.below(sweeps.count)
        let name = sweeps[sweep].plan.name
        switch random.below(10) {
        case 0, 1:
            ask(.act(.pause, name: name))
            queue.add(.request(.act(.resume, name: name)), at: later)
        case 2, 3:
            ask(.command(.drain, selection: random.pick(["last", "all", "1"])))
            queue.add(.request(.command(.undrain, selection: "all")), at: later)
        case 4:
            ask(.act(.cancel, name: name))
            queue.add(
                .request(.submit(submission(sweep, version: sweeps[sweep].wanted))), at: later)
        case 5: ask(.act(.retry, name: name))
        case 6:
            // The file is edited: it is accepted when the old content is at its end.
            guard sweeps[sweep].wanted + 1 < sweeps[sweep].versions.count else { return }
            sweeps[sweep].wanted += 1
            ask(.act(.cancel, name: name))
            queue.add(
                .request(.submit(submission(sweep, version: sweeps[sweep].wanted))), at: later)
        case 7:
            ask(
                .command(
                    .stop(atOnce: random.below(2) == 0), selection: random.pick(["last", "all"])))
        case 8:
            guard random.below(3) == 0 else { return ask(.info) }
            ask(.stop(workers: random.below(2) == 0))
        default: ask(.workers(selection: "all", trials: 100))
        }
    }

    private static func text(_ verb: OperatorRequest.Verb) -> String {
        switch verb {
        case .submit(let submission): "submit \(submission.name) (\(submission.sweep.bits))"
        case .status: "status"
        case .act(let action, let name): "\(action.rawValue) \(name)"
        case .workers: "worker info"
        case .command(let action, let selection): "\(action) of workers '\(selection)'"
        case .info: "coordinator info"
        case .invite, .revoke, .keys, .refusals: "a request about keys"
        case .stop(let workers): "coordinator stop" + (workers ? " --workers" : "")
        }
    }
}
