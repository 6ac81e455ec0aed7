import SweepCore
import SweepWire

/// What operators ask for, and what becomes of it.
extension CoordinatorInstance {
    mutating func take(
        _ request: OperatorRequest, from id: PeerID, now: Double
    ) -> [CoordinatorDirective] {
        let asker = Asker(peer: id, number: request.number)
        guard service != nil else {
            return [
                refuse(
                    asker, "this coordinator belongs to a `windrow run`, and takes no requests", 64)
            ]
        }
        if isStopping {
            switch request.verb {
            case .info, .status, .workers, .stop, .keys, .refusals: break
            default: return [refuse(asker, "the coordinator is about to leave", 75)]
            }
        }
        switch request.verb {
        case .submit(let submission): return submit(submission, asker)
        case .status(let name, let failures):
            return [statusReply(name, asker, failures: failures)]
        case .act(let action, let name): return act(action, name, asker, now: now)
        case .workers(let selection, let trials):
            return withWorkers(
                selection, asker, trials: min(trials, Self.mostTrialsTold)
            ) { _, _ in [] }
        case .command(let action, let selection):
            return command(action, selection, asker, now: now)
        case .info: return [infoReply(asker, now: now)]
        case .stop(let workers): return stop(workers: workers, asker, now: now)
        case .invite, .revoke, .keys, .refusals:
            // With keys, the shell's front desk answers these.
            return [
                refuse(
                    asker,
                    "this coordinator has no keys: it listens on this machine only; to let others "
                        + "join, run windrow cluster init, and start it with --bind tcp://…", 64)
            ]
        }
    }

    func refuse(_ asker: Asker, _ reason: String, _ exitCode: Int) -> CoordinatorDirective {
        reply(.failure(reason: reason, exitCode: exitCode), asker)
    }

    func reply(_ body: OperatorReply.Body, _ asker: Asker) -> CoordinatorDirective {
        .send(.reply(OperatorReply(number: asker.number, body: body)), to: asker.peer)
    }

    // MARK: Looking

    /// Where a sweep stands.
    ///
    /// - Parameter failures: how many of its latest failures are told.
    func summary(_ name: String, failures: Int = 0) -> SweepSummary? {
        guard let entry = served[name], let service else { return nil }
        var summary = SweepSummary(
            name: name, state: entry.state, store: service.storeRoot + "/" + name)
        if let progress = sweeps[entry.submission.sweep] {
            summary.trials = progress.count
            summary.finished = progress.finished.count
            summary.failed = progress.failed.count
            summary.leased = progress.leasedCount
            summary.retried = progress.retriedCount
            summary.waiting = obstacle(of: entry.submission.sweep)
            summary.metric = progress.book?.metric
            summary.requires = progress.placement.requires
            summary.cpus = progress.placement.resources.cpus
            summary.gpus = progress.placement.resources.gpus
        } else {
            summary.trials = entry.counts.trials
            summary.finished = entry.counts.finished
            summary.failed = entry.counts.failed
        }
        summary.reason = entry.reason
        summary.priority = entry.submission.priority
        summary.failures = latestFailures(of: entry.submission.sweep, atMost: failures)
        return summary
    }

    /// Names of all sweeps, in the order in which they came.
    private var servedNames: [String] {
        served.sorted { $0.value.order < $1.value.order }.map(\.key)
    }

    func statusReply(
        _ name: String?, _ asker: Asker, failures: Int = 0
    ) -> CoordinatorDirective {
        guard let name else {
            let all = servedNames.compactMap { summary($0, failures: failures) }
            return reply(.sweeps(all), asker)
        }
        guard let summary = summary(name, failures: failures) else { return unknown(name, asker) }
        return reply(.sweeps([summary]), asker)
    }

    private func unknown(_ name: String, _ asker: Asker) -> CoordinatorDirective {
        let names = servedNames
        let known = names.isEmpty ? "it has none" : "it has: " + names.joined(separator: ", ")
        return refuse(asker, "the coordinator has no sweep '\(name)'; \(known)", 64)
    }

