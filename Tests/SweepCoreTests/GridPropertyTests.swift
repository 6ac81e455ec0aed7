import Testing

@testable import SweepCore

/// Sweep files made at random, with the combinations that they mean worked out by brute force.
struct RandomSweep {
    /// A point: canonical texts of what the axes assign, by column.
    typealias Point = [String: String]

    var axes: [(text: String, points: [Point])] = []
    var exclusions: [[String: [String]]] = []
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var makers: [(inout RandomSweep) -> (String, [Point])] = [
            { $0.list("a", (0..<9).map(String.init)) },
            { $0.range("b") },
            { $0.list("x", ["0", "0.5", "1e-3", "-2", "12.25"].map { $0 }) },
            { $0.list("flag", ["true", "false"]) },
            { $0.list("text", ["red", "green", "'012'", "12:30"]) },
            { $0.variants() },
            { $0.zip() },
        ]
        makers.shuffle(using: &random)
        for maker in makers.prefix(random.int(1...5)) { axes.append(maker(&self)) }
        for _ in 0..<random.int(0...4) { addExclusion() }
    }

    private static func canonical(_ text: String) -> String {
        if text == "1e-3" { return "0.001" }
        return text.filter { $0 != "'" }
    }

    private mutating func list(_ name: String, _ values: [String]) -> (String, [Point]) {
        let chosen = random.some(values, random.int(1...values.count))
        return (
            "\(name): [\(chosen.joined(separator: ", "))]",
            chosen.map { [name: Self.canonical($0)] }
        )
    }

    private mutating func range(_ name: String) -> (String, [Point]) {
        let start = random.int(0...5)
        let step = random.int(1...3)
        let count = random.int(1...20)
        return (
            "\(name): {range: [\(start), \(start + step * count), \(step)]}",
            (0..<count).map { [name: String(start + step * $0)] }
        )
    }

    private mutating func variants() -> (String, [Point]) {
        var entries: [String] = []
        var points: [Point] = []
        if random.chance(0.7) {
            entries.append("dot")
            points.append(["shape": "dot"])
        }
        if random.chance(0.7) {
            entries.append("{kind: circle, r: [1, 2.5, 3]}")
            points += ["1", "2.5", "3"].map { ["shape": "circle", "shape.r": $0] }
        }
        if random.chance(0.5) {
            entries.append("{kind: circle, r: 4}")
            points.append(["shape": "circle", "shape.r": "4"])
        }
        if random.chance(0.6) || entries.isEmpty {
            entries.append("{kind: box, h: {range: [1, 4]}, w: [7, 9]}")
            for h in 1..<4 {
                for w in [7, 9] {
                    points.append(
                        [
                            "shape": "box", "shape.h": String(h), "shape.w": String(w),
                            "shape.r": "0",
                        ])
                }
            }
        }
        if random.chance(0.4) {
            // Without `h`, which has no value then: before the branch that gives it one, or behind.
            let isFirst = random.chance(0.5)
            let open = [7, 2].map {
                ["shape": "box", "shape.w": String($0), "shape.r": "0"]
            }
            entries.insert("{kind: box, w: [7, 2]}", at: isFirst ? 0 : entries.count)
            points.insert(contentsOf: open, at: isFirst ? 0 : points.count)
        }
        return ("shape: [\(entries.joined(separator: ", "))]", points)
    }

    private mutating func zip() -> (String, [Point]) {
        let count = random.int(2...6)
        let left = (0..<count).map { String($0 / 2) }
        let right = (0..<count).map { "w\($0)" }
        return (
            "zip: {free: [\(left.joined(separator: ", "))], file: [\(right.joined(separator: ", "))]}",
            (0..<count).map { ["free": left[$0], "file": right[$0]] }
        )
    }

    private mutating func addExclusion() {
        var clause: [String: [String]] = [:]
        for axis in axes where random.chance(0.6) {
            guard let point = axis.points.randomElement(using: &random),
                let name = point.keys.sorted().randomElement(using: &random),
                let value = point[name]
            else { continue }
            var values = [value]
            if random.chance(0.5), let more = axis.points.compactMap({ $0[name] }).last,
                more != value
            {
                values.append(more)
            }
            clause[name] = values
        }
        if !clause.isEmpty { exclusions.append(clause) }
    }

    /// The file with its axes in an order, and with or without explicit defaults.
    func file(_ order: [Int]? = nil, fixed: String = "") -> String {
        var text = "sweep: s\nexperiment: everything\n\(fixed)axes:\n"
        for index in order ?? Array(axes.indices) { text += "  \(axes[index].text)\n" }
        if !exclusions.isEmpty {
            text += "exclude:\n"
            for clause in exclusions {
                let parts = clause.sorted { $0.key < $1.key }.map { name, values in
                    "\(name): [\(values.map { name == "text" ? "'\($0)'" : $0 }.joined(separator: ", "))]"
                }
                text += "  - {\(parts.joined(separator: ", "))}\n"
            }
        }
        return text
    }

    /// All combinations that no clause excludes, the last axis fastest.
    func enumeration() -> (kept: [Point], excluded: Int) {
        var all: [Point] = [[:]]
        for axis in axes {
            all = all.flatMap { point in
                axis.points.map { point.merging($0) { _, new in new } }
            }
        }
        let kept = all.filter { point in
            !exclusions.contains { clause in
                clause.allSatisfy { name, values in point[name].map(values.contains) ?? false }
            }
        }
        return (kept, all.count - kept.count)
    }
}

