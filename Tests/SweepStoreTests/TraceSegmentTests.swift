import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// A trace in many small files.
@Suite struct TraceSegmentTests {
    let folder: TemporaryFolder
    let fixture: Fixture
    static let count = 20

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        fixture = try Fixture(count: Self.count)
    }

    /// A row whose trace logs another column from a trial on.
    static func row(_ fixture: Fixture, _ index: Int, late: Int = 12) -> ResultRow {
        var row = fixture.result(index)
        var columns: [Trace.Column] = [.init("round", isInteger: true), .init("loss")]
        if index >= late { columns.append(.init("late")) }
        var trace = Trace(columns: columns)
        for round in 0..<index * 5 % 7 {
            trace.append(
                [Double(round), 1 / Double(index + 3), 0.5].prefix(columns.count).map(\.self))
        }
        row.outcome = TrialOutcome(status: .ok, metrics: row.outcome.metrics, trace: trace)
        return row
    }

    /// Writes a store whose files of the trace have at most so many bytes.
    private func fill(_ name: String, limit: Int, late: Int = 12) throws {
        try TraceSegment.$limit.withValue(limit) {
            let store = try fixture.open(folder(name))
            for index in 0..<Self.count {
                try store.append(Self.row(fixture, index, late: late))
                if index % 3 == 2 { try store.sync() }
            }
            try store.close()
        }
    }

    static func files(_ path: String) throws -> [String] {
        try TraceSegment.numbers(in: path).map { path + "/" + TraceSegment.name($0) }
    }

    /// The rows of all files, without their headers.
    private func rows(_ name: String) throws -> [String] {
        try Self.files(folder(name)).flatMap { file in
            try text(file).split(separator: "\n").dropFirst().map(String.init)
        }
    }

    @Test func `a file's number can be told from its name`() {
        for number in [1, 2, 9, 10, 9999, 10_000, 123_456] {
            #expect(TraceSegment.number(of: TraceSegment.name(number)) == number)
        }
        for name in [
            "trace-1.csv", "trace-2.csv", "trace-0001.csv", "trace-0000.csv", "trace-00002.csv",
            "trace-.csv", "trace--002.csv", "trace-+002.csv", "trace-0002.csv.new", "trace.csv2",
            "results.csv", "trace-99999999999999999999.csv",
        ] {
            #expect(TraceSegment.number(of: name) == nil, "\(name)")
        }
        #expect(TraceSegment.limit == 256_000_000)
    }

    @Test("files are filled up to the limit and not beyond", arguments: [100, 150, 200, 333, 900])
    func limit(bytes limit: Int) throws {
        try fill("whole", limit: 1 << 20, late: .max)
        try fill("s", limit: limit, late: .max)
        #expect(try Self.files(folder("whole")).count == 1)
        #expect(try rows("s") == rows("whole"))
        let files = try Self.files(folder("s"))
        #expect(files.count > 2)
        for (number, file) in files.enumerated() {
            let size = try bytes(file).count
            let isAlone = try text(file).split(separator: "\n").count == 2
            #expect(size <= limit || isAlone)
            // The next row would not have fitted.
            guard number + 1 < files.count else { continue }
            let next = try text(files[number + 1]).split(separator: "\n")
            #expect(size + (try #require(next.dropFirst().first)).utf8.count + 1 > limit)
        }
        let again = try fixture.open(folder("s"))
        #expect(again.recovery.isEmpty && again.finished.ranges == [0..<Self.count])
    }

    @Test("every verb reads many files as it reads one", arguments: [10, 150, 400])
    func verbs(limit: Int) throws {
        try fill("whole", limit: 1 << 20)
        try fill("s", limit: limit)
        #expect(try Self.files(folder("s")).count > 3)
        let verified = try StoreVerification(folder("s"))
        #expect(verified.problems.isEmpty)
        #expect(verified.traceRows == (0..<Self.count).reduce(0) { $0 + $1 * 5 % 7 })
        let difference = try StoreComparison(folder("s"), folder("whole"))
        #expect(difference.common == Self.count && difference.differences.isEmpty)
        var exports: [[UInt8]] = []
        for name in ["s", "whole"] {
            var bytes: [UInt8] = []
            try StoreExport(folder(name), isWide: true).write { bytes += $0 }
            exports.append(bytes)
        }
        #expect(exports[0] == exports[1])
        try TraceSegment.$limit.withValue(limit) {
            try StoreMerge([folder("s"), folder("whole")]).write(to: folder("merged"), now: 0)
        }
        #expect(try Self.files(folder("merged")).count > 3)
        #expect(try StoreComparison(folder("merged"), folder("whole")).differences.isEmpty)
        #expect(try fixture.open(folder("merged")).recovery.isEmpty)
        let before = try Set(rows("s"))
        let compacted = try Store.compact(folder("s"), host: "node1")
        #expect(compacted.bytesBefore == compacted.bytesAfter)
        #expect(try Set(rows("s")) == before)
        #expect(try StoreComparison(folder("s"), folder("whole")).differences.isEmpty)
    }

    @Test func `a change in a trace of many files is a difference`() throws {
        try fill("s", limit: 150, late: .max)
        try fill("late", limit: 150, late: 17)
        let differences = try StoreComparison(folder("s"), folder("late")).differences
        let expected = (17..<Self.count).filter { $0 * 5 % 7 > 0 }.map {
            fixture.grid.id(of: fixture.grid.trial(at: $0))
        }
        #expect(differences.map(\.trial) == expected)
    }

    @Test func `a column that comes late leaves full files as they are`() throws {
        try fill("s", limit: 300, late: .max)
        let files = try Self.files(folder("s"))
        let before = try files.map(bytes)
        let wide = try Fixture(count: Self.count + 4)
        try TraceSegment.$limit.withValue(300) {
            let store = try wide.open(folder("s"))
            for index in Self.count..<Self.count + 4 { try store.append(Self.row(wide, index)) }
            try store.close()
        }
        #expect(try files.dropLast().map(bytes) == Array(before.dropLast()))
        let headers = try Self.files(folder("s")).map { try text($0).prefix { $0 != "\n" } }
        #expect(headers.first == "trial,attempt,round,loss,row_crc")
        #expect(headers.last == "trial,attempt,round,loss,late,row_crc")
        let again = try wide.open(folder("s"))
        #expect(again.recovery.isEmpty && again.finished.count == Self.count + 4)
        #expect(try StoreVerification(folder("s")).problems.isEmpty)
    }

    @Test func `a store in one file goes on in more`() throws {
        let store = try fixture.open(folder("s"))
        for index in 0..<10 { try store.append(Self.row(fixture, index)) }
        try store.close()
        let before = try bytes(folder("s/trace.csv"))
        try TraceSegment.$limit.withValue(200) {
            let again = try fixture.open(folder("s"))
            for index in 10..<Self.count { try again.append(Self.row(fixture, index, late: .max)) }
            try again.close()
        }
        #expect(try bytes(folder("s/trace.csv")) == before)
        #expect(try Self.files(folder("s")).count > 3)
        #expect(try fixture.open(folder("s")).recovery.isEmpty)
    }

    @Test func `rows without their results row are taken out of every file`() throws {
        try fill("s", limit: 120)
        let lines = try text(folder("s/results.csv")).split(separator: "\n")
        try write(Array((lines[0] + "\n" + lines[4] + "\n").utf8), folder("s/results.csv"))
        let store = try fixture.open(folder("s"))
        #expect(store.finished.ranges == [3..<4])
        #expect(store.recovery.items.allSatisfy { $0.kind == .orphanedTrace })
        #expect(store.recovery.items.contains { $0.file == "trace-0003.csv" })
        #expect(try rows("s").count == 1)
        for index in 0..<Self.count where index != 3 { try store.append(Self.row(fixture, index)) }
        try store.close()
        #expect(try fixture.open(folder("s")).recovery.isEmpty)
    }

    @Test func `a file that is missing is an error, and a repair runs its trials again`() throws {
        try fill("s", limit: 150)
        let names = try TraceSegment.numbers(in: folder("s")).map(TraceSegment.name)
        let all = try FileSystem.names(in: folder("s"))
        let contents = try all.map { try bytes(folder("s/" + $0)) }
        for name in names.dropLast() {
            TemporaryFolder.remove(folder("s"))
            try FileSystem.createDirectory(folder("s"))
            for (file, content) in zip(all, contents) where file != name {
                try write(content, folder("s/" + file))
            }
            for look in [
                { _ = try fixture.open(folder("s")) }, { _ = try StoreExport(folder("s")) },
            ] {
                let error = try #require(throws: StoreError.self) { try look() }
                #expect(error.description.contains("s/\(name): the file is missing"))
                #expect(error.description.contains("windrow store repair"))
            }
            #expect(try StoreVerification(folder("s")).problems.count == 1)
            #expect(throws: StoreError.self) { try Store.compact(folder("s"), host: "node1") }
            let planned = try Store.repair(folder("s"), host: "node1", isDry: true)
            #expect(access(folder("s/" + name), F_OK) != 0)
            let recovery = try Store.repair(folder("s"), host: "node1")
            #expect(recovery.items.map(\.file) == planned.items.map(\.file))
            #expect(recovery.items.contains { $0.kind == .missingFile && $0.file == name })
            let store = try fixture.open(folder("s"))
            #expect(store.recovery.isEmpty)
            #expect(!store.finished.isEmpty && store.finished.count < Self.count)
            for index in 0..<Self.count where !store.finished.contains(index) {
                try store.append(Self.row(fixture, index))
            }
            try store.close()
        }
        // The last one is missed by its rows.
        let last = try #require(try Self.files(folder("s")).last)
        unlink(last)
        #expect(throws: StoreError.self) { try fixture.open(folder("s")) }
        _ = try Store.repair(folder("s"), host: "node1")
        #expect(try fixture.open(folder("s")).recovery.isEmpty)
    }

    @Test func `a damaged byte in any file is found there and can be repaired`() throws {
        try fill("s", limit: 150)
        let names = try FileSystem.names(in: folder("s")).filter { $0 != "lock" }
        let contents = try names.map { try bytes(folder("s/" + $0)) }
        for (name, content) in zip(names, contents) where name.hasPrefix("trace") {
            let header = content.prefix { $0 != CellText.lineFeed }.count + 1
            for position in stride(from: header, to: content.count, by: 11) {
                for (name, content) in zip(names, contents) {
                    try write(content, folder("s/" + name))
                }
                var changed = content
                changed[position] ^= 1
                try write(changed, folder("s/" + name))
                let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
                #expect(error.description.contains("/\(name):"), "\(position) of \(name): \(error)")
                let recovery = try Store.repair(folder("s"), host: "node1")
                #expect(recovery.items.contains { $0.file == name && $0.keptIn != nil })
                let store = try fixture.open(folder("s"))
                #expect(store.recovery.isEmpty)
                #expect(store.finished.count >= Self.count - 3)
                try store.close()
                TemporaryFolder.remove(folder("s/lost+found"))
            }
        }
    }

    @Test func `the last file may be torn, those before may not`() throws {
        try fill("s", limit: 150)
        let files = try Self.files(folder("s"))
        unlink(folder("s/" + SyncMark.file))
        let last = try bytes(try #require(files.last))
        try write(last + Array("t-0123".utf8), try #require(files.last))
        let store = try fixture.open(folder("s"))
        #expect(store.recovery.items.map(\.kind) == [.tornTail])
        #expect(store.finished.count == Self.count)
        try store.close()
        #expect(try bytes(try #require(files.last)) == last)
        unlink(folder("s/" + SyncMark.file))
        try write(try bytes(files[1]) + Array("t-0123".utf8), files[1])
        let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        #expect(error.description.contains("trace-0002.csv:"), "\(error)")
    }

    @Test func `the files beside the tables name every file`() throws {
        try fill("s", limit: 300)
        let names = try TraceSegment.numbers(in: folder("s")).map(TraceSegment.name)
        for file in ["csv-metadata.json", "load.sql"] {
            let text = try text(folder("s/" + file))
            for name in names { #expect(text.contains(name), "\(file): \(name)") }
        }
        #expect(try text(folder("s/load.sql")).contains("UNION ALL BY NAME"))
    }
}
