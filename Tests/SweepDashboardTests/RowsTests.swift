import Experiments
import Foundation
import SweepCore
import Testing

@testable import SweepDashboard
@testable import SweepStore

@Suite("Finished trials on their way to the page")
struct RowsTests {
    /// What a browser has put together from events.
    private struct Reader {
        var position = SweepRows.Position()
        var factors: [String] = []
        var levels: [[String]] = []
        var rows: [(id: String, value: Double?, labels: [String])] = []
        var diverged: Set<String> = []

        mutating func take(_ rows: SweepRows, limit: Int) throws {
            while let news = rows.news(after: position, metric: "loss", limit: limit) {
                position = news.position
                let event = try parsed(news.json)
                if let names = event["factors"] as? [String] {
                    self = Reader(position: position, factors: names)
                    levels = names.map { _ in [] }
                }
                #expect(event["from"] as? Int == self.rows.count)
                for entry in try #require(event["levels"] as? [[Any]]) {
                    let factor = try #require(entry[0] as? Int)
                    levels[factor] += try #require(entry[1] as? [String])
                }
                let ids = try #require(event["ids"] as? [String])
                let values = try #require(event["values"] as? [Any])
                let places = try #require(event["places"] as? [Int])
                for (row, id) in ids.enumerated() {
                    self.rows.append(
                        (
                            id, values[row] as? Double,
                            factors.indices.map { levels[$0][places[row * factors.count + $0]] }
                        ))
                }
                for row in try #require(event["diverged"] as? [Int]) { diverged.insert(ids[row]) }
            }
        }
    }

    private final class Scratch {
        let path = NSTemporaryDirectory() + "windrow-dashboard-\(UUID().uuidString)"
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test("whatever the size of the parts, the page has each row with its values, and levels once")
    func whole() throws {
        let scratch = Scratch()
        let sweep = try Sweep.read(
            text: """
                sweep: s
                experiment: noop
                axes:
                  busy: [0, 0.5]
                  i: {range: [0, 150]}
                """, file: "s.yaml", directory: "/", overrides: [],
            experiments: ExperimentRegistry.builtIn.map(\.description))
        let grid = try Grid(sweep)
        let store = try Store.open(
            scratch.path, sweep: sweep, grid: grid, metrics: ["value", "loss"],
            source: [],
            environment: ManifestEnvironment(
                version: "1", commit: "", cpuModel: "", cpuLevel: "", host: "h", inputs: [:],
                now: 1e9))
        let followed = FollowedStore(folder: scratch.path)
        var early = Reader()
        func append(_ indices: Range<Int>) throws {
            for index in indices {
                let trial = grid.trial(at: index)
                try store.append(
                    ResultRow(
                        index: index, trial: trial, id: grid.id(of: trial),
                        outcome: TrialOutcome(
                            status: index % 10 == 3 ? .diverged : .ok,
                            metrics: [
                                .init("value", .integer(1)),
                                .init("loss", .real(index % 10 == 3 ? .nan : Double(index) / 3)),
                            ]),
                        provenance: Provenance(
                            gitRevision: "g1", host: "h", worker: "1", attempt: 1, startedAt: 1e9,
                            duration: 0.25)))
            }
            try store.sync()
            followed.refresh()
            #expect(followed.contents.problem == nil)
            try early.take(followed.contents.rows, limit: 7)
        }
        try append(0..<3)
        #expect(early.rows.count == 3)
        try append(3..<200)
        try append(200..<300)
        try store.close()
        for limit in [1, 64, 10_000] {
            var late = Reader()
            try late.take(followed.contents.rows, limit: limit)
            for reader in [early, late] {
                #expect(reader.factors == ["busy", "i"])
                #expect(reader.rows.count == 300)
                #expect(reader.levels.map(\.count) == [2, 150])
                for (index, row) in reader.rows.enumerated() {
                    let trial = grid.trial(at: index)
                    #expect(row.id == "\(grid.id(of: trial))")
                    #expect(row.value == (index % 10 == 3 ? nil : Double(index) / 3))
                    #expect(row.labels == ["busy", "i"].map { trial[$0].map { "\($0)" } ?? "" })
                    #expect(reader.diverged.contains(row.id) == (index % 10 == 3))
                }
            }
        }
    }

    @Test("a folder without a store is a problem in words, and a store that comes later is read")
    func absent() throws {
        let scratch = Scratch()
        let followed = FollowedStore(folder: scratch.path)
        followed.refresh()
        #expect(followed.contents.problem?.contains(scratch.path) == true)
        #expect(followed.contents.rows.news(after: .init(), metric: nil) == nil)
    }
}
