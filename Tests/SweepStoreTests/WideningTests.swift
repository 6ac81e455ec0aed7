import Testing

@testable import SweepCore
@testable import SweepStore

/// Columns that come after rows.
@Suite struct WideningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func header(_ name: String) throws -> [Substring] {
        let text = try text(folder("s/" + name))
        return text.prefix { $0 != "\n" }.split(separator: ",")
    }

    @Test func `undeclared metrics stand by name, whatever order they came in`() throws {
        let fixture = try Fixture()
        for (store, order) in [("s", [0, 1, 2]), ("t", [2, 0, 1])] {
            let writer = try fixture.open(folder(store), metrics: ["loss"])
            for index in order {
                let name = ["loss", "b", "a"][index]
                try writer.append(fixture.result(index, metrics: [.init(name, .real(1))]))
            }
            try writer.close()
            #expect(try ResultsTable.read(folder(store)).metrics == ["loss", "a", "b"])
        }
    }

    @Test func `a metric that comes in the middle of a sweep gets a column`() throws {
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"), metrics: [])
        try store.append(fixture.result(0, metrics: [.init("loss", .real(1))]))
        try store.append(
            fixture.result(1, metrics: [.init("acc", .real(0.5)), .init("loss", .real(2))]))
        try store.append(fixture.result(2, metrics: []))
        try store.append(fixture.result(3, metrics: [.init("note", .text("a\n,b"))]))
        try store.close()
        let table = try ResultsTable.read(folder("s"))
        #expect(table.metrics == ["acc", "loss", "note"])
        let cells = (0..<4).map { row in table.metrics.map { table.text(row: row, $0) } }
        #expect(
            cells == [
                [nil, "1.0", nil], ["0.5", "2.0", nil], [nil, nil, nil], [nil, nil, "a\n,b"],
            ])
        let again = try fixture.open(folder("s"), metrics: [])
        #expect(again.recovery.isEmpty && again.finished.count == 4)
    }

    @Test func `a trace gets columns, with round first and wall_s last`() throws {
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"))
        for (index, names) in [["loss"], ["wall_s", "loss"], ["grad", "round"]].enumerated() {
            var row = fixture.result(index)
            var trace = Trace(columns: names.map { Trace.Column($0) })
            trace.append([1, 2].prefix(names.count).map { $0 })
            row.outcome = TrialOutcome(status: .ok, metrics: row.outcome.metrics, trace: trace)
            try store.append(row)
        }
        try store.close()
        #expect(
            try header("trace.csv")
                == ["trial", "attempt", "round", "loss", "grad", "wall_s", "row_crc"])
        let rows = try text(folder("s/trace.csv")).split(separator: "\n").dropFirst()
        #expect(
            rows.map { $0.dropFirst(21).dropLast(9) } == [",1.0,,,", ",2.0,,1.0,", "2.0,,1.0,,"])
        #expect(try fixture.open(folder("s")).recovery.isEmpty)
    }

    @Test func `a new axis keeps old rows, and finds them by the default`() throws {
        let old = try Fixture(count: 3, columns: Array(Fixture.columns.prefix(2)))
        var store = try old.open(folder("s"))
        for index in 0..<3 { try store.append(old.result(index)) }
        try store.close()

        // The new parameters have defaults, with which the old trials ran.
        let new = try Fixture(count: 4)
        #expect(try #require(try Store.peek(folder("s"), grid: new.grid)).finished == 3)
        store = try new.open(folder("s"))
        #expect(store.finished.ranges == [0..<3])
        #expect(store.foreignRows == 0)
        try store.append(new.result(3))
        try store.close()
        #expect(
            try header("results.csv").prefix(7)
                == ["trial", "status", "i", "step_size", "method", "method_eta", "label"])

        // The old sweep again: no column is lost.
        store = try old.open(folder("s"))
        #expect(store.finished.ranges == [0..<3])
        try store.close()
        #expect(try header("results.csv").contains("method_eta"))
    }

    @Test func `rows of trials that are no longer asked for stay`() throws {
        let wide = try Fixture(count: 5)
        var store = try wide.open(folder("s"))
        for index in 0..<5 { try store.append(wide.result(index)) }
        try store.close()
        let narrow = try Fixture(count: 2)
        store = try narrow.open(folder("s"))
        #expect(store.finished.ranges == [0..<2])
        #expect(store.foreignRows == 3)
        try store.close()
        let table = try ResultsTable.read(folder("s"))
        #expect(table.count == 5)
        #expect(table.indices(in: narrow.grid) == [0, 1, nil, nil, nil])
        #expect(table.count(ofStatus: "ok", in: narrow.grid) == 2)
    }

    @Test func `a widening that was cut short is repeated`() throws {
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"), metrics: [])
        try store.append(fixture.result(0, metrics: [.init("loss", .real(1))]))
        try store.close()
        let narrow = try bytes(folder("s/results.csv"))
        let wide = try fixture.open(folder("s"), metrics: ["acc"])
        try wide.close()
        // As if the process had died between the manifest and the new file.
        try write(narrow, folder("s/results.csv"))
        try write(Array(narrow.prefix(40)), folder("s/results.csv.new"))
        let again = try fixture.open(folder("s"), metrics: [])
        #expect(again.finished.count == 1)
        try again.append(fixture.result(1, metrics: [.init("acc", .real(2))]))
        try again.close()
        #expect(try ResultsTable.read(folder("s")).metrics == ["acc", "loss"])
        #expect(try FileSystem.names(in: folder("s")).allSatisfy { !$0.hasSuffix(".new") })
    }

    @Test(
        "a name that is taken, or is none, is refused",
        arguments: ["trial", "host", "step_size", "a,b", "", "1a", "a b", "=a", "row_crc"])
    func conflict(_ name: String) throws {
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"))
        let row = fixture.result(0, metrics: [.init(name, .real(1))])
        #expect(throws: StoreError.self) { try store.append(row) }
        // The store is as before.
        try store.append(fixture.result(0))
        try store.close()
        #expect(try fixture.open(folder("s")).finished.count == 1)
    }

    @Test func `a parameter with the name of a column is refused on opening`() throws {
        let fixture = try Fixture(columns: [
            Column(name: "i", type: .integer(0...1000), fallback: nil),
            Column(name: "duration.s", type: .any, fallback: .text("x")),
        ])
        let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        #expect(error.description.contains("duration_s"))
        #expect(try FileSystem.kind(of: folder("s"), followingLinks: true) == .nothing)
    }
}