@Suite struct GridPropertyTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `a grid is the brute-force enumeration, in order, and index(of:) its inverse`(
        seed: UInt64
    ) throws {
        let random = RandomSweep(seed: seed)
        let (kept, excluded) = random.enumeration()
        guard !kept.isEmpty else {
            #expect(throws: SweepFileError.self) { try Catalogue.read(random.file()) }
            return
        }
        let grid = try Grid(Catalogue.read(random.file()))
        #expect(grid.count == kept.count)
        #expect(grid.excludedCount == excluded)
        let axisColumns = Set(random.axes.flatMap { $0.points.flatMap(\.keys) })
        var ids: Set<TrialID> = []
        for index in 0..<grid.count {
            let trial = grid.trial(at: index)
            var point: RandomSweep.Point = [:]
            for name in axisColumns { point[name] = trial[name]?.canonicalText }
            #expect(point == kept[index], "\(random.file())")
            #expect(grid.index(of: trial.values) == index)
            #expect(grid.index(of: grid.trial(at: index).withoutDefaults()) == index)
            ids.insert(grid.id(of: trial))
        }
        #expect(ids.count == grid.count)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `names of trials survive another order of axes and explicit defaults`(
        seed: UInt64
    ) throws {
        let sweep = RandomSweep(seed: seed)
        guard !sweep.enumeration().kept.isEmpty else { return }
        func names(_ text: String) throws -> Set<TrialID> {
            let grid = try Grid(Catalogue.read(text))
            return Set((0..<grid.count).map { grid.id(of: grid.trial(at: $0)) })
        }
        let expected = try names(sweep.file())
        var random = SeededGenerator(seed: seed)
        #expect(try names(sweep.file(sweep.axes.indices.shuffled(using: &random))) == expected)
        let used = sweep.axes.map(\.text).joined()
        let defaults = [
            "a: 0", "b: 1", "x: 0.0", "flag: false", "text: none", "free: '1'", "shape: circle",
        ].filter { !used.contains($0.prefix { $0 != ":" } + ":") }
        guard !defaults.isEmpty else { return }
        let fixed = "fixed: {\(defaults.joined(separator: ", "))}\nlimits: {attempts: 9}\n"
        #expect(try names(sweep.file(fixed: fixed)) == expected)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `a sweep survives its JSON, byte for byte`(seed: UInt64) throws {
        let random = RandomSweep(seed: seed)
        guard !random.enumeration().kept.isEmpty else { return }
        let sweep = try Catalogue.read(random.file())
        let json = sweep.json()
        let back = try Sweep(json: json)
        #expect(back == sweep)
        #expect(back.json() == json)
        #expect(try Grid(back).count == Grid(sweep).count)
    }

    @Test func `a row that is not in the grid has no index`() throws {
        let grid = try Catalogue.grid("axes: {a: [1, 2], shape: [dot, {kind: box, w: [1, 2]}]}")
        let row = grid.trial(at: 1).values
        #expect(grid.index(of: Array(row.dropLast())) == nil)
        #expect(grid.index(of: row + [nil]) == nil)
        for column in row.indices {
            var other = row
            other[column] = .text("something else")
            #expect(grid.index(of: other) == nil)
        }
    }
}

extension Trial {
    /// The row as a store without columns for defaults would have it.
    func withoutDefaults() -> [Value?] {
        zip(values, columns.all).map { value, column in
            value.isSame(as: column.fallback) && !column.name.contains("shape") ? nil : value
        }
    }
}