    private func infoReply(_ asker: Asker, now: Double) -> CoordinatorDirective {
        guard let service else { return refuse(asker, "no service", 1) }
        return reply(
            .info(
                CoordinatorInfo(
                    version: settings.version, host: service.host, pid: service.pid,
                    uptime: max(0, now - service.startedAt), storeRoot: service.storeRoot,
                    endpoints: service.endpoints, workers: workerCount, slots: slotCount,
                    sweeps: served.values.count { !$0.state.isFinal })), asker)
    }

    // MARK: Submitting

    private mutating func submit(
        _ submission: Submission, _ asker: Asker
    ) -> [CoordinatorDirective] {
        let name = submission.name
        guard let entry = served[name] else {
            let order = nextOrder
            nextOrder += 1
            served[name] = ServedSweep(
                submission: submission, order: order, state: .opening, asking: [asker])
            return [open(name, retriesFailed: false)]
        }
        let isSame = entry.submission.sweep == submission.sweep
        switch entry.state {
        case .running where isSame, .paused where isSame:
            guard
                entry.submission.priority != submission.priority
                    || entry.submission.speculates != submission.speculates
            else { return [statusReply(name, asker)] }
            served[name]?.submission.priority = submission.priority
            served[name]?.submission.speculates = submission.speculates
            sweeps[submission.sweep]?.placement.priority = submission.priority
            sweeps[submission.sweep]?.speculates = submission.speculates
            return [record(name, asker)]
        case .opening where isSame:
            served[name]?.asking.append(asker)
            return []
        case .running, .paused, .opening:
            return [
                refuse(
                    asker,
                    "a sweep '\(name)' with other content is \(entry.state.rawValue); wait for it "
                        + "(windrow wait \(name)), end it (windrow cancel \(name)), or give this "
                        + "one another name", 65)
            ]
        case .cancelled, .stopped, .finished, .failed:
            return reopen(
                name, submission, retriesFailed: false, wanted: .running, asker)
        }
    }

    private mutating func reopen(
        _ name: String, _ submission: Submission, retriesFailed: Bool, wanted: SweepState,
        _ asker: Asker
    ) -> [CoordinatorDirective] {
        guard served[name]?.closing == nil,
            served[name].map({ sweeps[$0.submission.sweep] == nil }) == true
        else {
            return [refuse(asker, "the store of '\(name)' is being closed; try again soon", 75)]
        }
        if let old = served[name]?.submission.sweep, old != submission.sweep {
            failures[old] = nil
        }
        served[name]?.submission = submission
        served[name]?.state = .opening
        served[name]?.wanted = wanted
        served[name]?.reason = nil
        served[name]?.asking = [asker]
        return [open(name, retriesFailed: retriesFailed)]
    }

    private func open(_ name: String, retriesFailed: Bool) -> CoordinatorDirective {
        guard let entry = served[name] else { return .announce(.stopped(reason: "lost \(name)")) }
        return .open(
            StoreOpening(
                record: ServiceRecord(
                    submission: entry.submission, order: entry.order, state: entry.wanted),
                retriesFailed: retriesFailed, isResumed: false))
    }

    /// Takes over what an earlier life of the coordinator was told to serve.
    package mutating func resume(_ records: [ServiceRecord]) -> [CoordinatorDirective] {
        var directives: [CoordinatorDirective] = []
        for record in records.sorted(by: { $0.order < $1.order }) {
            var entry = ServedSweep(
                submission: record.submission, order: nextOrder, state: record.state,
                reason: record.reason, counts: record.counts)
            nextOrder += 1
            var opening = record
            opening.order = entry.order
            if !record.state.isFinal || record.state == .failed {
                entry.wanted = record.state == .paused ? .paused : .running
                opening.state = entry.wanted
                entry.state = .opening
                entry.reason = nil
                directives.append(
                    .open(StoreOpening(record: opening, retriesFailed: false, isResumed: true)))
            }
            served[record.submission.name] = entry
        }
        return directives
    }

    /// Whether every store that an earlier life had open is open again, or cannot be.
    package var isOpening: Bool { served.values.contains { $0.state == .opening } }

