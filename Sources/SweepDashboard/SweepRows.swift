import SweepCore
import SweepStore

/// The finished trials of a sweep as numbers and places in lists of levels: what the page draws.
///
/// Rows are only added; when they come once more from the first on, `generation` rises. A reader
/// keeps how many it has seen and asks for the rest. Takes O(trials · (factors + metrics)) memory.
package struct SweepRows: Sendable {
    /// A parameter on an axis, and the values that it has had.
    struct Factor: Sendable {
        var name: String
        var column: Int
        var levels: [String] = []
        var places: [String: Int32] = [:]
    }

    private(set) var generation = 0
    private(set) var factors: [Factor] = []
    package private(set) var metrics: [String] = []
    /// By what trials are compared, if the sweep says.
    private var goal: MetricGoal?
    /// How many rows there are.
    package private(set) var count = 0

    private var metricColumns: [Int] = []
    private var statusColumn = 1
    private var ids: [TrialID] = []
    private var hasDiverged: [Bool] = []
    private var values: [Double] = []
    private var places: [Int32] = []

    package init() {}

    /// All rows come once more.
    ///
    /// - Parameters:
    ///   - columns: those of the rows that follow.
    ///   - axes: headers of the columns on axes with their names; nil: all parameters are taken for
    ///     such.
    ///   - goal: the metric that decides, if the sweep names one.
    package mutating func begin(
        _ columns: ResultsFollower.Columns, axes: [(header: String, name: String)]?,
        goal: MetricGoal?
    ) {
        let known = axes ?? columns.parameters.map { ($0, $0) }
        let next = generation + 1
        self = SweepRows()
        generation = next
        self.goal = goal
        factors = known.compactMap { axis in
            columns.position(of: axis.header).map { Factor(name: axis.name, column: $0) }
        }
        metrics = columns.metrics + ["duration_s"]
        metricColumns = metrics.map { columns.position(of: $0) ?? 0 }
        statusColumn = columns.position(of: "status") ?? 1
    }

    /// A trial has finished.
    package mutating func add(_ row: ResultsFollower.Row) {
        ids.append(row.id)
        hasDiverged.append(row.text(statusColumn) == TrialOutcome.Status.diverged.rawValue)
        for column in metricColumns { values.append(row.number(column)) }
        for number in factors.indices {
            let text = row.text(factors[number].column) ?? ""
            if let place = factors[number].places[text] {
                places.append(place)
            } else {
                let place = Int32(factors[number].levels.count)
                factors[number].levels.append(text)
                factors[number].places[text] = place
                places.append(place)
            }
        }
        count += 1
    }

    /// Those of some trials that have finished.
    func finished(among trials: Set<TrialID>) -> Set<TrialID> {
        trials.isEmpty ? [] : Set(ids.lazy.filter(trials.contains))
    }

    /// Rows for a reader, as JSON; nil when it has them all.
    ///
    /// - Parameters:
    ///   - position: the generation and the number of rows that it has.
    ///   - metric: the metric that it draws; the first where there is no such one.
    ///   - limit: rows at most.
    /// - Returns: the event's data, and the position behind it.
    package func news(
        after position: Position, metric: String?, limit: Int = 10_000
    ) -> (json: [UInt8], position: Position)? {
        let isNew = position.generation != generation
        let first = isNew ? 0 : min(position.rows, count)
        guard isNew && generation > 0 || first < count else { return nil }
        let end = min(count, first + limit)
        let chosen =
            metric.flatMap { metrics.firstIndex(of: $0) }
            ?? goal.flatMap { metrics.firstIndex(of: $0.name) } ?? 0
        var known = isNew ? Array(repeating: 0, count: factors.count) : position.levels
        if known.count != factors.count { known = Array(repeating: 0, count: factors.count) }
        // Levels that these rows need: those up to the highest place among them.
        var needed = known
        for row in first..<end {
            for factor in factors.indices {
                needed[factor] = max(
                    needed[factor], Int(places[row * factors.count + factor]) + 1)
            }
        }
        var json = JSONWriter()
        json.object { json in
            json.integer("generation", generation)
            json.integer("from", first)
            json.integer("count", count)
            if isNew || first == 0 {
                json.array("factors") { json in
                    for factor in factors { json.text(nil, factor.name) }
                }
                json.array("metrics") { json in for metric in metrics { json.text(nil, metric) } }
                json.text("metric", metrics.indices.contains(chosen) ? metrics[chosen] : nil)
                json.text("compared", goal?.name)
                json.flag("maximize", goal?.goal == .maximize)
            }
            json.array("levels") { json in
                for (number, factor) in factors.enumerated() where known[number] < needed[number] {
                    json.array { json in
                        json.integer(nil, number)
                        json.array { json in
                            for level in factor.levels[known[number]..<needed[number]] {
                                json.text(nil, level)
                            }
                        }
                    }
                }
            }
            json.array("ids") { json in for row in first..<end { json.text(nil, "\(ids[row])") } }
            json.array("diverged") { json in
                for row in first..<end where hasDiverged[row] { json.integer(nil, row - first) }
            }
            json.array("values") { json in
                for row in first..<end {
                    json.number(nil, values[row * metrics.count + chosen])
                }
            }
            json.array("places") { json in
                for place in places[first * factors.count..<end * factors.count] {
                    json.integer(nil, Int(place))
                }
            }
        }
        return (
            json.bytes, Position(generation: generation, rows: end, levels: needed)
        )
    }

    /// What a reader has seen.
    package struct Position: Sendable, Hashable {
        package var generation: Int
        package var rows: Int
        /// Levels of each factor.
        package var levels: [Int]

        package init(generation: Int = -1, rows: Int = 0, levels: [Int] = []) {
            self.generation = generation
            self.rows = rows
            self.levels = levels
        }
    }
}
