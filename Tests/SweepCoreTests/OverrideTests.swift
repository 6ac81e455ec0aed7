import Testing

@testable import SweepCore

@Suite struct OverrideTests {
    static let file = """
        sweep: s
        experiment: distributed-sgd
        limits: {attempts: 2, timeout: 1h}
        metric: {name: loss, goal: minimize}
        fixed: {clients: 5}
        axes:
          seed: {range: [0, 3]}
          step-size: [0.1, 1]
          method: [ec, {kind: econtrol, eta: [0.1, 0.2]}, {kind: ef21-sgdm, beta: 0.5}]
          split: [iid, sorted]
        exclude: [{method: ec, split: sorted}]
        """

    private func read(_ overrides: String...) throws -> Grid {
        try Grid(Catalogue.read(Self.file, overrides: overrides))
    }

    private func distinct(_ grid: Grid, _ column: String) -> [String] {
        var seen: [String] = []
        for text in grid.texts(column) where !seen.contains(text) { seen.append(text) }
        return seen
    }

    @Test(arguments: [
        ("step-size=0.5", "step-size", "0.5"), ("step-size=0.5,1e-2", "step-size", "0.5 0.01"),
        ("seed=range(7,9)", "seed", "7 8"), ("seed=range(0, 10, 5)", "seed", "0 5"),
        ("step-size=log(1e-3,1,4)", "step-size", "0.001 0.01 0.1 1"),
        ("step-size=linear(1,2,3)", "step-size", "1 1.5 2"),
        ("clients=10,20", "clients", "10 20"), ("clients=7", "clients", "7"),
        ("batch=full,16", "batch", "full 16"), ("data='a, b.txt',c.txt", "data", "a, b.txt c.txt"),
        ("method=ef21,sgd", "method", "ef21 sgd"), ("method=ef21", "method", "ef21"),
        ("method.eta=0.3,0.4,0.5", "method.eta", " 0.3 0.4 0.5"),
        ("method=[ec,{kind: econtrol, eta: [1, 2]}]", "method.eta", " 1 2"),
        ("method={kind: econtrol, eta: 3}", "method.eta", "3"),
        ("zeta=range(0,1,0.25)", "zeta", "0 0.25 0.5 0.75"),
    ])
    func `an override replaces what the file assigns`(
        override: String, column: String, texts: String
    ) throws {
        let grid = try read(override)
        let parts = texts.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let expected = column == "data" ? ["a, b.txt", "c.txt"] : parts
        #expect(distinct(grid, column).sorted() == expected.sorted())
    }

    @Test func `the order of a kind and its parameter does not matter`() throws {
        let one = try read("method=econtrol", "method.eta=0.3,0.4")
        let other = try read("method.eta=0.3,0.4", "method=econtrol")
        #expect(one.sweep == other.sweep)
        #expect(one.texts("method.eta").prefix(4) == other.texts("method.eta").prefix(4))
        #expect(distinct(one, "method.eta") == ["0.3", "0.4"])
        #expect(distinct(one, "method") == ["econtrol"])
    }

    @Test func `a parameter of the default kind can be overridden`() throws {
        let grid = try Catalogue.grid("", "shape.r=2,3")
        #expect(grid.texts("shape.r") == ["2", "3"])
        #expect(try Catalogue.grid("", "shape.r=2").texts("shape.r") == ["2"])
        #expect(try Catalogue.grid("fixed: {shape: box}", "shape.w=9").texts("shape.w") == ["9"])
    }

    @Test func `an exclusion that an override makes idle is dropped, one that it fixes narrows`()
        throws
    {
        #expect(try read("split=iid").excludedCount == 0)
        #expect(try read("split=sorted").excludedCount == 3 * 2)
        #expect(try read("split=sorted").texts("method").contains("ec") == false)
        #expect(try read("method=ef21,sgd").excludedCount == 0)
        #expect(throws: SweepFileError.self) { try read("split=sorted", "method=ec") }
    }

    @Test func `limits and metric can be overridden`() throws {
        let sweep = try read("limits.attempts=7", "limits.timeout=90s", "metric.goal=maximize")
            .sweep
        #expect(sweep.limits == Limits(timeout: 90, attempts: 7, maxFailures: 20))
        #expect(sweep.metric == MetricGoal(name: "loss", goal: .maximize))
        #expect(
            try Catalogue.read("sweep: s\nexperiment: command", "argv=ls", "limits.max-failures=1")
                .limits.maxFailures == 1)
    }

    @Test func `an axis keeps its place, a new one comes last`() throws {
        let sweep = try read("seed=4,5", "clients=1,2", "split=iid").sweep
        #expect(
            sweep.describeAxes().flatMap(\.names) == ["seed", "step-size", "method", "clients"])
        #expect(sweep.fixed == [Assignment("split", .text("iid"))])
    }

    @Test func `a command takes words and undeclared parameters`() throws {
        let sweep = try Catalogue.read(
            "sweep: s\nexperiment: command\naxes: {x: [1, 2]}", "argv=[python3, a b.py, '{x}']",
            "y=0.5,abc")
        let grid = try Grid(sweep)
        #expect(grid.trial(at: 0)["argv"] == .text("[\"python3\",\"a b.py\",\"{x}\"]"))
        #expect(grid.texts("y") == ["0.5", "abc", "0.5", "abc"])
        #expect(sweep.columns.map(\.name) == ["argv", "x", "y"])
        #expect(sweep.inputs().map(\.column) == ["argv"])
    }
}