    /// A store is open.
    package mutating func opened(
        _ name: String, _ progress: SweepProgress, now: Double
    ) -> [CoordinatorDirective] {
        guard let entry = served[name], entry.state == .opening else { return [] }
        var progress = progress
        progress.isPaused = entry.wanted == .paused
        served[name]?.state = entry.wanted
        served[name]?.submission.sweep = progress.definition.sweep
        served[name]?.asking = []
        var directives = add(progress, now: now)
        directives.append(.announce(.sweep(name: name, state: entry.wanted, reason: nil)))
        for asker in entry.asking { directives.append(statusReply(name, asker)) }
        return directives + concludeSweeps()
    }

    /// A store cannot be opened.
    ///
    /// - Parameters:
    ///   - name: the sweep's.
    ///   - reason: what whoever asked is told.
    ///   - exitCode: with which the operator then ends.
    ///   - isUsable: whether the sweep itself can be read; if not it is forgotten, unless it has
    ///     been served before.
    package mutating func openingFailed(
        _ name: String, reason: String, exitCode: Int, isUsable: Bool
    ) -> [CoordinatorDirective] {
        guard let entry = served[name], entry.state == .opening else { return [] }
        if isUsable || entry.counts.trials > 0 || entry.asking.isEmpty {
            served[name]?.state = .failed
            served[name]?.reason = reason
            served[name]?.asking = []
        } else {
            served[name] = nil
        }
        return [.announce(.sweep(name: name, state: .failed, reason: reason))]
            + entry.asking.map { refuse($0, reason, exitCode) }
    }

    // MARK: Acting

    private mutating func act(
        _ action: SweepAction, _ name: String, _ asker: Asker, now: Double
    ) -> [CoordinatorDirective] {
        guard let entry = served[name] else { return [unknown(name, asker)] }
        let digest = entry.submission.sweep
        if entry.closing != nil || entry.state == .opening {
            return [
                refuse(
                    asker, "the store of '\(name)' is being opened or closed; try again soon", 75)
            ]
        }
        switch (action, entry.state) {
        case (.pause, .running):
            sweeps[digest]?.isPaused = true
            return change(name, to: .paused, asker) + recallLeases(of: digest)
        case (.resume, .paused):
            sweeps[digest]?.isPaused = false
            return change(name, to: .running, asker) + handOut(now: now)
        case (.resume, .stopped), (.resume, .failed):
            return reopen(
                name, entry.submission, retriesFailed: false, wanted: .running, asker)
        case (.cancel, .running), (.cancel, .paused):
            sweeps[digest]?.drain(reason: nil)
            return change(name, to: .cancelled, asker)
                + recallLeases(of: digest, abandon: true) + concludeSweeps()
        case (.cancel, .stopped), (.cancel, .failed):
            return change(name, to: .cancelled, asker)
        case (.retry, .running), (.retry, .paused):
            guard let failed = sweeps[digest]?.failed, !failed.isEmpty else { break }
            lastTicket += 1
            unstored.append(
                UnstoredBatch(ticket: lastTicket, sweep: digest, rows: 0, retries: failed))
            unstoredCounts[digest, default: 0] += 1
            retryAskers[lastTicket] = asker
            return [.forgetFailures(sweep: digest, ticket: lastTicket)]
        case (.retry, .stopped), (.retry, .finished), (.retry, .failed):
            guard entry.counts.failed > 0 || entry.state != .finished else { break }
            return reopen(
                name, entry.submission, retriesFailed: true, wanted: .running, asker)
        case (.pause, .paused), (.resume, .running), (.cancel, .cancelled): break
        case (_, .cancelled), (_, .finished), (_, .stopped), (_, .failed):
            return [
                refuse(
                    asker,
                    "the sweep '\(name)' is \(entry.state.rawValue): it cannot be "
                        + "\(Self.participle(action)); to go on with it, submit it again", 64)
            ]
        case (_, .opening): break
        }
        return [statusReply(name, asker)]
    }

