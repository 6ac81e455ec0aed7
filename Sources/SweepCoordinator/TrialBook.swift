import SweepCore

/// Names the trials of a sweep for those who watch it.
///
/// A class, so that a sweep's book holds one reference to the grid.
package final class TrialBook: Sendable {
    /// By what trials are compared.
    package let metric: MetricGoal?
    private let grid: Grid
    /// Columns that tell trials apart: those on axes.
    private let shown: [Int]

    /// Characters of a label at most.
    private static let longestLabel = 200

    /// Names the trials of a grid.
    package init(_ grid: Grid) {
        self.grid = grid
        metric = grid.sweep.metric
        shown = grid.sweep.columnsOnAxes.compactMap { grid.columns.position(of: $0) }
    }

    /// A trial's id and what tells it from others, such as `kind=ec step-size=0.1`; nil where the
    /// grid has no such trial.
    func name(of index: Int) -> (id: TrialID, label: String)? {
        guard (0..<grid.count).contains(index) else { return nil }
        let trial = grid.trial(at: index)
        let label = shown.compactMap { place in
            trial.values[place].map { "\(grid.columns.all[place].name)=\($0)" }
        }.joined(separator: " ")
        return (
            grid.id(of: trial),
            label.count > Self.longestLabel ? label.prefix(Self.longestLabel - 1) + "…" : label
        )
    }
}
