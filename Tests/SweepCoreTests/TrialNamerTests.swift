import Testing

@testable import SweepCore

@Suite struct TrialNamerTests {
    @Test("names in any order are those of trials one by one", arguments: 0..<100 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        let random = RandomSweep(seed: seed)
        guard !random.enumeration().kept.isEmpty else { return }
        // With a text of many blocks that stands before or behind what the axes vary.
        let used = random.axes.map(\.text).joined()
        let long = String(repeating: "long ", count: Int(seed % 60))
        let fixed =
            used.contains("text:") || used.contains("file:") || long.isEmpty
            ? "" : "fixed: {text: '\(long)', file: '\(long)'}\n"
        let grid = try Grid(Catalogue.read(random.file(fixed: fixed)))
        var generator = SeededGenerator(seed: seed)
        let namer = TrialNamer(grid)
        let orders = [
            Array(0..<grid.count), (0..<grid.count).shuffled(using: &generator),
            Array((0..<grid.count).reversed()), [0, 0],
        ]
        for index in orders.joined() {
            #expect(namer.id(at: index) == grid.id(of: grid.trial(at: index)), "\(random.file())")
        }
    }

    @Test func `names of neighbours whose numbers have other lengths are right`() throws {
        let grid = try Catalogue.grid("axes: {b: {range: [0, 12000]}}\n")
        let namer = TrialNamer(grid)
        for index in [9, 10, 9, 99, 100, 999, 1000, 9999, 10_000, 7, 11_999, 0] {
            #expect(namer.id(at: index) == grid.id(of: grid.trial(at: index)))
        }
    }
}
