import SweepCore
import Testing

@testable import SweepStore

@Suite struct StoreTests {
    let folder: TemporaryFolder
    let fixture: Fixture

    init() throws {
        folder = try TemporaryFolder()
        fixture = try Fixture()
    }

    @Test func `a new store has its files, a header row each, and the sweep file as it was`() throws
    {
        let store = try fixture.open(folder("a/b/store"))
        try store.close()
        #expect(
            try text(folder("a/b/store/results.csv"))
                == "trial,status,i,step_size,method,method_eta,label,loss,bits,trace_rows,git_rev,"
                + "host,worker,attempt,started_at,duration_s,row_crc\n")
        #expect(try text(folder("a/b/store/trace.csv")) == "trial,attempt,row_crc\n")
        #expect(
            try text(folder("a/b/store/failures.csv"))
                == "trial,index,attempt,host,worker,started_at,duration_s,exit_code,signal,reason,"
                + "row_crc\n")
        #expect(try text(folder("a/b/store/sweep.yaml")) == "sweep: fixture\n")
        #expect(store.recovery.isEmpty)
        #expect(store.finished.count == 0)
    }

    @Test func `a row stands as documented`() throws {
        let store = try fixture.open(folder("s"))
        try store.append(fixture.result(3, rounds: 2))
        try store.append(fixture.failure(4, reason: "line 1\nline \"2\", end"))
        try store.close()
        let id = fixture.grid.id(of: fixture.grid.trial(at: 3))
        let failed = fixture.grid.id(of: fixture.grid.trial(at: 4))
        let row = try text(folder("s/results.csv")).split(separator: "\n")[1]
        #expect(
            row.dropLast(9)
                == "\(id),ok,3,0.1,ec,,none,1.0,192,2,g1e10,node1,1,1,2026-02-01T00:00:00.123Z,"
                + "0.25,")
        let trace = try text(folder("s/trace.csv")).split(separator: "\n")
        #expect(trace[0] == "trial,attempt,round,loss,row_crc")
        #expect(trace[1].dropLast(9) == "\(id),1,0,0.25,")
        #expect(trace[2].dropLast(9) == "\(id),1,1,0.2,")
        let failure = try text(folder("s/failures.csv")).split(separator: "\n", maxSplits: 1)[1]
        #expect(
            failure.dropLast(10)
                == "\(failed),4,3,node1,1,2026-02-01T00:00:00.000Z,1.0,7,,"
                + "\"line 1\nline \"\"2\"\", end\",")
    }

    @Test func `what was appended is known when the store is opened again`() throws {
        let store = try fixture.open(folder("s"))
        for index in [5, 0, 1, 999, 7] { try store.append(fixture.result(index)) }
        for index in [2, 7, 8] { try store.append(fixture.failure(index)) }
        #expect(store.finished.ranges == [0..<2, 5..<6, 7..<8, 999..<1000])
        #expect(store.failed.ranges == [2..<3, 8..<9])
        try store.close()
        let again = try fixture.open(folder("s"))
        #expect(again.recovery.isEmpty)
        #expect(again.finished == store.finished)
        #expect(again.failed == store.failed)
        #expect(again.foreignRows == 0)
        let peeked = try #require(try Store.peek(folder("s"), grid: fixture.grid))
        #expect(peeked == (finished: 5, failed: 2))
    }

    @Test func `a trial is stored once`() throws {
        let store = try fixture.open(folder("s"))
        try store.append(fixture.result(1))
        let id = fixture.result(1).id.description
        #expect(throws: StoreError.alreadyStored(trial: id)) { try store.append(fixture.result(1)) }
    }

    @Test func `failures can be forgotten, and are kept aside`() throws {
        let store = try fixture.open(folder("s"))
        try store.append(fixture.failure(2))
        try store.append(fixture.result(3))
        try store.forgetFailures()
        #expect(store.failed.count == 0)
        try store.append(fixture.failure(6))
        try store.forgetFailures()
        try store.close()
        let again = try fixture.open(folder("s"))
        #expect(again.failed.count == 0)
        #expect(again.finished.count == 1)
        #expect(try text(folder("s/lost+found/failures-1.csv")).contains("it broke"))
        #expect(try text(folder("s/lost+found/failures-2.csv")).contains("it broke"))
    }

    @Test func `peeking finds nothing where no store is, and writes nothing`() throws {
        #expect(try Store.peek(folder("none"), grid: fixture.grid) == nil)
        #expect(try Store.peek(folder.path, grid: fixture.grid) == nil)
        #expect(try FileSystem.names(in: folder.path).isEmpty)
    }

    @Test func `rows are read beside the writer`() throws {
        let store = try fixture.open(folder("s"))
        try store.append(fixture.result(1))
        try store.sync()
        try store.append(fixture.result(2))
        let table = try ResultsTable.read(folder("s"))
        #expect(table.count == 1)
        #expect(table.text(row: 0, "step_size") == "0.1")
        #expect(table.text(row: 0, "method_eta") == nil)
        #expect(table.metrics == ["loss", "bits"])
        #expect(table.number(row: 0, column: table.position(of: "bits")!) == 64)
        try store.close()
        #expect(try ResultsTable.read(folder("s")).count == 2)
    }
}
