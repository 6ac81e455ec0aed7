import Foundation
import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// What the files beside a store's tables tell other programs.
@Suite struct ReaderFilesTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A Python with the readers; `scripts/readers` installs them.
    static let python = package + "/.build/readers/bin/python"
    static let hasReaders = access(python, X_OK) == 0

    /// A value as `compare.py` expects it.
    private static func tagged(_ value: Value?) -> Any {
        switch value {
        case nil: NSNull()
        case .integer(let number): ["i": "\(number)"]
        case .real(let number): ["r": "\(number.bitPattern)"]
        case .flag(let flag): ["f": flag]
        case .text(let text): ["t": text]
        }
    }

    private static let reals: [Double] = [
        0, -0.0, 0.1, 1.0 / 3, .leastNonzeroMagnitude, .leastNormalMagnitude,
        .greatestFiniteMagnitude, 1e-7, 1e16,
        123_456_789_012_345_680, -2.5, .nan, 9_007_199_254_740_992, .pi,
    ]
    private static let texts = [
        "plain", "", "a,b", "say \"so\"", "two\nlines", "=SUM(A1)", "+1", "-x", "@me", "'quoted",
        "007", "1e5", "NaN", "true", "naïve ☂ 日本語 👩‍🚀", " padded ", "null", "tab\there",
    ]

    @Test(
        "pandas, polars and DuckDB read every value as it was written, bit for bit",
        .enabled(if: hasReaders, "scripts/readers installs pandas, polars, DuckDB and csvw"),
        arguments: [TraceSegment.limit, 3_000])
    func readers(segment limit: Int) throws {
        try TraceSegment.$limit.withValue(limit) {
            try checkReaders(files: limit < 10_000 ? 10 : 1)
        }
    }

    private func checkReaders(files: Int) throws {
        let folder = try TemporaryFolder()
        let count = 40
        let fixture = try Fixture(
            count: count,
            axes: [
                Axis.column(
                    ColumnSeries(column: "label", series: .list(Self.texts.map { .text($0) })))
            ])
        let store = try fixture.open(folder("s"), metrics: ["loss"])
        var random = SplitMix(state: 3)
        var expected: [String: [String: [Any]]] = ["results": [:], "trace": [:], "failures": [:]]
        func note(_ table: String, _ column: String, _ value: Value?) {
            expected[table]?[column, default: []].append(Self.tagged(value))
        }
        for index in 0..<fixture.grid.count {
            let trial = fixture.grid.trial(at: index)
            let loss = Self.reals[index % Self.reals.count]
            let bits = Double(bitPattern: random.next())
            let large = Int64.max - Int64(index)
            let text = Self.texts[(index * 7) % Self.texts.count]
            let isLate = index > 200
            var metrics: [TrialOutcome.Measurement] = [
                .init("loss", .real(loss)), .init("any", .real(bits)),
                .init("large", .integer(large)), .init("note", .text(text)),
                .init("fits", .flag(index % 3 == 0)),
            ]
            if isLate { metrics.append(.init("late", .integer(Int64(index)))) }
            var columns: [Trace.Column] = [.init("round", isInteger: true), .init("loss")]
            if isLate { columns.append(.init("grad")) }
            var trace = Trace(columns: columns)
            for round in 0..<index % 3 {
                let logged = round == 1 ? Double.infinity : bits
                trace.append([Double(round), logged] + (isLate ? [0.1] : []))
                note("trace", "trial", .text("\(fixture.grid.id(of: trial))"))
                note("trace", "round", .real(Double(round)))
                note("trace", "loss", .real(logged))
                note("trace", "grad", isLate ? .real(0.1) : nil)
            }
            try store.append(
                ResultRow(
                    index: index, trial: trial, id: fixture.grid.id(of: trial),
                    outcome: TrialOutcome(status: .ok, metrics: metrics, trace: trace),
                    provenance: Provenance(
                        gitRevision: "1e10", host: "node1", worker: "=1", attempt: 1,
                        startedAt: 1_769_904_000.123, duration: 0.25)))
            note("results", "trial", .text("\(fixture.grid.id(of: trial))"))
            note("results", "git_rev", .text("g1e10"))
            note("results", "worker", .text("=1"))
            note("results", "attempt", .integer(1))
            note("results", "duration_s", .real(0.25))
            for (column, value) in zip(fixture.sweep.columns, trial.values) {
                note("results", column.header, value)
            }
            note("results", "loss", .real(loss))
            note("results", "any", .real(bits.isFinite ? bits : .nan))
            note("results", "large", .integer(large))
            note("results", "note", .text(text))
            note("results", "fits", .flag(index % 3 == 0))
            note("results", "late", isLate ? .integer(Int64(index)) : nil)
        }
        try store.append(fixture.failure(0, reason: "=cmd\n\"quoted\", 'too'"))
        note("failures", "reason", .text("=cmd\n\"quoted\", 'too'"))
        note("failures", "exit_code", .integer(7))
        note("failures", "signal", nil)
        try store.close()
        #expect(try TraceSegment.numbers(in: folder("s")).count >= files)
        try write(
            Array(try JSONSerialization.data(withJSONObject: expected)), folder("expected.json"))

        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = [
            Self.package + "/Tests/SweepStoreTests/Readers/compare.py", folder("s"),
            folder("expected.json"),
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
    }

    @Test("a kind holds every cell of its column", arguments: reals)
    func kinds(real: Double) {
        #expect(kind(of: .real(real)) == .real)
        #expect(kind(of: .integer(Int64(real.bitPattern >> 1))) == .integer)
        #expect(kind(of: .flag(real > 0)) == .flag)
    }

    @Test(
        "a text that looks like a number by accident is text",
        arguments: ["007", "1_0", "0x1", "-", "+1", "1-a", "--1x", "nan", "inf", "True", "1e5 "])
    func lookalikes(text: String) {
        #expect(kind(of: .text(text)) == .text)
    }

    /// The kind that a value's cell shows.
    private func kind(of value: Value) -> CellKind {
        var row = RowBuffer()
        row.value(value)
        return row.bytes.withUnsafeBytes { bytes in
            var cells = RowCells(bytes)
            return cells.next().map { CellKind($0) } ?? .nothing
        }
    }

    @Test func `the files describe the columns that the tables have, also after they were widened`()
        throws
    {
        let folder = try TemporaryFolder()
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"))
        try store.append(fixture.result(0))
        try store.append(fixture.result(1, metrics: [.init("new_one", .text("x"))]))
        #expect(try text(folder("s/load.sql")).contains("'new_one'"))
        try store.close()
        #expect(try text(folder("s/load.sql")).contains("'new_one': 'VARCHAR'"))
        #expect(try text(folder("s/load.sql")).contains("'bits': 'BIGINT'"))
        for name in ReaderFiles.names { unlink(folder("s/" + name)) }
        // They are made anew from what is stored, and say the same.
        let before = try text(folder("s/results.csv"))
        try fixture.open(folder("s")).close()
        #expect(try text(folder("s/load.sql")).contains("'new_one': 'VARCHAR'"))
        #expect(try text(folder("s/load.py")).contains("\"bits\": \"integer\""))
        #expect(try text(folder("s/results.csv")) == before)
        let metadata =
            try JSONSerialization.jsonObject(
                with: Data(try bytes(folder("s/csv-metadata.json")))) as? [String: Any]
        let tables = try #require(metadata?["tables"] as? [[String: Any]])
        for table in tables {
            let url = try #require(table["url"] as? String)
            let schema = try #require(table["tableSchema"] as? [String: Any])
            let columns = try #require(schema["columns"] as? [[String: Any]])
            let header = try text(folder("s/" + url)).prefix { $0 != "\n" }
            #expect(columns.compactMap { $0["name"] as? String }.joined(separator: ",") == header)
        }
    }
}
