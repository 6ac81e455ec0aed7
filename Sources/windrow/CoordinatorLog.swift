import SweepCoordinator
import SweepCore
import SweepWire

/// A coordinator daemon's news, a line for each, for whoever reads its standard error.
struct CoordinatorLog {
    private let console: Console
    private let coordinator: CoordinatorShell

    init(_ console: Console, _ coordinator: CoordinatorShell) {
        self.console = console
        self.coordinator = coordinator
    }

    /// Tells the news until the coordinator stops.
    func tell() async {
        for await event in coordinator.events {
            switch event {
            case .joined(let worker, let slots):
                console.say("Joined", "worker \(worker) (\(counted(slots, "slot")))")
            case .left(let worker, let reason):
                console.say("Left", "worker \(worker): \(reason)", .note)
            case .lost(let worker, let reason):
                console.say(
                    "Lost", "worker \(worker) \(reason); its trials went back to the queue",
                    .warning)
            case .quarantined(let worker, let reason):
                console.say(
                    "Quarantined",
                    "worker \(worker): \(reason); it gets nothing more until windrow worker undrain",
                    .warning)
            case .refused(let worker, let reason):
                console.say("Refused", "\(worker): \(reason)", .warning)
            case .enrolled(let name, let key):
                console.say("Enrolled", "\(name) with the key \(key)")
            case .revoked(let name, let key):
                console.say("Revoked", "the key \(key) of '\(name)'", .warning)
            case .attemptFailed(let sweep, let index, let attempt, let limit, let failure):
                let name = await coordinator.trialName(sweep, index)
                console.say(
                    "Retrying",
                    "\(name), attempt \(attempt) of \(limit) failed: \(firstLine(failure.reason))",
                    .warning)
            case .trialFailed(let sweep, let index, let attempts, let failure):
                let name = await coordinator.trialName(sweep, index)
                console.say(
                    "Failed",
                    "\(name) after \(counted(attempts, "attempt")): "
                        + firstLine(failure.reason), .bad)
            case .sweep(let name, let state, let reason):
                console.say(
                    "Sweep", "\(name): \(state.rawValue)" + (reason.map { ": \($0)" } ?? ""),
                    reason == nil ? .good : .warning)
            case .waiting(let sweep, let reason):
                let name = await coordinator.sweepName(sweep)
                console.say("Waiting", "\(name): \(reason)", .warning)
            case .stalled(let name, let reason):
                console.say(
                    reason == nil ? "Goes on" : "Waiting",
                    "\(name)\(reason.map { ": \($0)" } ?? "")",
                    reason == nil ? .good : .warning)
            case .stopped(let reason):
                console.say("Stopping", reason, .warning)
            }
        }
    }

    private func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }
}
