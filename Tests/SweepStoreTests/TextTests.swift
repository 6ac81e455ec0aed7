import Foundation
import Testing

@testable import SweepCore
@testable import SweepStore

/// Text that CSV readers stumble over.
@Suite struct TextTests {
    static let awkward = [
        "", " ", "plain", "with space ", "a,b", "say \"hi\"", "\"", "\"\"", "line\nfeed", "\n",
        "carriage\r\nreturn", "tab\tinside", "\tfirst", "\rfirst", "=1+1", "=cmd|' /C calc'!A0",
        "+1", "+a", "-1", "-1e-5", "-a", "--flag", "@sum", "'", "''", "'quoted'", "'=1", "1e10",
        "0123", "NaN", "nan", "inf", "true", "null", "ünïcödé", "日本語", "👩‍👩‍👧", "e\u{301}",
        "\u{FEFF}mark", "nul\0inside", "t-0123456789abcdef,ok", ",x00000000\n", "x00000000",
    ]

    private static func rendered(_ text: String) -> [UInt8] {
        var buffer = RowBuffer()
        buffer.text(text)
        return buffer.bytes
    }

    @Test("a text reads back as it was", arguments: awkward)
    func roundTrip(_ text: String) {
        let bytes = Self.rendered(text) + [CellText.comma]
        bytes.withUnsafeBytes { row in
            var cells = RowCells(row)
            let found = cells.next()?.text
            #expect(found == text)
            #expect(found?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
            // The row ends in a comma: one empty cell, and no more.
            let isEmpty = cells.next().map { $0.text == nil }
            #expect(isEmpty == true)
            let isEnd = cells.next() == nil
            #expect(isEnd)
        }
    }

    @Test("no text begins as a formula, unless it is a number", arguments: awkward)
    func formula(_ text: String) {
        let shown = Self.rendered(text).drop { $0 == CellText.quote }
        guard let first = shown.first, Double(text) == nil else { return }
        #expect(!"=+-@\t\r".utf8.contains(first))
    }

    @Test func `a real is the shortest decimal that reads back as the same double`() {
        var random = SplitMix(state: 5)
        let special: [Double] = [
            0, -0.0, 1, -1, 0.1, 100, 1e15, 1e16, 1e17, 123_456_789.125, .leastNonzeroMagnitude,
            .pi,
            .greatestFiniteMagnitude, .leastNormalMagnitude, .infinity, -.infinity,
        ]
        for number in special + (0..<20_000).map({ _ in Double(bitPattern: random.next()) }) {
            var buffer = RowBuffer()
            buffer.real(number)
            let text = String(decoding: buffer.bytes, as: UTF8.self)
            #expect(text == (number.isNaN ? "NaN" : number.description))
        }
    }

    @Test func `a whole number stands as Swift writes it`() {
        var random = SplitMix(state: 6)
        for shift in 0..<64 {
            for number in [
                Int64.min >> shift, Int64.max >> shift, Int64(bitPattern: random.next()) >> shift,
            ] {
                var buffer = RowBuffer()
                buffer.integer(number)
                #expect(String(decoding: buffer.bytes, as: UTF8.self) == "\(number)")
            }
        }
    }

    @Test func `random texts of awkward characters read back`() throws {
        var state: UInt64 = 42
        let alphabet = Array("a,\"\n\r'=+-@\t é1")
        for _ in 0..<20_000 {
            var text = ""
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for place in 0..<Int((state >> 33) % 8) {
                text.append(alphabet[Int((state >> UInt64(place * 5)) % UInt64(alphabet.count))])
            }
            let row = Self.rendered(text) + [CellText.comma] + Self.rendered("next")
            row.withUnsafeBytes { bytes in
                var cells = RowCells(bytes)
                let found = [cells.next()?.text, cells.next()?.text]
                #expect(found == [text, "next"])
            }
        }
    }

    @Test(
        "numbers read back to the last bit",
        arguments: [
            0.0, -0.0, 0.1, 1e-5, 1e16, 123_456_789_012_345_680, -.leastNonzeroMagnitude,
            .greatestFiniteMagnitude,
            .leastNormalMagnitude, 1 / 3, -2.5e-17,
        ])
    func number(_ number: Double) throws {
        var buffer = RowBuffer()
        buffer.real(number)
        let back = try #require(Double(String(decoding: buffer.bytes, as: UTF8.self)))
        #expect(back.bitPattern == number.bitPattern)
    }

    @Test(
        "whole numbers are written in full", arguments: [0, -1, .min, .max, 1_000_000] as [Int64])
    func integer(_ number: Int64) {
        var buffer = RowBuffer()
        buffer.integer(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(number))
    }

    @Test func `results hold NaN and no infinity, traces hold both`() throws {
        let folder = try TemporaryFolder()
        let fixture = try Fixture()
        let store = try fixture.open(folder("s"))
        var row = fixture.result(
            0, rounds: 0,
            metrics: [.init("loss", .real(.nan)), .init("bits", .real(-.infinity))],
            status: .diverged)
        var trace = Trace(columns: [.init("round", isInteger: true), .init("loss")])
        trace.append([0, .infinity])
        trace.append([.nan, .nan])
        trace.append([9_007_199_254_740_992, -.infinity])
        row.outcome = TrialOutcome(status: .diverged, metrics: row.outcome.metrics, trace: trace)
        try store.append(row)
        try store.close()
        #expect(try text(folder("s/results.csv")).contains(",none,NaN,NaN,3,"))
        let lines = try text(folder("s/trace.csv")).split(separator: "\n").dropFirst()
        #expect(
            lines.map { $0.dropFirst(21).dropLast(9) }
                == ["0,inf,", ",NaN,", "9007199254740992,-inf,"])
    }

    @Test(
        "times are those of the calendar",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000Z"), (951_782_399.999, "2000-02-28T23:59:59.999Z"),
            (951_868_799.5, "2000-02-29T23:59:59.500Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.000Z"), (.nan, ""), (1e300, ""),
        ])
    func time(_ seconds: Double, _ expected: String) {
        #expect(Timestamp.text(seconds) == expected)
    }

    @Test func `Python reads the same cells and the same checksums`() throws {
        let folder = try TemporaryFolder()
        let columns = [
            Column(name: "i", type: .integer(0...1_000_000), fallback: .integer(0)),
            Column(name: "label", type: .text, fallback: nil),
        ]
        for (number, label) in Self.awkward.enumerated() where !label.contains("\0") {
            let fixture = try Fixture(
                columns: columns, fixed: [Assignment(column: "label", value: .text(label))])
            // One store for all labels: their sweeps differ, so all but one row are foreign.
            let store = try fixture.open(folder("s"))
            try store.append(fixture.result(number, rounds: 1))
            try store.close()
        }
        let script = """
            import csv, json, sys, zlib
            data = open(sys.argv[1], 'rb').read()
            rows, row = [], b''
            for line in data.split(b'\\n')[:-1]:
                row += line
                if row.count(b'"') % 2:
                    row += b'\\n'
                else:
                    rows.append(row); row = b''
            for row in rows[1:]:
                body, comma, crc = row.rpartition(b',')
                assert crc == b'x%08x' % zlib.crc32(body + comma), row
            labels = [r['label'] for r in csv.DictReader(open(sys.argv[1], newline=''))]
            print(json.dumps([l[1:] if l[:1] == "'" else l for l in labels]))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, folder("s/results.csv")]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python3 is needed, and found a bad row")
        let labels = try JSONDecoder().decode([String].self, from: printed)
        #expect(labels == Self.awkward.filter { !$0.contains("\0") })
    }
}
