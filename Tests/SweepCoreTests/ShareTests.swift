import Testing

@testable import SweepCore

/// Parameters that are a count or a share, and numbers that may be a word.
@Suite struct ShareTests {
    private static let experiment = ExperimentDescription(
        name: "shares", version: 1, summary: "Shares.",
        parameters: [
            Parameter("k", .count(1...1000), default: .value(.integer(5)), help: ""),
            Parameter(
                "size", .real(.positive, words: ["theory"]), default: .value(.real(1)), help: ""),
            Parameter(
                "shape",
                .variant([
                    .init("a", "", [Parameter("n", .count(1...9), default: .required, help: "")]),
                    .init(
                        "b", "", [Parameter("n", .integer(2...99), default: .required, help: "")]),
                ]), default: .derived("none"), help: ""),
        ],
        metrics: [])

    private static func grid(_ body: String) throws -> Grid {
        try Grid(
            Sweep.read(
                text: "sweep: s\nexperiment: shares\n" + body, file: "s.yaml", directory: "/",
                overrides: [], experiments: [experiment]))
    }

    private static func complaint(_ body: String) -> String {
        do {
            _ = try grid(body)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `counts and shares stand side by side on an axis`() throws {
        let grid = try Self.grid("axes: {k: [5, 1%, 0.50%, 100%]}\n")
        #expect(grid.texts("k") == ["5", "1%", "0.5%", "100%"])
        #expect(grid.trial(at: 0)["k"] == .integer(5))
        #expect(grid.trial(at: 1)["k"] == .text("1%"))
        for index in 0..<grid.count {
            #expect(grid.index(of: grid.trial(at: index).values) == index)
        }
    }

    @Test(arguments: ["1.0%", "1e0%", "+1%", "01%"])
    func `equal shares are one value, however they are written`(text: String) throws {
        let one = try Self.grid("fixed: {k: 1%}\n")
        let other = try Self.grid("fixed: {k: \(text)}\n")
        #expect(one.id(of: one.trial(at: 0)) == other.id(of: other.trial(at: 0)))
        #expect(Self.complaint("axes: {k: [1%, \(text)]}\n").contains("has 1% twice"))
    }

    @Test func `a count is named as a whole number is`() throws {
        let plain = try Self.grid("fixed: {k: 5}\n")
        let unsaid = try Self.grid("fixed: {}\n")
        #expect(plain.id(of: plain.trial(at: 0)) == unsaid.id(of: unsaid.trial(at: 0)))
    }

    @Test func `ranges and random counts are whole numbers`() throws {
        #expect(try Self.grid("axes: {k: {range: [1, 4]}}\n").texts("k") == ["1", "2", "3"])
        #expect(try Self.grid("axes: {k: {log: [1, 100, 3]}}\n").texts("k") == ["1", "10", "100"])
        let random = try Self.grid(
            "axes: {random: {samples: 9, seed: 1, k: {integer: [1, 1000]}}}\n")
        for index in 0..<9 {
            guard case .integer = random.trial(at: index)["k"] else {
                Issue.record("a random count is no whole number")
                continue
            }
        }
    }

    @Test(arguments: [
        ("k: 0%", "a share is above 0% and at most 100%"),
        ("k: 101%", "a share is above 0% and at most 100%"),
        ("k: -1%", "a share is above 0% and at most 100%"),
        ("k: x%", "'x' is not a number; expected a whole number from 1 to 1000, or a share"),
        ("k: 1.5", "'1.5' is not a whole number"),
        ("k: 2000", "expected a whole number from 1 to 1000, or a share such as 1%"),
        ("size: 1%", "'1%' is not a number; expected a number above 0, or theory"),
        ("size: theroy", "did you mean 'theory'?"),
    ])
    func `what is neither is refused with what was expected`(text: String, says: String) {
        #expect(Self.complaint("fixed: {\(text)}\n").contains(says))
    }

    @Test func `a random range cannot begin at a share`() {
        let complaint = Self.complaint(
            "axes: {random: {samples: 9, seed: 1, k: {integer: [1%, 5]}}}\n")
        #expect(complaint.contains("'1%' is not a whole number"))
    }

    @Test func `a number may be a word`() throws {
        let grid = try Self.grid("axes: {size: [0.5, theory]}\n")
        #expect(grid.texts("size") == ["0.5", "theory"])
    }

    @Test func `kinds may disagree on whether a share is allowed`() throws {
        let grid = try Self.grid("axes: {shape: [{kind: a, n: 1%}, {kind: b, n: 99}]}\n")
        #expect(grid.texts("shape.n") == ["1%", "99"])
        #expect(
            Self.complaint("fixed: {shape: {kind: b, n: 1%}}\n").contains(
                "'1%' is not a whole number"))
    }

    @Test func `a sweep with shares survives the wire`() throws {
        let sweep = try Self.grid("axes: {k: [1%, 3], size: [theory]}\n").sweep
        #expect(try Sweep(json: sweep.json()) == sweep)
    }
}
