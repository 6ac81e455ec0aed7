import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// What stands where a store's files should.
@Suite struct StrangeFilesTests {
    let folder: TemporaryFolder
    let fixture: Fixture

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        fixture = try Fixture(count: 6)
        let store = try fixture.open(folder("s"))
        for index in 0..<5 { try store.append(fixture.result(index)) }
        try store.append(fixture.failure(5))
        try store.close()
    }

    @Test(
        "a folder in the place of a file is named by everybody who looks at it",
        arguments: ["results.csv", "trace.csv", "failures.csv", "manifest.json"])
    func folders(name: String) throws {
        unlink(folder("s/" + name))
        try FileSystem.createDirectory(folder("s/" + name))
        let looks: [() throws -> Void] = [
            { _ = try fixture.open(folder("s")) },
            { _ = try Store.repair(folder("s"), host: "node1") },
            { _ = try Store.compact(folder("s"), host: "node1") },
        ]
        for look in looks {
            let error = try #require(throws: StoreError.self) { try look() }
            #expect(error.description.contains("s/\(name): not a regular file"), "\(error)")
            #expect(error.exitCode == 65)
        }
    }

    @Test func `a table that is missing is missed in the same words by everybody`() throws {
        unlink(folder("s/results.csv"))
        let looks: [() throws -> Void] = [
            { _ = try fixture.open(folder("s")) }, { _ = try ResultsTable.read(folder("s")) },
            { _ = try StoreExport(folder("s")) },
            { _ = try Store.repair(folder("s"), host: "node1") },
        ]
        for look in looks {
            let error = try #require(throws: StoreError.self) { try look() }
            #expect(error.description.contains("s/results.csv: the file is missing"), "\(error)")
            #expect(error.exitCode == 65)
        }
    }

    @Test("a table without which results stand is made anew", arguments: ["failures", "trace"])
    func missing(table: String) throws {
        unlink(folder("s/\(table).csv"))
        #expect(try StoreVerification(folder("s")).problems.count == 1)
        let planned = try Store.repair(folder("s"), host: "node1", isDry: true)
        #expect(planned.items.first { $0.kind == .missingFile }?.file == "\(table).csv")
        #expect(access(folder("s/\(table).csv"), F_OK) != 0)
        let done = try Store.repair(folder("s"), host: "node1")
        #expect(done.items.first { $0.kind == .missingFile }?.file == "\(table).csv")
        let store = try fixture.open(folder("s"))
        #expect(store.recovery.isEmpty)
        #expect(store.finished.count == (table == "trace" ? 0 : 5))
    }

    @Test func `a file far behind the trace's last is not followed up to`() throws {
        try write(try bytes(folder("s/trace.csv")), folder("s/trace-999999999.csv"))
        let error = try #require(throws: StoreError.self) {
            try Store.repair(folder("s"), host: "node1")
        }
        #expect(error.description.contains("move this one away"), "\(error)")
        #expect(try TraceSegment.numbers(in: folder("s")) == [1, 999_999_999])
        unlink(folder("s/trace-999999999.csv"))
        #expect(try fixture.open(folder("s")).recovery.isEmpty)
    }

    @Test func `a byte order mark is named`() throws {
        try write(
            [0xEF, 0xBB, 0xBF] + (try bytes(folder("s/results.csv"))), folder("s/results.csv"))
        let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        #expect(error.description.contains("results.csv:1: the file begins with a byte order mark"))
    }

    @Test func `a row that stands there twice is read once, and rows that disagree are an error`()
        throws
    {
        let whole = try bytes(folder("s/results.csv"))
        let lines = try text(folder("s/results.csv")).split(separator: "\n")
        try write(whole + Array((lines[2] + "\n").utf8), folder("s/results.csv"))
        #expect(try ResultsTable.read(folder("s")).count == 5)
        var visited: [Int] = []
        try Store.visitResults(folder("s"), grid: fixture.grid) { _ in { visited.append($0.index) }
        }
        #expect(visited == [0, 1, 2, 3, 4])

        let other = try fixture.open(folder("other"))
        try other.append(fixture.result(1, metrics: [.init("loss", .real(99))]))
        try other.close()
        let row = try text(folder("other/results.csv")).split(separator: "\n")[1]
        try write(whole + Array((row + "\n").utf8), folder("s/results.csv"))
        let error = try #require(throws: StoreError.self) { try ResultsTable.read(folder("s")) }
        #expect(error.description.contains("results.csv:3,7: "), "\(error)")
    }
}
