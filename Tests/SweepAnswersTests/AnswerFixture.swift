import Experiments
import Foundation
import SweepCore
import Testing

@testable import SweepAnswers
@testable import SweepStore

/// A store whose outcomes a test chooses, in a folder of its own that goes away with it.
final class AnswerFixture {
    let folder: String
    let sweep: Sweep
    let grid: Grid

    /// Writes a store of a sweep of `distributed-sgd`.
    ///
    /// - Parameters:
    ///   - isReversed: whether the last trial finished first.
    ///   - outcome: a trial's loss, or nil when it diverges.
    init(
        _ text: String, skipping: Set<Int> = [], failing: Set<Int> = [], isReversed: Bool = false,
        trace: (Trial) -> Trace = { _ in Trace(columns: []) }, outcome: (Trial) -> Double?
    ) throws {
        folder = NSTemporaryDirectory() + "windrow-answers-\(UUID().uuidString)"
        sweep = try Self.sweep(text)
        grid = try Grid(sweep)
        let store = try Store.open(
            folder, sweep: sweep, grid: grid, metrics: ["loss", "bits_up"],
            source: Array(text.utf8),
            environment: ManifestEnvironment(
                version: "0.1.0", commit: "", cpuModel: "", cpuLevel: "", host: "node1",
                inputs: [:], now: 1_769_904_000))
        for place in 0..<grid.count {
            let index = isReversed ? grid.count - 1 - place : place
            guard !skipping.contains(index) else { continue }
            let trial = grid.trial(at: index)
            if failing.contains(index) {
                try store.append(
                    FailureRow(
                        id: grid.id(of: trial), index: index, attempt: 3, host: "node1",
                        worker: "1", startedAt: 1_769_904_000, duration: 1, exitCode: 7,
                        reason: "it broke"))
                continue
            }
            let loss = outcome(trial)
            try store.append(
                ResultRow(
                    index: index, trial: trial, id: grid.id(of: trial),
                    outcome: TrialOutcome(
                        status: loss == nil ? .diverged : .ok,
                        metrics: [
                            .init("loss", .real(loss ?? .nan)), .init("bits_up", .integer(64)),
                        ],
                        trace: trace(trial)),
                    provenance: Provenance(
                        gitRevision: "g1", host: "node1", worker: "1", attempt: 1,
                        startedAt: 1_769_904_000, duration: 0.25)))
        }
        try store.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func sweep(_ text: String) throws -> Sweep {
        try Sweep.read(
            text: text, file: "test.yaml", directory: "/sweeps", overrides: [],
            experiments: ExperimentRegistry.builtIn.map(\.description))
    }

    func observations() throws -> Observations {
        let table = try ResultsTable.read(folder)
        return Observations(table, rows: 0..<table.count, sweep: sweep)
    }

    /// The answer to a question in names.
    func best(
        per: [String]? = nil, tune: [String]? = nil, over: [String]? = nil,
        goal: MetricGoal.Goal = .minimize
    ) throws -> BestTable {
        let observations = try observations()
        func places(_ names: [String]?) -> [Int]? {
            names.map { $0.compactMap { observations.factor($0) } }
        }
        let roles = ColumnRoles(
            observations.factors, per: places(per), tune: places(tune), over: places(over))
        return BestTable(observations, metric: 0, goal: goal, roles: roles)
    }
}
