import SweepView
import SweepWire

/// What the page shows of coordinator, workers and running trials: snapshots go in, events come out.
package struct DashboardState: Sendable {
    /// What stays the same while a trial runs.
    struct RunningName: Hashable, Sendable {
        var sweep: String
        var index: Int
        var attempt: Int
    }

    package private(set) var snapshot: ClusterSnapshot?
    private var rates: [String: RateEstimate] = [:]
    private var curves: [RunningName: RunningCurve] = [:]
    /// Why there is no newer snapshot; nil: there is.
    package private(set) var problem: String?
    /// Rises with everything that changes.
    package private(set) var version = 0

    /// Running trials that the page lists.
    private static let mostListed = 200

    package init() {}

    /// The coordinator has answered.
    ///
    /// - Parameters:
    ///   - snapshot: what it has answered.
    ///   - now: seconds on a clock that never goes back.
    package mutating func take(_ snapshot: ClusterSnapshot, now: Double) {
        self.snapshot = snapshot
        problem = nil
        version += 1
        let names = Set(snapshot.sweeps.map(\.name))
        rates = rates.filter { names.contains($0.key) }
        for sweep in snapshot.sweeps {
            guard sweep.state == .running else {
                rates[sweep.name] = nil
                continue
            }
            rates[sweep.name, default: RateEstimate()].add(
                done: sweep.finished + sweep.failed, now: now)
        }
        var running: Set<RunningName> = []
        for trial in snapshot.workers.lazy.flatMap(\.trials) {
            let name = RunningName(
                sweep: trial.sweep, index: trial.index, attempt: trial.attempt)
            running.insert(name)
            if let progress = trial.progress.trial, let value = progress.value {
                curves[name, default: RunningCurve()].add(round: progress.round, value: value)
            }
        }
        curves = curves.filter { running.contains($0.key) }
    }

    /// The coordinator has not answered.
    package mutating func miss(_ problem: String) {
        self.problem = problem
        version += 1
    }

    /// The store of a sweep; nil for a name that the coordinator does not know.
    package func store(of sweep: String) -> String? {
        snapshot?.sweeps.first { $0.name == sweep }?.store
    }

    /// The names of all sweeps.
    package var sweeps: [String] { snapshot?.sweeps.map(\.name) ?? [] }

    // MARK: JSON

    /// All of it but finished trials, as JSON.
    package var clusterEvent: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.text("problem", problem)
            guard let snapshot else { return }
            json.object("coordinator") { json in
                json.text("version", snapshot.info.version)
                json.text("host", snapshot.info.host)
                json.number("uptime", snapshot.info.uptime)
                json.integer("slots", snapshot.info.slots)
            }
            json.array("sweeps") { json in
                for sweep in snapshot.sweeps { write(sweep, &json) }
            }
            json.array("workers") { json in
                for worker in snapshot.workers { write(worker, &json) }
            }
            let trials = snapshot.workers.flatMap { worker in worker.trials.map { (worker, $0) } }
            json.integer("running_count", trials.count)
            json.array("running") { json in
                for (worker, trial) in trials.prefix(Self.mostListed) {
                    write(trial, on: worker, &json)
                }
            }
        }
        return json.bytes
    }

    private func write(_ sweep: SweepSummary, _ json: inout JSONWriter) {
        let rate = rates[sweep.name]
        let left = sweep.state == .running ? rate?.secondsLeft(sweep.remaining) : nil
        json.object { json in
            json.text("name", sweep.name)
            json.text("state", sweep.state.rawValue)
            json.text("store", sweep.store)
            json.integer("trials", sweep.trials)
            json.integer("finished", sweep.finished)
            json.integer("failed", sweep.failed)
            json.integer("leased", sweep.leased)
            json.integer("retried", sweep.retried)
            json.integer("priority", sweep.priority)
            json.text("reason", sweep.reason)
            json.text("waiting", sweep.waiting)
            json.text("metric", sweep.metric?.name)
            json.text("goal", sweep.metric?.goal.rawValue)
            json.number("rate", rate?.rate)
            json.number("left", left?.best)
            json.text("left_interval", left == nil ? nil : rate?.interval(sweep.remaining))
            json.array("failures") { json in
                for attempt in sweep.failures { write(attempt, &json) }
            }
        }
    }

    private func write(_ attempt: FailureSummary, _ json: inout JSONWriter) {
        json.object { json in
            json.text("id", attempt.id.map { "\($0)" })
            json.integer("index", attempt.index)
            json.text("label", attempt.label)
            json.integer("attempt", attempt.attempt)
            json.flag("final", attempt.isFinal)
            json.text("host", attempt.host)
            json.number("ended_at", attempt.endedAt)
            json.text("reason", attempt.failure.reason)
        }
    }

    private func write(_ worker: WorkerSummary, _ json: inout JSONWriter) {
        json.object { json in
            json.integer("number", worker.number)
            json.text("host", worker.host)
            json.integer("pid", worker.pid)
            json.integer("slots", worker.slots)
            json.integer("busy", worker.running)
            json.text("state", worker.state.rawValue)
            json.number("silence", worker.silence)
            json.array("tags") { json in
                for tag in worker.tags + worker.gpus.map({ "gpu:" + $0 }) { json.text(nil, tag) }
            }
            json.text("reason", worker.reason)
        }
    }

    private func write(
        _ trial: RunningSummary, on worker: WorkerSummary, _ json: inout JSONWriter
    ) {
        json.object { json in
            json.text("sweep", trial.sweep)
            json.integer("index", trial.index)
            json.text("id", trial.id.map { "\($0)" })
            json.text("label", trial.label)
            json.integer("worker", worker.number)
            json.text("host", worker.host)
            json.integer("attempt", trial.attempt)
            json.number("seconds", trial.progress.seconds)
            json.integer("round", trial.progress.trial?.round)
            json.integer("rounds", trial.progress.trial?.rounds)
            json.number("value", trial.progress.trial?.value)
        }
    }

    /// The curve of a running trial so far, by its id; nil when it does not run, or tells nothing.
    package func curve(of trial: String, in sweep: String) -> [[Double]]? {
        let running = snapshot?.workers.lazy.flatMap(\.trials).first {
            $0.sweep == sweep && $0.id.map { "\($0)" } == trial
        }
        guard let running,
            let curve = curves[
                RunningName(sweep: sweep, index: running.index, attempt: running.attempt)]
        else { return nil }
        return curve.points.map { [Double($0.round), $0.value] }
    }
}
