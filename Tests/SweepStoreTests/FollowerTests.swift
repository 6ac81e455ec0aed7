import Glibc
import SweepCore
import Testing

@testable import SweepStore

@Suite("A table that is read as it grows")
struct FollowerTests {
    let folder: TemporaryFolder
    let fixture: Fixture

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        fixture = try Fixture()
    }

    /// What one call hands over: whether it began anew, and the new trials' values of `i`.
    private func poll(
        _ follower: ResultsFollower
    ) throws -> (began: Bool, values: [Int], metrics: [String]) {
        var began = false
        var column = -1
        var metrics: [String] = []
        var values: [Int] = []
        try follower.poll(
            began: { columns in
                began = true
                column = columns.position(of: "i") ?? -1
                metrics = columns.metrics
            },
            { row in values.append(Int(row.number(column))) })
        if column < 0, !values.isEmpty { Issue.record("rows before the columns") }
        return (began, values, metrics)
    }

    /// The same, where a test knows the column.
    private func ids(_ follower: ResultsFollower) throws -> [TrialID] {
        var ids: [TrialID] = []
        try follower.poll(began: { _ in }, { row in ids.append(row.id) })
        return ids
    }

    private func id(_ index: Int) -> TrialID { fixture.grid.id(of: fixture.grid.trial(at: index)) }

    @Test func `each row is handed over once, however it is cut between two calls`() throws {
        let store = try fixture.open(folder("s"))
        for index in 0..<5 { try store.append(fixture.result(index)) }
        try store.close()
        let whole = try bytes(folder("s/results.csv"))
        let header = try #require(whole.firstIndex(of: 10)) + 1
        for step in [1, 7, 100, 1000] {
            let follower = ResultsFollower(folder("s"))
            var seen: [TrialID] = []
            for end in stride(from: header, to: whole.count, by: step) + [whole.count] {
                // Appended to in place, as a writer does.
                let descriptor = open(folder("s/results.csv"), O_WRONLY)
                defer { close(descriptor) }
                try FileSystem.write(
                    Array(whole[..<end]), descriptor, folder("s/results.csv"), at: 0)
                try #require(ftruncate(descriptor, end) == 0)
                seen += try ids(follower)
            }
            #expect(seen == (0..<5).map(id), "in steps of \(step)")
            #expect(try ids(follower) == [])
        }
    }

    @Test func `a table with another column comes once more, whole`() throws {
        let store = try fixture.open(folder("s"), metrics: ["loss"])
        try store.append(fixture.result(0, metrics: [.init("loss", .real(1))]))
        try store.sync()
        let follower = ResultsFollower(folder("s"))
        let first = try poll(follower)
        #expect(first.began && first.values == [0] && first.metrics == ["loss"])
        try store.append(
            fixture.result(1, metrics: [.init("acc", .real(1)), .init("loss", .real(1))]))
        try store.close()
        let second = try poll(follower)
        #expect(second.began && second.values == [0, 1] && second.metrics == ["loss", "acc"])
        let third = try poll(follower)
        #expect(!third.began && third.values == [])
    }

    @Test func `a file that was cut and has grown again is read anew`() throws {
        let store = try fixture.open(folder("s"))
        for index in 0..<3 { try store.append(fixture.result(index)) }
        try store.close()
        let three = try bytes(folder("s/results.csv"))
        let follower = ResultsFollower(folder("s"))
        #expect(try ids(follower) == (0..<3).map(id))
        // After a crash: the last row was lost, and longer ones came in its place.
        let lines = three.split(separator: 10, omittingEmptySubsequences: false)
        let row = fixture.result(
            10, metrics: [.init("loss", .real(.pi)), .init("bits", .integer(1 << 40))])
        let other = try fixture.open(folder("t"))
        try other.append(row)
        try other.append(fixture.result(11))
        try other.close()
        let others = try bytes(folder("t/results.csv")).split(separator: 10)
        let grown =
            Array(lines[..<3].joined(separator: [10])) + [10]
            + Array(others[1...].joined(separator: [10])) + [10]
        try #require(grown.count > three.count)
        try write(grown, folder("s/results.csv"))
        var seen: [[TrialID]] = []
        for _ in 0..<4 { seen.append(try ids(follower)) }
        #expect(seen.contains([id(0), id(1), id(10), id(11)]))
        #expect(try ids(follower) == [])
    }

    @Test func `rows behind damage are not made up, and rows before it are not lost`() throws {
        let store = try fixture.open(folder("s"))
        for index in 0..<3 { try store.append(fixture.result(index)) }
        try store.close()
        var damaged = try bytes(folder("s/results.csv"))
        let feeds = damaged.indices.filter { damaged[$0] == 10 }
        damaged[feeds[1] + 25] ^= 1
        try write(damaged, folder("s/results.csv"))
        let follower = ResultsFollower(folder("s"))
        var calls = 0
        for _ in 0..<6 where try !ids(follower).isEmpty { calls += 1 }
        // At first, and once more when it begins anew to see whether the file was replaced.
        #expect(calls <= 2)
        var count = 0
        try ResultsFollower(folder("s")).poll(began: { _ in }, { _ in count += 1 })
        #expect(count == 1)
    }

    @Test(arguments: [256_000_000, 300])
    func `a trial's trace is found in whichever file it stands, while they grow`(
        _ limit: Int
    ) throws {
        try TraceSegment.$limit.withValue(limit) {
            let store = try fixture.open(folder("s"))
            let follower = TraceFollower(folder("s"))
            for index in 0..<20 {
                try store.append(fixture.result(index, rounds: index))
                try store.sync()
                try follower.poll()
                let rows = try follower.rows(of: id(index), columns: ["round", "none", "loss"])
                guard index > 0 else {
                    #expect(rows == nil)
                    continue
                }
                let found = try #require(rows)
                #expect(found.map { $0[0] } == (0..<index).map(Double.init))
                #expect(found.allSatisfy { $0[1].isNaN })
                #expect(found.map { $0[2] } == (0..<index).map { 1 / Double($0 + index + 1) })
            }
            #expect(follower.columns == ["round", "loss"])
            #expect(try follower.rows(of: TrialID(bits: 1), columns: ["loss"]) == nil)
            try store.close()
        }
    }
}
