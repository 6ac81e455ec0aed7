import SweepCoordinator
import SweepCore
import SweepWire
import ZeroMQ

/// Tells a person what happens: a line that is drawn over on a terminal, a line every half minute
/// elsewhere, and the coordinator's news.
struct Narrator {
    let console: Console
    let coordinator: CoordinatorShell
    let sweep: SweepDigest
    let grid: Grid
    let finishedBefore: Int

    /// Failures of a kind that are told one by one.
    private static let longest = 10

    /// Draws until cancelled.
    func draw() async {
        var progress = Progress(finishedBefore: finishedBefore, now: EventLoop.now())
        let interval = console.isAnimated ? 0.1 : 30.0
        while !Task.isCancelled {
            if console.isAnimated { await show(&progress) }
            try? await Task.sleep(for: .seconds(interval))
            if !console.isAnimated, !Task.isCancelled { await show(&progress) }
        }
        console.erase()
    }

    private func show(_ progress: inout Progress) async {
        guard let status = await coordinator.status(of: sweep) else { return }
        let line = progress.line(status, now: EventLoop.now(), hasBar: console.hasRoomForBar)
        if console.isAnimated {
            console.draw("Running", line)
        } else {
            console.say("Running", line, .note)
        }
    }

    /// Tells the news until the coordinator stops.
    func tell() async {
        var hasWorker = false
        var told: [String: Int] = [:]
        /// Says the first few of a kind: thousands of lines help nobody.
        func tell(_ verb: String, _ text: String, _ tone: Console.Tone) {
            told[verb, default: 0] += 1
            guard let count = told[verb], count <= Self.longest else { return }
            say(verb, text, tone)
            if count == Self.longest {
                console.say("", "further ones are not shown, only counted", tone)
            }
        }
        for await event in coordinator.events {
            switch event {
            case .joined(let worker, let slots):
                // The first one is the run's own.
                if hasWorker {
                    say("Joined", "worker \(worker) (\(counted(slots, "slot")))", .good)
                }
                hasWorker = true
            case .left(let worker, let reason):
                say("Left", "worker \(worker): \(reason)", .warning)
            case .lost(let worker, let reason):
                say(
                    "Lost", "worker \(worker) \(reason); its trials went back to the queue",
                    .warning)
            case .quarantined(let worker, let reason):
                say("Quarantined", "worker \(worker): \(reason); it gets nothing more", .warning)
            case .enrolled, .revoked: break
            case .refused(let worker, let reason):
                say("Refused", "\(worker): \(reason)", .warning)
            case .attemptFailed(_, let index, let attempt, let limit, let failure):
                tell(
                    "Retrying",
                    "\(name(index)), attempt \(attempt) of \(limit) failed: "
                        + firstLine(failure.reason), .warning)
            case .trialFailed(_, let index, let attempts, let failure):
                let times = attempts == 1 ? "" : " after \(counted(attempts, "attempt"))"
                tell("Failed", "\(name(index))\(times): \(failure.reason)", .bad)
            case .sweep:
                break
            case .waiting(_, let reason):
                say(
                    "Waiting", reason + "; it goes on when such a worker joins",
                    .warning)
            case .stalled(_, let reason):
                say(
                    reason == nil ? "Goes on" : "Waiting", reason ?? "the disk takes rows again",
                    reason == nil ? .good : .warning)
            case .stopped(let reason):
                say("Stopping", reason, .warning)
            }
        }
    }

    private func say(_ verb: String, _ text: String, _ tone: Console.Tone) {
        console.erase()
        console.say(verb, text, tone)
    }

    private func name(_ index: Int) -> String {
        guard index < grid.count else { return "trial \(index)" }
        return "\(grid.id(of: grid.trial(at: index)))"
    }

    private func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }
}
