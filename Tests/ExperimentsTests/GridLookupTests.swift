import Experiments
import Testing

@testable import SweepCore

/// A stored row finds its trial again by its values, in the grids that people write: kinds that stand
/// twice, with and without parameters that have no default.
@Suite struct GridLookupTests {
    @Test(arguments: [
        "method: [{kind: econtrol}, {kind: econtrol, eta: [0.05, 0.1]}, ec]",
        "method: [{kind: econtrol, eta: 0.2, initial-gradient: full}, econtrol]",
        "compressor: [{kind: random-k, k: 3}, {kind: random-k, k: 3, scaled: false}, {kind: top-k, k: 3}]",
        "compressor: [{kind: count-sketch, columns: 16, k: 2}, {kind: count-sketch, columns: 16, k: 2, seed: [1, 2]}]",
        "schedule: [constant, {kind: step, every: 3}, {kind: step, every: 3, factor: 0.5}, cosine]",
        "schedule: [{kind: step, every: [3, 4], factor: 0.5}, {kind: step, every: [3, 4]}]",
    ])
    func `each trial is found by its values`(_ axis: String)
        throws
    {
        let others = [
            "method": "method: ec", "compressor": "compressor: {kind: top-k, k: 2}",
            "schedule": "schedule: constant",
        ].filter { !axis.hasPrefix($0.key) }.values.sorted().joined(separator: ", ")
        let sweep = try Sweep.read(
            text: """
                sweep: s
                experiment: distributed-sgd
                fixed: {problem: least-squares, clients: 3, dimension: 12, step-size: 0.1, \(others)}
                axes:
                  \(axis)
                  seed: [0, 1]
                """,
            file: "s.yaml", directory: "/", overrides: [],
            experiments: [DistributedSGDExperiment().description])
        let grid = try Grid(sweep)
        #expect(grid.count >= 4)
        for index in 0..<grid.count {
            let trial = grid.trial(at: index)
            #expect(grid.index(of: trial.values) == index)
            #expect(grid.candidate(ofCompleted: grid.completed(trial.values)) == index)
        }
    }
}
