import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// Replays what a store asked of its disk, up to every call, as a loss of power may leave it.
@Suite struct PowerLossTests {
    /// What was acknowledged after so many calls.
    private struct Acknowledgement {
        var calls: Int
        var finished: Set<Int>
        var failed: Set<Int>
    }

    private let fixture: Fixture
    private let folder: TemporaryFolder

    private static let count = 12

    /// A store's life: rows of several blocks, batches, failures that are forgotten, a metric that
    /// comes late and widens the table, an end and a second life.
    init() throws {
        let label = "two\nlines, \"quoted\"\nt-0123456789abcdef,"
        fixture = try Fixture(
            count: Self.count, fixed: [Assignment(column: "label", value: .text(label))])
        folder = try TemporaryFolder(inMemory: true)
    }

    /// What a life asks of its disk, and what was acknowledged when.
    private func life() throws -> (calls: [DiskCall], acknowledgements: [Acknowledgement]) {
        let recorder = DiskRecorder()
        let (fixture, path) = (fixture, folder("recorded"))
        var acknowledgements = [Acknowledgement(calls: 0, finished: [], failed: [])]
        try recorder.record {
            var finished: Set<Int> = []
            var failed: Set<Int> = []
            func acknowledge() {
                acknowledgements.append(
                    Acknowledgement(
                        calls: recorder.calls.count, finished: finished, failed: failed))
            }
            let store = try fixture.open(path)
            for batch in [[(0, 1)], [(1, 0), (2, 3), (3, 1)]] {
                for (index, rounds) in batch {
                    try store.append(fixture.result(index, rounds: rounds))
                    finished.insert(index)
                }
                try store.append(fixture.failure(8 + batch.count, reason: "a\nb,\"c\"\n"))
                try store.sync()
                failed.insert(8 + batch.count)
                acknowledge()
            }
            failed = []
            acknowledge()
            try store.forgetFailures()
            try store.append(Self.row(fixture, 4))
            try store.sync()
            finished.insert(4)
            acknowledge()
            try store.close()
            let again = try fixture.open(path)
            for index in [6, 5] { try again.append(Self.row(fixture, index)) }
            try again.append(fixture.failure(9))
            try again.close()
            finished.formUnion([5, 6])
            failed = [9]
            acknowledge()
        }
        return (recorder.calls, acknowledgements)
    }

    /// A row with a metric and a logged column that not all rows have.
    private static func row(_ fixture: Fixture, _ index: Int) -> ResultRow {
        var row = fixture.result(
            index,
            metrics: [
                .init("loss", .real(Double(index) / 3)), .init("late", .integer(Int64(index))),
            ])
        var trace = Trace(columns: [.init("round", isInteger: true), .init("grad"), .init("loss")])
        for round in 0..<2 { trace.append([Double(round), 0.25, 1 / Double(round + index + 1)]) }
        row.outcome = TrialOutcome(status: .ok, metrics: row.outcome.metrics, trace: trace)
        return row
    }

    @Test(
        "whatever a loss of power leaves opens, with every acknowledged row",
        arguments: [TraceSegment.limit, 200, 10])
    func everyState(segment limit: Int) throws {
        try TraceSegment.$limit.withValue(limit) { try checkEveryState() }
    }

    private func checkEveryState() throws {
        let (calls, acknowledgements) = try life()
        var disk = CrashingDisk()
        var random = SplitMix(state: 7)
        var seen: Set<[String: [UInt8]]> = []
        for number in 0...calls.count {
            let acknowledged = try #require(acknowledgements.last { $0.calls <= number })
            for keeps in Self.choices(disk.choiceCount, &random) {
                let files = disk.crashed(keeping: keeps)
                guard seen.insert(files).inserted else { continue }
                try check(files, acknowledged, "after \(number) of \(calls.count) calls")
            }
            if number < calls.count { disk.carryOut(calls[number]) }
        }
        // Few states would prove little.
        #expect(seen.count > 500)
    }

    /// All answers to so many questions; where there are too many: all, none, each one alone, all
    /// but each one, and some at random.
    private static func choices(_ count: Int, _ random: inout SplitMix) -> [(Int) -> Bool] {
        if count <= 6 { return (0..<(1 << count)).map { bits in { bits >> $0 & 1 == 1 } } }
        var result: [(Int) -> Bool] = [{ _ in true }, { _ in false }]
        for one in 0..<count {
            result.append { $0 == one }
            result.append { $0 != one }
        }
        for _ in 0..<32 {
            let bits = (0..<count).map { _ in random.next() & 1 == 1 }
            result.append { bits[$0] }
        }
        return result
    }

    private func check(
        _ files: [String: [UInt8]], _ acknowledged: Acknowledgement, _ place: Comment
    ) throws {
        let path = folder("crashed")
        defer { TemporaryFolder.remove(path) }
        try FileSystem.createDirectory(path)
        for (name, bytes) in files {
            let target = path + name.dropFirst(folder("recorded").count)
            try FileSystem.createDirectory(FileSystem.parent(of: target))
            try write(bytes, target)
        }
        let store: Store
        do {
            store = try fixture.open(path)
        } catch {
            Issue.record("\(error) \(place)")
            return
        }
        let finished = Set(store.finished.ranges.flatMap { Array($0) })
        let failed = Set(store.failed.ranges.flatMap { Array($0) })
        #expect(finished.isSuperset(of: acknowledged.finished), place)
        #expect(failed.isSuperset(of: acknowledged.failed), place)
        try checkRows(path, finished, place)

        // What was taken out is somewhere; what is missing runs again; then all is well.
        for item in store.recovery.items where item.kind != .missingLineFeed {
            let kept = try #require(item.keptIn, place)
            #expect(try bytes(kept).count >= item.bytes, place)
        }
        for index in 0..<Self.count where !finished.contains(index) {
            try store.append(Self.row(fixture, index))
        }
        try store.close()
        let again = try fixture.open(path)
        #expect(again.recovery.isEmpty, place)
        #expect(again.finished.ranges == [0..<Self.count], place)
        try checkRows(path, Set(0..<Self.count), place)
    }

    /// No row is doubled or wrong.
    private func checkRows(_ path: String, _ finished: Set<Int>, _ place: Comment) throws {
        let table = try ResultsTable.read(path)
        let indices = table.indices(in: fixture.grid)
        #expect(indices.count == finished.count, place)
        #expect(Set(indices.compactMap { $0 }) == finished, place)
        for (row, index) in indices.enumerated() {
            let loss = try #require(table.position(of: "loss"))
            #expect(table.number(row: row, column: loss) == index.map { Double($0) / 3 }, place)
        }
    }
}

/// A small generator with a seed (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
