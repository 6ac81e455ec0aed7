import SweepCoordinator
import SweepView
import ZeroMQ

/// Turns snapshots of a sweep into one line: a bar, counts, rate, time to go.
struct Progress {
    private let startedAt: Double
    private let finishedBefore: Int
    /// Smoothed trials per second.
    private var rate: Double?
    private var last: (time: Double, done: Int)

    init(finishedBefore: Int, now: Double) {
        startedAt = now
        self.finishedBefore = finishedBefore
        last = (now, finishedBefore)
    }

    /// The line for a snapshot.
    mutating func line(_ status: SweepStatus, now: Double, hasBar: Bool) -> String {
        let done = status.finished + status.failed
        if now - last.time >= 0.5 {
            let current = Double(done - last.done) / (now - last.time)
            rate = rate.map { 0.8 * $0 + 0.2 * current } ?? current
            last = (now, done)
        }
        var parts = ["\(done)/\(status.count)"]
        if hasBar { parts[0] = bar(done, of: status.count) + " " + parts[0] }
        let running = min(status.leased, status.slots)
        if status.workers == 0 {
            parts.append("waiting for a worker to join")
        } else {
            parts.append("\(running) running")
        }
        if status.retried > 0 { parts.append("\(status.retried) retried") }
        if status.failed > 0 { parts.append("\(status.failed) failed") }
        let elapsed = now - startedAt
        let overall = elapsed > 0 ? Double(done - finishedBefore) / elapsed : 0
        if overall > 0 {
            parts.append(rateText(rate ?? overall))
            if status.isDraining {
                parts.append("finishing what runs")
            } else {
                parts.append("ETA " + words(forSeconds: Double(status.remaining) / overall))
            }
        }
        return parts.joined(separator: "  ")
    }

    /// Twenty cells, each in eight steps.
    private func bar(_ done: Int, of count: Int) -> String {
        let width = 20
        let eighths = count > 0 ? Int(Double(done) / Double(count) * Double(8 * width)) : 0
        let steps: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        var text = String(repeating: "█", count: eighths / 8)
        if eighths / 8 < width {
            text.append(steps[eighths % 8])
            text += String(repeating: " ", count: width - eighths / 8 - 1)
        }
        return "▕" + text + "▏"
    }
}
