/// Counts the combinations that exclusions leave, without visiting them.
///
/// A multi-valued decision diagram over (digit, clauses that may still hold). Where no clause is
/// alive, the combinations behind a digit are a plain product. Elsewhere the digit's positions fall
/// into runs that keep the same clauses alive, and so share what follows.
struct GridDiagram: Sendable {
    /// What follows a choice of position: a node, or a digit with no clause alive.
    enum Target: Sendable {
        /// Everything is excluded.
        case nothing
        /// All combinations from this digit on.
        case all(digit: Int)
        /// Some of the combinations.
        case some(node: Int)
    }

    /// Positions from `lower` up to the next run's that share a target.
    struct Run: Sendable {
        let lower: Int
        /// How many combinations lie before the run.
        let before: Int
        /// How many combinations each position of the run has.
        let each: Int
        let target: Target
    }

    struct Node: Sendable {
        let digit: Int
        let runs: [Run]
    }

    private(set) var nodes: [Node] = []
    private(set) var root: Target = .all(digit: 0)
    private(set) var count = 0
    private let layout: GridLayout
    private let clauses: [GridClause]
    private var known: [Key: (target: Target, count: Int)] = [:]

    private struct Key: Hashable {
        let digit: Int
        let alive: [Int]
    }

    /// More nodes than this are refused; a sweep written by hand has a few hundred.
    private static let mostNodes = 100_000
    /// A bound on the work of building, in visits of a clause.
    private static let mostVisits = 10_000_000
    private var visits = 0

    /// Builds the diagram.
    init(_ layout: GridLayout, _ clauses: [GridClause]) throws(SweepError) {
        self.layout = layout
        self.clauses = clauses
        let alive = Array(clauses.indices)
        (root, count) = try target(layout.first, alive)
        known = [:]
    }

    private mutating func target(
        _ digit: Int, _ alive: [Int]
    ) throws(SweepError) -> (target: Target, count: Int) {
        if alive.isEmpty { return (.all(digit: digit), layout.combinations[digit]) }
        visits += alive.count
        guard nodes.count < GridDiagram.mostNodes, visits < GridDiagram.mostVisits else {
            throw SweepError(
                "the exclusions are too entangled to count; use fewer clauses, or clauses over "
                    + "fewer axes")
        }
        // A clause with nothing left to check holds.
        if alive.contains(where: { !clauses[$0].isOpen(at: digit) }) {
            return (.nothing, 0)
        }
        let key = Key(digit: digit, alive: alive)
        if let found = known[key] { return found }
        var runs: [Run] = []
        var sum = 0
        for part in try parts(digit, alive) {
            let (target, each) = try target(part.next, part.alive)
            runs.append(Run(lower: part.range.lowerBound, before: sum, each: each, target: target))
            // Below the product of the axes, which fits.
            sum += each * part.range.count
        }
        let result: (target: Target, count: Int)
        if sum == 0 {
            result = (.nothing, 0)
        } else {
            nodes.append(Node(digit: digit, runs: runs))
            result = (.some(node: nodes.count - 1), sum)
        }
        known[key] = result
        return result
    }

    private struct Part {
        let range: Range<Int>
        let next: Int
        let alive: [Int]
    }

    /// Cuts a digit's positions where the set of living clauses changes.
    private mutating func parts(_ digit: Int, _ alive: [Int]) throws(SweepError) -> [Part] {
        let place = layout.digits[digit]
        switch place.content {
        case .choice(_, let branches):
            visits += branches.count * alive.count
            return branches.enumerated().map { index, branch in
                Part(
                    range: index..<(index + 1), next: branch.first,
                    alive: alive.filter { clauses[$0].admits(branch: index, digit: digit) })
            }
        case .leaf:
            var untouched: [Int] = []
            var events: [(position: Int, clause: Int, opens: Bool)] = []
            for clause in alive {
                guard let positions = clauses[clause].positions[digit] else {
                    untouched.append(clause)
                    continue
                }
                for range in positions.ranges {
                    events.append((range.lowerBound, clause, true))
                    events.append((range.upperBound, clause, false))
                }
            }
            events.sort { $0.position < $1.position }
            var parts: [Part] = []
            var active = Set<Int>()
            var lower = 0
            var index = 0
            while lower < place.count {
                while index < events.count, events[index].position == lower {
                    if events[index].opens {
                        active.insert(events[index].clause)
                    } else {
                        active.remove(events[index].clause)
                    }
                    index += 1
                }
                let upper = index < events.count ? events[index].position : place.count
                visits += untouched.count + active.count
                parts.append(
                    Part(
                        range: lower..<upper, next: place.next,
                        alive: active.isEmpty ? untouched : (untouched + active).sorted()))
                lower = upper
            }
            return parts
        }
    }
}
