import Testing

@testable import SweepCore

@Suite struct RandomAxisTests {
    private func axis(_ samples: Int, seed: Int = 3) -> String {
        """
        axes:
          random:
            samples: \(samples)
            seed: \(seed)
            x: {log-uniform: [1e-4, 1]}
            y: {uniform: [-2, 3]}
            a: {integer: [1, 6]}
            shape: {choice: [dot, {kind: box, w: 3}, {kind: circle, r: 0.5}]}
        """
    }

    @Test func `the same seed gives the same points, and more samples begin with them`() throws {
        let few = try Catalogue.grid(axis(50))
        let many = try Catalogue.grid(axis(500))
        for index in 0..<50 {
            #expect(few.trial(at: index).values == many.trial(at: index).values)
        }
        #expect(try Catalogue.grid(axis(50, seed: 4)).texts("x") != few.texts("x"))
    }

    @Test func `points keep to their distributions and differ`() throws {
        let grid = try Catalogue.grid(axis(6000))
        var ids: Set<TrialID> = []
        var below = 0
        var faces: [Int64: Int] = [:]
        var kinds: [String: Int] = [:]
        for index in 0..<grid.count {
            let trial = grid.trial(at: index)
            ids.insert(grid.id(of: trial))
            guard let x = trial["x"]?.number, let y = trial["y"]?.number,
                case .integer(let a)? = trial["a"], case .text(let kind)? = trial["shape"]
            else {
                Issue.record("a value is missing")
                return
            }
            #expect(x >= 1e-4 && x <= 1 && y >= -2 && y <= 3)
            if x < 1e-2 { below += 1 }
            faces[a, default: 0] += 1
            kinds[kind, default: 0] += 1
            #expect((trial["shape.w"] == .integer(3)) == (kind == "box"))
            #expect((trial["shape.r"] == .real(0.5)) == (kind == "circle"))
            #expect(grid.index(of: trial.values) == index)
        }
        #expect(ids.count == 6000)
        // Five standard deviations around the expected counts.
        #expect(abs(below - 3000) < 200)
        #expect(faces.keys.sorted() == [1, 2, 3, 4, 5, 6])
        #expect(faces.values.allSatisfy { abs($0 - 1000) < 150 })
        #expect(kinds.values.allSatisfy { abs($0 - 2000) < 190 })
    }

    @Test func `all points of a small space are found, and one more is refused`() throws {
        let grid = try Catalogue.grid(
            "axes: {random: {samples: 12, a: {integer: [1, 6]}, flag: {choice: [true, false]}}}")
        #expect(grid.count == 12)
        #expect(throws: SweepFileError.self) {
            try Catalogue.grid(
                "axes: {random: {samples: 13, a: {integer: [1, 6]}, flag: {choice: [true, false]}}}"
            )
        }
    }

    @Test func `random points multiply with other axes and can be excluded`() throws {
        let body = """
            axes:
              b: [1, 2]
              random:
                - {samples: 30, seed: 1, a: {integer: [1, 4]}, x: {uniform: [0, 1]}}
                - {samples: 2, seed: 1, flag: {choice: [true, false]}}
            """
        let grid = try Catalogue.grid(body + "\nexclude: [{a: [1, 2], b: 2}]")
        #expect(grid.count + grid.excludedCount == 120)
        for index in 0..<grid.count {
            let trial = grid.trial(at: index)
            #expect(trial["b"] == .integer(1) || (trial["a"]?.number ?? 0) > 2)
            #expect(grid.index(of: trial.values) == index)
        }
    }

    /// Worked out in Python by the recipe in `docs/sweep-files.md`.
    @Test func `draws are those of the documented recipe`() throws {
        let grid = try Catalogue.grid(
            "axes: {random: {samples: 3, seed: 42, a: {integer: [0, 999]}, x: {uniform: [0, 1]}}}")
        #expect(grid.texts("a") == ["461", "25", "677"])
        #expect(grid.texts("x") == ["0.465436099337382", "0.09181536201276", "0.944606385137677"])
    }
}