    private static func participle(_ action: SweepAction) -> String {
        switch action {
        case .pause: "paused"
        case .resume: "resumed"
        case .cancel: "cancelled"
        case .retry: "retried"
        }
    }

    /// Notes a new state durably, and then answers.
    private mutating func change(
        _ name: String, to state: SweepState, _ asker: Asker
    ) -> [CoordinatorDirective] {
        served[name]?.state = state
        return [.announce(.sweep(name: name, state: state, reason: nil)), record(name, asker)]
    }

    func record(_ name: String, _ asker: Asker?) -> CoordinatorDirective {
        guard let entry = served[name] else { return .announce(.stopped(reason: "lost \(name)")) }
        var record = ServiceRecord(
            submission: entry.submission, order: entry.order, state: entry.closing ?? entry.state)
        record.reason = entry.reason
        if let summary = summary(name) {
            record.counts = .init(
                trials: summary.trials, finished: summary.finished, failed: summary.failed)
        }
        return .record(record, asker)
    }

    /// A service record is durable, or could not be written.
    package func recorded(
        _ record: ServiceRecord, _ asker: Asker?, failure: (reason: String, exitCode: Int)?
    ) -> [CoordinatorDirective] {
        guard let asker else { return [] }
        if let failure {
            return [
                refuse(
                    asker,
                    "done, but a restart of the coordinator will not know of it: "
                        + failure.reason, failure.exitCode)
            ]
        }
        return [statusReply(record.submission.name, asker)]
    }

    // MARK: Ends

    /// Closes the stores of sweeps of which nothing is left to do.
    mutating func concludeSweeps() -> [CoordinatorDirective] {
        guard service != nil else { return [] }
        var directives: [CoordinatorDirective] = []
        for digest in sweepOrder where isAtRest(digest) {
            guard let progress = sweeps[digest],
                let name = served.first(where: { $0.value.submission.sweep == digest })?.key,
                let entry = served[name], entry.closing == nil
            else { continue }
            let end: SweepState =
                progress.remaining == 0
                ? .finished : entry.state == .cancelled ? .cancelled : .stopped
            served[name]?.closing = end
            served[name]?.reason = end == .stopped ? progress.stopReason : nil
            served[name]?.counts = .init(
                trials: progress.count, finished: progress.finished.count,
                failed: progress.failed.count)
            directives += [record(name, nil), .close(digest)]
        }
        return directives
    }

    /// A sweep's store has closed: other programs may write to it.
    package mutating func closed(_ digest: SweepDigest) -> [CoordinatorDirective] {
        guard let name = served.first(where: { $0.value.submission.sweep == digest })?.key,
            let entry = served[name], let end = entry.closing
        else { return [] }
        served[name]?.closing = nil
        served[name]?.state = end
        forget(digest)
        return [.announce(.sweep(name: name, state: end, reason: entry.reason))]
    }

    /// A sweep's store cannot be written any more: what is on the way to it is given up, and its
    /// trials wait for the sweep to be resumed.
    package mutating func storeFailed(
        _ digest: SweepDigest, reason: String, now: Double
    ) -> [CoordinatorDirective] {
        guard service != nil,
            let name = served.first(where: { $0.value.submission.sweep == digest })?.key
        else { return drain(digest, reason: reason) }
        var directives = recallLeases(of: digest, abandon: true)
        for (id, lease) in leases where lease.sweep == digest { close(id) }
        if let progress = sweeps[digest] {
            served[name]?.counts = .init(
                trials: progress.count, finished: progress.finished.count,
                failed: progress.failed.count)
        }
        served[name]?.closing = nil
        served[name]?.state = .failed
        served[name]?.reason = reason
        directives += [
            .announce(.sweep(name: name, state: .failed, reason: reason)), record(name, nil),
        ]
        forget(digest)
        let lost = unstored.filter { $0.sweep == digest && !$0.isStored }.map(\.ticket)
        return directives + stored(lost, now: now)
    }

    private mutating func forget(_ digest: SweepDigest) {
        sweeps[digest] = nil
        sweepOrder.removeAll { $0 == digest }
        unstoredCounts[digest] = nil
    }
}
