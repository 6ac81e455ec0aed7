import SweepWire

/// What happened in a life, for a person to read.
package struct LifeTrace {
    package let isOn: Bool
    package private(set) var lines: [String] = []

    init(isOn: Bool) { self.isOn = isOn }

    mutating func add(_ now: Double, _ text: @autoclosure () -> String) {
        guard isOn else { return }
        lines.append("\(now.brief) s: \(text())")
    }

    mutating func add(_ now: Double, coordinatorHears message: WorkerMessage, from worker: Int) {
        guard isOn else { return }
        switch message {
        case .heartbeat(let heartbeat):
            let held = heartbeat.held.map { "\($0.number)" }.joined(separator: " ")
            add(
                now,
                "coordinator hears worker \(worker): heartbeat, last report "
                    + "\(heartbeat.lastReport), oldest kept \(heartbeat.unacknowledged), "
                    + "leases [\(held)]")
        case .registration(let registration):
            let held = registration.held.map { "\($0.id.number) \($0.range)" }
            add(
                now,
                "coordinator hears worker \(worker): registration, next report "
                    + "\(registration.nextReport), newest \(registration.lastReport), "
                    + "leases \(held)")
        case .report(let report):
            add(
                now,
                "coordinator hears worker \(worker): report \(report.number) \(Self.text(report))")
        case .farewell(let reason):
            add(now, "coordinator hears worker \(worker): farewell, \(reason)")
        case .request, .output, .enrolment: break
        }
    }

    mutating func add(_ now: Double, worker: Int, hears message: CoordinatorMessage) {
        guard isOn else { return }
        switch message {
        case .heartbeat: break
        case .lease(let lease):
            add(now, "worker \(worker) hears: lease \(lease.id.number) of \(lease.range)")
        case .acknowledgement(let through):
            add(now, "worker \(worker) hears: acknowledged through \(through)")
        case .recall(let leases, let abandon):
            add(
                now,
                "worker \(worker) hears: recall of \(leases.map(\.number))"
                    + (abandon ? ", abandoned" : ""))
        case .introduce: add(now, "worker \(worker) hears: introduce yourself")
        case .welcome: add(now, "worker \(worker) hears: welcome")
        case .definition(let definition):
            add(now, "worker \(worker) hears: sweep \(definition.sweep.bits)")
        case .farewell(let reason): add(now, "worker \(worker) hears: farewell, \(reason)")
        case .refusal(let reason): add(now, "worker \(worker) hears: refusal, \(reason)")
        default: add(now, "worker \(worker) hears: \(message)")
        }
    }

    private static func text(_ report: Report) -> String {
        report.leases.map { lease in
            let outcomes = lease.outcomes.map { outcome in
                if case .success = outcome.result {
                    "\(outcome.index)"
                } else {
                    "\(outcome.index) failed"
                }
            }
            return "lease \(lease.lease.number): [\(outcomes.joined(separator: ", "))]"
                + (lease.isEnded ? ", ended" : "")
                + (lease.truncatedAt.map { ", cut at \($0)" } ?? "")
        }.joined(separator: "; ")
    }
}
