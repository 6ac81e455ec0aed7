import SweepView
import SweepWire

/// A snapshot in Prometheus' text format, version 0.0.4.
///
/// Everything is a gauge but what only rises during a coordinator's life: counts of trials go down
/// when failed ones are tried again, or a sweep is edited.
package struct MetricsText {
    private enum Kind: String {
        case gauge, counter
    }

    package private(set) var text = ""

    /// - Parameters:
    ///   - snapshot: the last one that there was; nil: none yet.
    ///   - problem: why there is no newer snapshot; nil: there is.
    package init(_ snapshot: ClusterSnapshot?, problem: String?) {
        add(
            "windrow_coordinator_up", .gauge,
            "Whether the coordinator has answered the last question.",
            [([], problem == nil && snapshot != nil ? 1 : 0)])
        guard let snapshot, problem == nil else { return }
        addCoordinator(snapshot.info)
        addWorkers(snapshot.workers)
        addSweeps(snapshot.sweeps)
    }

    private mutating func addCoordinator(_ info: CoordinatorInfo) {
        add(
            "windrow_coordinator_info", .gauge, "The coordinator's version and host; always 1.",
            [([("version", info.version), ("host", info.host)], 1)])
        add(
            "windrow_coordinator_uptime_seconds", .gauge, "Seconds since the coordinator began.",
            [([], info.uptime)])
    }

    private mutating func addWorkers(_ workers: [WorkerSummary]) {
        add(
            "windrow_workers", .gauge, "Workers that have joined, by state.",
            WorkerSummary.State.allCases.map { state in
                ([("state", state.rawValue)], Double(workers.count { $0.state == state }))
            })
        func each(_ value: (WorkerSummary) -> Double) -> [Sample] {
            workers.map { ([("worker", "\($0.number)"), ("host", $0.host)], value($0)) }
        }
        add(
            "windrow_worker_slots", .gauge, "Slots of a worker.", each { Double($0.slots) })
        add(
            "windrow_worker_busy_slots", .gauge, "Slots of a worker that have something to do.",
            each { Double($0.running) })
        add(
            "windrow_worker_silence_seconds", .gauge, "Seconds since a worker was heard.",
            each(\.silence))
    }

    private mutating func addSweeps(_ sweeps: [SweepSummary]) {
        func each(_ value: (SweepSummary) -> Double) -> [Sample] {
            sweeps.map { ([("sweep", $0.name)], value($0)) }
        }
        add(
            "windrow_sweep_trials", .gauge, "Trials of a sweep's grid.",
            each { Double($0.trials) })
        add(
            "windrow_sweep_finished_trials", .gauge, "Trials of a sweep that have a result.",
            each { Double($0.finished) })
        add(
            "windrow_sweep_failed_trials", .gauge, "Trials of a sweep that were given up.",
            each { Double($0.failed) })
        add(
            "windrow_sweep_leased_trials", .gauge, "Trials of a sweep that workers hold.",
            each { Double($0.leased) })
        add(
            "windrow_sweep_retried_attempts_total", .counter,
            "Attempts of a sweep that failed and were queued again.", each { Double($0.retried) })
        add(
            "windrow_sweep_state", .gauge, "1 for the state that a sweep is in.",
            sweeps.flatMap { sweep in
                SweepState.allCases.map { state in
                    (
                        [("sweep", sweep.name), ("state", state.rawValue)],
                        sweep.state == state ? 1 : 0
                    )
                }
            })
    }

    private typealias Sample = (labels: [(String, String)], value: Double)

    private mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in samples {
            let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += name + (list.isEmpty ? "" : "{\(list)}") + " \(Self.number(value))\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
