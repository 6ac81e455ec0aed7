import SweepCore
import SweepStore

/// Turns observations and traces into pictures.
package struct FigureMaker {
    package let observations: Observations
    package let roles: ColumnRoles
    package let goal: MetricGoal
    package let request: PlotRequest
    /// Logged rounds, where the store has any.
    let traces: StoreTraces?
    /// Units of parameters, metrics and logged quantities by name.
    let units: [String: String]
    /// Compared factors that have a panel for each combination.
    let facets: [Int]
    /// Compared factors that are told apart within a panel.
    let by: [Int]
    /// For each factor, the rank of each of its levels.
    let ranks: [[Int]]
    let groups: [SettingGroup]
    let measure: Int

    /// Why there is no picture.
    package struct Problem: Error {
        package let text: String
        package init(_ text: String) { self.text = text }
    }

    /// More series than this cannot be told apart.
    static let mostSeries = 14
    /// More panels than this are not drawn.
    static let mostPanels = 12

    /// Prepares a picture.
    ///
    /// - Parameters:
    ///   - observations: finished trials.
    ///   - roles: what the factors are to the question.
    ///   - facets: positions of factors that have panels; nil: chosen where there are many series.
    ///   - goal: the metric that decides, and its direction.
    ///   - request: what is asked for.
    ///   - traces: their logged rounds, for pictures that need them.
    ///   - units: those of metrics and parameters, by name.
    ///   - sweep: tells the order of words.
    package init(
        _ observations: Observations, roles: ColumnRoles, facets: [Int]?, goal: MetricGoal,
        request: PlotRequest, traces: StoreTraces?, units: [String: String], sweep: Sweep?
    ) throws(Problem) {
        self.observations = observations
        self.goal = goal
        self.request = request
        self.traces = traces
        self.units = units
        guard let measure = observations.measures.firstIndex(of: goal.name) else {
            throw Problem("no trial has the metric '\(goal.name)'")
        }
        self.measure = measure
        var roles = roles
        var compared = facets ?? []
        if request.kind == .speedup {
            compared.append(try Self.countingFactor(observations, request))
        }
        for factor in compared where !roles.compared.contains(factor) {
            roles.compared.append(factor)
            roles.tuned.removeAll { $0 == factor }
            roles.averaged.removeAll { $0 == factor }
        }
        self.roles = roles
        ranks = observations.factors.indices.map { factor in
            let order = observations.order(
                of: factor, listed: sweep?.values(of: observations.factors[factor].name) ?? [])
            var ranks = [Int](repeating: 0, count: order.count)
            for (rank, level) in order.enumerated() { ranks[level] = rank }
            return ranks
        }
        groups = SettingGroup.all(observations, roles, order: ranks)
        // What lies along an axis has no panels.
        let along =
            request.kind == .speedup
            ? try Self.countingFactor(observations, request)
            : request.x.flatMap { observations.factor($0) }
        let chosen = facets ?? Self.facets(observations, roles, groups, request.kind, along)
        self.facets = chosen
        by = roles.compared.filter { !chosen.contains($0) }
    }

    /// Factors that should have panels: where one panel would hold more than seven series, all but
    /// those of one parameter and its kinds' parameters.
    private static func facets(
        _ observations: Observations, _ roles: ColumnRoles, _ groups: [SettingGroup],
        _ kind: PlotRequest.Kind, _ along: Int?
    ) -> [Int] {
        let free = roles.compared.filter { $0 != along }
        let places = free.map { roles.compared.firstIndex(of: $0) ?? 0 }
        guard [.rounds, .bits, .sensitivity, .speedup].contains(kind),
            Set(groups.map { group in places.map { group.compared[$0] } }).count > 7
        else { return [] }
        let roots = Self.roots(free, observations.factors)
        let sizes = roots.map { root in
            Set(
                groups.map { group in
                    root.map { factor in
                        group.compared[roles.compared.firstIndex(of: factor) ?? 0]
                    }
                }
            ).count
        }
        let candidates = roots.indices.filter { place in
            sizes[place] <= 7
                && sizes.enumerated().reduce(1) { $1.offset == place ? $0 : $0 * $1.element }
                    <= mostPanels
        }
        let kinds = candidates.filter { observations.factors[roots[$0][0]].name == "method" }
        guard let kept = kinds.first ?? candidates.max(by: { sizes[$0] < sizes[$1] }) else {
            return []
        }
        return roots.indices.filter { $0 != kept }.flatMap { roots[$0] }
    }

    /// Factors in groups that belong together: a parameter and those of its kinds.
    static func roots(_ factors: [Int], _ all: [Observations.Factor]) -> [[Int]] {
        var roots: [(name: Substring, factors: [Int])] = []
        for factor in factors {
            let name = all[factor].name.prefix { $0 != "." }
            if let place = roots.firstIndex(where: { $0.name == name }) {
                roots[place].factors.append(factor)
            } else {
                roots.append((name, [factor]))
            }
        }
        return roots.map(\.factors)
    }

    /// Draws the picture that was asked for.
    ///
    /// - Throws: `Problem` when what it needs is not there.
    package func figure() throws -> Figure {
        var figure =
            switch request.kind {
            case .rounds, .bits: try curves()
            case .sensitivity: try sensitivity()
            case .best: try bestValues()
            case .heatmap: try heatMap()
            case .parallel: try parallel()
            case .speedup: try speedUp()
            }
        guard figure.panels.count <= Self.mostPanels else {
            throw Problem(
                "\(figure.panels.count) panels; at most \(Self.mostPanels) can be read: name fewer "
                    + "columns with --facet, or choose rows with --where")
        }
        figure.title = request.title ?? figure.title
        return figure
    }

    // MARK: Words

    /// A name with its unit: `bits up [bit]`.
    func label(_ name: String) -> String {
        let shown = name.replacing("_", with: " ")
        let unit =
            units[name] ?? units[name.replacing("_", with: "-")]
            ?? units[name.replacing("-", with: "_")] ?? ""
        return unit.isEmpty ? shown : "\(shown) [\(unit)]"
    }

    /// The metric, and that it is a mean over repetitions.
    func meanLabel(_ name: String) -> String {
        guard !roles.averaged.isEmpty else { return label(name) }
        let over = roles.averaged.map { observations.factors[$0].name }.joined(separator: ", ")
        return "\(label(name)), mean over \(over)"
    }

    /// Levels in words: `top-k, k = 6`; words stand alone, numbers behind their name.
    func words(_ levels: [Int], of factors: [Int]) -> String {
        let words = zip(levels, factors).compactMap { level, factor -> String? in
            let known = observations.factors[factor]
            let text = known.levels[level].text
            guard !text.isEmpty else { return nil }
            guard known.levels[level].number != nil || known.levels.count == 2 && isFlag(known)
            else { return text }
            let name = known.name.split(separator: ".").last.map(String.init) ?? known.name
            return "\(name) = \(shown(known.levels[level]))"
        }
        return words.isEmpty ? "all" : words.joined(separator: ", ")
    }

    /// A level as a picture shows it: numbers with three digits.
    func shown(_ level: Observations.Level, digits: Int = 3) -> String {
        level.number.map { Figure.Scale.text($0, digits: digits) } ?? level.text
    }

    /// Where a picture's numbers end: what exploded would flatten everything else.
    ///
    /// Of metrics that are to be small and above zero, 10⁴ times the median.
    func ceiling(_ means: [Double]) -> Double {
        let sorted = means.sorted()
        guard goal.goal == .minimize, let low = sorted.first, low > 0 else { return .infinity }
        return sorted[sorted.count / 2] * 1e4
    }

    /// What is said when some numbers lie beyond the end.
    func noteOnCeiling(_ means: [Double], _ ceiling: Double) -> [String] {
        let count = means.count { $0 > ceiling }
        guard count > 0 else { return [] }
        return [
            "\(count) of \(means.count) settings have exploded to more than "
                + "\(Figure.Scale.text(ceiling)), where the scale ends."
        ]
    }

    private func isFlag(_ factor: Observations.Factor) -> Bool {
        if case .flag = factor.type { true } else { false }
    }

    /// A group's levels of some of the compared factors.
    func levels(_ group: SettingGroup, _ factors: [Int]) -> [Int] {
        factors.map { group.compared[roles.compared.firstIndex(of: $0) ?? 0] }
    }

    // MARK: Panels and series

    /// The combinations of the factors that have panels, in order.
    var panels: [[Int]] { distinct(groups.map { levels($0, facets) }) }

    /// The combinations of the factors that are series, in order.
    func series(without factor: Int? = nil) -> [[Int]] {
        distinct(groups.map { levels($0, by.filter { $0 != factor }) }).sorted { left, right in
            let factors = by.filter { $0 != factor }
            return zip(left, factors).map { ranks[$1][$0] }.lexicographicallyPrecedes(
                zip(right, factors).map { ranks[$1][$0] })
        }
    }

    func distinct(_ all: [[Int]]) -> [[Int]] {
        var seen: Set<[Int]> = []
        return all.filter { seen.insert($0).inserted }
    }

    /// A style for each series: with several parameters, the first one's value has the colour.
    func styles(_ series: [[Int]], without factor: Int? = nil) throws(Problem) -> [Figure.Style] {
        guard series.count <= Self.mostSeries else {
            throw Problem(
                "\(series.count) series; at most \(Self.mostSeries) can be told apart: name fewer "
                    + "columns with --by, give panels to some with --facet, or choose rows with "
                    + "--where")
        }
        let factors = by.filter { $0 != factor }
        let roots = Self.roots(factors, observations.factors)
        guard roots.count > 1, let first = roots.first else {
            return series.indices.map { .series(color: $0, marker: $0, dash: $0) }
        }
        let places = first.map { factors.firstIndex(of: $0) ?? 0 }
        let heads = distinct(series.map { levels in places.map { levels[$0] } })
        let tails = distinct(
            series.map { levels in
                levels.indices.filter { !places.contains($0) }.map { levels[$0] }
            })
        guard heads.count <= 7 else {
            return series.indices.map { .series(color: $0, marker: $0, dash: $0) }
        }
        return series.enumerated().map { place, levels in
            let head = places.map { levels[$0] }
            let tail = levels.indices.filter { !places.contains($0) }.map { levels[$0] }
            return .series(
                color: heads.firstIndex(of: head) ?? 0, marker: place,
                dash: tails.firstIndex(of: tail) ?? 0)
        }
    }

    /// A title for a panel; empty where there is one only.
    func title(_ facet: [Int]) -> String { facets.isEmpty ? "" : words(facet, of: facets) }

    /// Whether an axis is logarithmic: as asked, or since its numbers are above zero and span much.
    func isLogarithmic(_ axis: PlotRequest.Axis, _ numbers: [Double], span: Double = 30) -> Bool {
        let numbers = numbers.filter(\.isFinite)
        guard let low = numbers.min(), let high = numbers.max(), high > 0 else { return false }
        if let asked = request.logarithmic { return asked.contains(axis) }
        return low > 0 && high / low >= span
    }
}
