import Testing

@testable import SweepCore

@Suite struct SeriesTests {
    @Test(arguments: [
        ("range: [0, 1, 0.1]", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9"),
        ("range: [0, 0.9, 0.3]", "0 0.3 0.6"),
        ("range: [1, 0, -0.25]", "1 0.75 0.5 0.25"),
        ("range: [1e-3, 3e-3, 5e-4]", "0.001 0.0015 0.002 0.0025"),
        ("range: [0, 3]", "0 1 2"),
        ("range: [-0.1, 0.15, 0.1]", "-0.1 0 0.1"),
        ("linear: [0, 1, 11]", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"),
        ("linear: [-1, 1, 5]", "-1 -0.5 0 0.5 1"),
        ("linear: [0.3, 0.1, 3]", "0.3 0.2 0.1"),
        ("linear: [5, 5, 1]", "5"),
        ("log: [1e-3, 1, 4]", "0.001 0.01 0.1 1"),
        ("log: [1, 1e-3, 4]", "1 0.1 0.01 0.001"),
        (
            "log: [1e-3, 1, 7]",
            "0.001 0.00316227766016838 0.01 0.0316227766016838 0.1 0.316227766016838 1"
        ),
        ("log: [1e-300, 1e300, 7]", "1e-300 1e-200 1e-100 1 1e+100 1e+200 1e+300"),
        ("log: [1, 1024, 11]", "1 2 4 8 16 32 64 128 256 512 1024"),
        ("log: [2, 2, 1]", "2"),
    ])
    func `real rules give the decimals that one would write`(rule: String, texts: String) throws {
        let grid = try Catalogue.grid("axes: {x: {\(rule)}}")
        #expect(grid.texts("x") == texts.split(separator: " ").map(String.init))
        for index in 0..<grid.count {
            #expect(grid.index(of: grid.trial(at: index).values) == index)
        }
    }

    @Test(arguments: [
        ("range: [0, 5]", "0 1 2 3 4"), ("range: [5, 0, -2]", "5 3 1"),
        ("range: [0, 10, 4]", "0 4 8"), ("linear: [0, 100, 5]", "0 25 50 75 100"),
        ("log: [1, 1000, 4]", "1 10 100 1000"), ("log: [1000, 1, 4]", "1000 100 10 1"),
        ("log: [1, 100, 5]", "1 3 10 32 100"),
    ])
    func `whole-number rules give whole numbers`(rule: String, texts: String) throws {
        for name in ["a", "free"] {
            // An undeclared parameter has whole numbers where nothing needs rounding.
            if name == "free", rule.hasPrefix("log") { continue }
            let grid = try Catalogue.grid("axes: {\(name): {\(rule)}}")
            #expect(grid.texts(name) == texts.split(separator: " ").map(String.init))
            for index in 0..<grid.count {
                guard case .integer = grid.trial(at: index)[name] else {
                    Issue.record("not an integer")
                    return
                }
            }
        }
    }

    @Test(arguments: [
        "range: [0, 1000000000000000]", "range: [-4e6, 5e6, 1e-8]", "linear: [0, 1, 1000000000]",
        "linear: [-3.5, 1e5, 999999]", "log: [1e-9, 1e9, 1000000]", "log: [7, 0.3, 50001]",
    ])
    func `a long rule finds the position of each of its values`(rule: String) throws {
        let grid = try Catalogue.grid("axes: {x: {\(rule)}}")
        var random = SeededGenerator(seed: 7)
        let picks = (0..<500).map { _ in random.int(0...grid.count - 1) }
        for index in picks + [0, 1, grid.count - 2, grid.count - 1] {
            let trial = grid.trial(at: index)
            #expect(grid.index(of: trial.values) == index)
            var row = trial.values
            if case .real(let number) = row[2] { row[2] = .real(number.nextUp.nextUp.nextUp) }
            #expect(grid.index(of: row) == nil)
        }
    }

    @Test func `double-double logarithm and exponential are inverse to thirty digits`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let x = Double.random(in: 1e-3...1e3, using: &random)
            let power = Double.random(in: -200...200, using: &random)
            let number = x * Double(sign: .plus, exponent: Int(power), significand: 1)
            let back = DoubleDouble.exp(DoubleDouble.log(number))
            let error = (back - DoubleDouble(number)).high / number
            #expect(abs(error) < 1e-28)
        }
        // ln 10 to 32 digits, as two doubles.
        let ln10 = DoubleDouble.log(10) - DoubleDouble(2.302585092994046, -2.1707562233822494e-16)
        #expect(abs(ln10.high) < 1e-31)
    }

    @Test func `shortest decimals survive rounding to fifteen digits`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let digits = random.int(1...999_999_999_999_999)
            let exponent = random.int(-320...290)
            guard let number = Double("\(digits)e\(exponent)"), number > 1e-300 else { continue }
            #expect(Spacing.rounded(DoubleDouble(number)) == number)
        }
    }
}
