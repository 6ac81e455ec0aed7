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

    private static func sweep(_ axes: String) throws -> Sweep {
        try Sweep.read(
            text: "sweep: s\nexperiment: noop\naxes: \(axes)\n", file: "s.yaml", directory: "/",
            overrides: [], experiments: ExperimentRegistry.builtIn.map(\.description))
    }

    private static func open(
        _ folder: String, _ sweep: Sweep, _ grid: Grid
    ) throws -> sending Store {
        try Store.open(
            folder, sweep: sweep, grid: grid, metrics: ["value", "loss"], source: [],
            environment: ManifestEnvironment(
                version: "1", commit: "", cpuModel: "", cpuLevel: "", host: "h", inputs: [:],
                now: 1e9))
    }

    /// Every tenth trial has diverged.
    private static func row(_ index: Int, of grid: Grid) -> ResultRow {
        let trial = grid.trial(at: index)
        let hasDiverged = index % 10 == 3
        return ResultRow(
            index: index, trial: trial, id: grid.id(of: trial),
            outcome: TrialOutcome(
                status: hasDiverged ? .diverged : .ok,
                metrics: [
                    .init("value", .integer(1)),
                    .init("loss", .real(hasDiverged ? .nan : Double(index) / 3)),
                ]),
            provenance: Provenance(
                gitRevision: "g1", host: "h", worker: "1", attempt: 1, startedAt: 1e9,
                duration: 0.25))
    }

    @Test("whatever the size of the parts, the page has each row with its values, and levels once")
    func whole() throws {
        let scratch = Scratch()
        let sweep = try Self.sweep("{busy: [0, 0.5], i: {range: [0, 150]}}")
        let grid = try Grid(sweep)
        let store = try Self.open(scratch.path, sweep, grid)
        let followed = FollowedStore(folder: scratch.path)
        var early = Reader()
        func append(_ indices: Range<Int>) throws {
            for index in indices {
                try store.append(Self.row(index, of: grid))
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

    @Test("when a sweep is edited, the page gets its new axes, with all rows")
    func edited() throws {
        let scratch = Scratch()
        let followed = FollowedStore(folder: scratch.path)
        func run(_ axes: String) throws -> Reader {
            let sweep = try Self.sweep(axes)
            let grid = try Grid(sweep)
            let store = try Self.open(scratch.path, sweep, grid)
            for index in 0..<grid.count where !store.finished.contains(index) {
                try store.append(Self.row(index, of: grid))
            }
            try store.close()
            followed.refresh()
            var reader = Reader()
            try reader.take(followed.contents.rows, limit: 100)
            return reader
        }
        let first = try run("{i: [1, 2, 3]}")
        #expect(first.factors == ["i"] && first.rows.count == 3)
        let second = try run("{busy: [0, 0.5], i: [1, 2, 3]}")
        #expect(second.factors == ["busy", "i"] && second.rows.count == 6)
        #expect(second.position.generation > first.position.generation)
        // The same file again is no edit.
        let third = try run("{busy: [0, 0.5], i: [1, 2, 3]}")
        #expect(third.position == second.position)
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

@Suite("Who listens")
struct HubTests {
    @Test("so many streams and no more, and each gives its place back")
    func bounded() {
        let hub = DashboardHub()
        hub.publish { $0.take(exampleSnapshot(), now: 0) }
        let name = exampleSnapshot().sweeps[0].name
        var open = (0..<DashboardHub.mostStreams).compactMap { _ in hub.open(sweep: name) }
        #expect(open.count == DashboardHub.mostStreams)
        #expect(hub.open(sweep: nil).map { _ in 1 } == nil)
        #expect(hub.followed.count == 1)
        open.removeLast()
        #expect(hub.open(sweep: nil).map { _ in 1 } == 1)
        open = []
        #expect(hub.followed.isEmpty)
        #expect(hub.store(of: "other") == nil)
    }

    @Test("who waits is woken by news, and does not wait for what is there")
    func wakes() async {
        let hub = DashboardHub()
        #expect(hub.event.version == 0)
        async let woken: Void = hub.wait(past: 0)
        hub.publish { $0.miss("no answer") }
        await woken
        await hub.wait(past: 0)
        #expect(hub.event.version == 1 && !hub.event.json.isEmpty)
    }
}
