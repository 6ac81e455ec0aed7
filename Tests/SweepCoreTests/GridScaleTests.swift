import Testing

@testable import SweepCore

/// None of these returns in a lifetime if a grid is materialised anywhere.
@Suite struct GridScaleTests {
    @Test func `a grid of 10¹⁸ trials answers at once`() throws {
        let grid = try Catalogue.grid(
            """
            axes:
              a: {range: [0, 1000000000]}
              b: {range: [0, 1000000000]}
            """)
        #expect(grid.count == 1_000_000_000_000_000_000)
        let trial = grid.trial(at: grid.count - 1)
        #expect(trial["a"] == .integer(999_999_999))
        #expect(grid.index(of: trial.values) == grid.count - 1)
    }

    @Test func `exclusions on long axes are counted, not visited`() throws {
        let grid = try Catalogue.grid(
            """
            axes:
              a: {range: [0, 1000000]}
              x: {linear: [0, 1, 1001]}
              shape: [dot, {kind: box, h: {range: [1, 1000]}, w: {range: [1, 1000]}}]
            exclude:
              - {a: 17}
              - {a: [3, 999999], x: 0.5}
              - {x: [0, 1], shape: {kind: box, w: 5}}
              - {shape: {kind: box, h: 7, w: [1, 2, 3]}, a: 4}
            """)
        // Per a and x: 1 + 999·999 points of shape.
        let shapes = 1 + 999 * 999
        let all = 1_000_000 * 1001 * shapes
        let first = 1001 * shapes
        let second = 2 * shapes
        // Two values of x for 999 values of h, where neither clause before holds.
        let third = 2 * 999 * 999_999
        let fourth = 3 * 1001
        #expect(grid.count + grid.excludedCount == all)
        #expect(grid.excludedCount == first + second + third + fourth)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let index = random.int(0...grid.count - 1)
            #expect(grid.index(of: grid.trial(at: index).values) == index)
        }
    }

    @Test func `more combinations than an integer can number are refused`() {
        #expect {
            try Catalogue.grid(
                """
                axes:
                  a: {range: [0, 1000000000]}
                  b: {range: [0, 10000000000]}
                """)
        } throws: { error in
            "\(error)".contains("more than 9.2e18 combinations")
        }
    }

    @Test func `exclusions that could not be counted in time are refused`() {
        // Each clause picks half of each axis in its own way: nearly 2²⁴ sets of living clauses.
        var random = SeededGenerator(seed: 1)
        let names = (0..<7).map { "p\($0)" }
        let axes = names.map { "  \($0): {range: [0, 300]}" }.joined(separator: "\n")
        let clauses = (0..<24).map { _ in
            let parts = names.map { "\($0): \(random.some(Array(0..<300), 150).sorted())" }
            return "  - {\(parts.joined(separator: ", "))}"
        }.joined(separator: "\n")
        #expect {
            try Catalogue.read(
                "sweep: s\nexperiment: command\nfixed: {argv: [ls]}\naxes:\n\(axes)\nexclude:\n"
                    + clauses)
        } throws: { error in
            "\(error)".contains("too entangled")
        }
    }
}
