import Glibc
import SweepWire

/// A running trial and where it runs.
struct RunningLine: Sendable, Hashable {
    /// What stays the same while it runs.
    struct Name: Sendable, Hashable {
        var sweep: String
        var index: Int
        var worker: Int
    }

    var trial: RunningSummary
    /// The worker's number.
    var worker: Int
    var host: String

    var name: Name { Name(sweep: trial.sweep, index: trial.index, worker: worker) }

    /// The trial's id, or its number where that is not known.
    var id: String { trial.id.map { "\($0)" } ?? "trial \(trial.index)" }

    /// The latest value of the metric, for ordering: none comes last.
    var value: Double { trial.progress.trial?.value.flatMap { $0.isNaN ? nil : $0 } ?? .infinity }

    /// The share of its rounds that is done; 0 where that is not known.
    var share: Double {
        guard let progress = trial.progress.trial, let rounds = progress.rounds, rounds > 0
        else { return 0 }
        return min(1, Double(progress.round) / Double(rounds))
    }

    /// Its rounds in words: `120/2000`, `120`, or nothing.
    var rounds: String {
        guard let progress = trial.progress.trial else { return "" }
        return progress.rounds.map { "\(progress.round)/\($0)" } ?? "\(progress.round)"
    }
}

/// A number with five digits that count, for tables: `0.035214`, `1.2345e-09`.
package func shortNumber(_ value: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
        let count = withVaList([value]) { vsnprintf(buffer.baseAddress, 32, "%.5g", $0) }
        return String(
            decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) },
            as: UTF8.self)
    }
}
