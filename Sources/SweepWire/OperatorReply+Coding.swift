import SweepCore

extension Windrow_V1_Reply {
    init(_ reply: OperatorReply) {
        self.init()
        number = reply.number
        switch reply.body {
        case .failure(let reason, let exitCode):
            failure = .with {
                $0.reason = reason
                $0.exitCode = Int32(clamping: exitCode)
            }
        case .sweeps(let list):
            sweeps = .with { $0.sweeps = list.map(Windrow_V1_SweepState.init) }
        case .workers(let list):
            workers = .with { $0.workers = list.map(Windrow_V1_WorkerState.init) }
        case .info(let known):
            info = .with {
                $0.version = known.version
                $0.host = known.host
                $0.pid = UInt32(clamping: known.pid)
                $0.uptime = known.uptime
                $0.storeRoot = known.storeRoot
                $0.endpoints = known.endpoints
                $0.workers = UInt32(clamping: known.workers)
                $0.slots = UInt32(clamping: known.slots)
                $0.sweeps = UInt32(clamping: known.sweeps)
            }
        case .invited(let made):
            invited = .with {
                $0.address = made.address
                $0.coordinatorKey = .init(made.coordinator.bytes)
            }
        case .keys(let list): keys = .with { $0.keys = list.map(Windrow_V1_KeyState.init) }
        case .refusals(let list):
            refusals = .with { $0.refusals = list.map(Windrow_V1_RefusalState.init) }
        }
    }
}

extension OperatorReply {
    /// Reads a reply.
    init(_ message: Windrow_V1_Reply) throws(WireError) {
        switch message.body {
        case .failure(let failure):
            body = .failure(reason: failure.reason, exitCode: Int(failure.exitCode))
        case .sweeps(let list):
            var sweeps: [SweepSummary] = []
            for sweep in list.sweeps { sweeps.append(try SweepSummary(sweep)) }
            body = .sweeps(sweeps)
        case .workers(let list):
            var workers: [WorkerSummary] = []
            for worker in list.workers { workers.append(try WorkerSummary(worker)) }
            body = .workers(workers)
        case .info(let info):
            guard info.uptime.isFinite else { throw .malformed("uptime \(info.uptime)") }
            body = .info(
                CoordinatorInfo(
                    version: info.version, host: info.host, pid: Int(info.pid),
                    uptime: info.uptime, storeRoot: info.storeRoot, endpoints: info.endpoints,
                    workers: Int(info.workers), slots: Int(info.slots), sweeps: Int(info.sweeps)))
        case .invited(let made):
            body = .invited(
                Invited(address: made.address, coordinator: try publicKey(made.coordinatorKey)))
        case .keys(let list):
            var keys: [KeySummary] = []
            for key in list.keys { keys.append(try KeySummary(key)) }
            body = .keys(keys)
        case .refusals(let list):
            var refusals: [RefusalSummary] = []
            for refusal in list.refusals { refusals.append(try RefusalSummary(refusal)) }
            body = .refusals(refusals)
        case nil: throw .malformed("a reply without a known body")
        }
        number = message.number
    }
}

extension Windrow_V1_SweepState {
    fileprivate init(_ sweep: SweepSummary) {
        self.init()
        name = sweep.name
        state = sweep.state.rawValue
        store = sweep.store
        trials = UInt64(clamping: sweep.trials)
        finished = UInt64(clamping: sweep.finished)
        failed = UInt64(clamping: sweep.failed)
        leased = UInt64(clamping: sweep.leased)
        retried = UInt64(clamping: sweep.retried)
        reason = sweep.reason ?? ""
        priority = Int32(clamping: sweep.priority)
        waiting = sweep.waiting ?? ""
        failures = sweep.failures.map(Windrow_V1_FailureState.init)
        metric = sweep.metric?.name ?? ""
        maximize = sweep.metric?.goal == .maximize
        requires = sweep.requires
        cpus = UInt32(clamping: sweep.cpus)
        gpus = UInt32(clamping: sweep.gpus)
    }
}

extension SweepSummary {
    fileprivate init(_ message: Windrow_V1_SweepState) throws(WireError) {
        guard let state = SweepState(rawValue: message.state) else {
            throw .malformed("a sweep in the unknown state '\(message.state)'")
        }
        self.init(name: message.name, state: state, store: message.store)
        trials = try integer(message.trials, "trials")
        finished = try integer(message.finished, "finished")
        failed = try integer(message.failed, "failed")
        leased = try integer(message.leased, "leased")
        retried = try integer(message.retried, "retried")
        // Each is a part of the grid: sums of them stay within bounds.
        guard finished <= trials, failed <= trials - finished else {
            throw .malformed("a sweep with more rows than trials")
        }
        reason = message.reason.isEmpty ? nil : message.reason
        priority = Int(message.priority)
        waiting = message.waiting.isEmpty ? nil : message.waiting
        if !message.metric.isEmpty {
            metric = MetricGoal(
                name: message.metric, goal: message.maximize ? .maximize : .minimize)
        }
        for attempt in message.failures { failures.append(try FailureSummary(attempt)) }
        requires = message.requires
        cpus = max(1, Int(message.cpus))
        gpus = Int(message.gpus)
    }
}

extension Windrow_V1_WorkerState {
    fileprivate init(_ worker: WorkerSummary) {
        self.init()
        number = UInt64(clamping: worker.number)
        host = worker.host
        pid = UInt32(clamping: worker.pid)
        slots = UInt32(clamping: worker.slots)
        running = UInt32(clamping: worker.running)
        state = worker.state.rawValue
        version = worker.version
        silence = worker.silence
        tags = worker.tags
        gpus = worker.gpus
        reason = worker.reason ?? ""
        key = worker.key ?? ""
        trials = worker.trials.map(Windrow_V1_RunningState.init)
    }
}

extension WorkerSummary {
    fileprivate init(_ message: Windrow_V1_WorkerState) throws(WireError) {
        guard let state = State(rawValue: message.state) else {
            throw .malformed("a worker in the unknown state '\(message.state)'")
        }
        guard message.silence.isFinite else { throw .malformed("silence \(message.silence)") }
        self.init(
            number: try integer(message.number, "worker"), host: message.host,
            pid: Int(message.pid), slots: Int(message.slots), running: Int(message.running),
            state: state, version: message.version, silence: message.silence)
        tags = message.tags
        gpus = message.gpus
        reason = message.reason.isEmpty ? nil : message.reason
        key = message.key.isEmpty ? nil : message.key
        for trial in message.trials { trials.append(try RunningSummary(trial)) }
    }
}
