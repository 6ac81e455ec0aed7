import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

@Suite struct RowCellsTests {
    private struct Generator {
        var state: UInt64
        mutating func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
    }

    @Test(arguments: 1...20)
    func `a row is split where a walk over it finds the cells`(seed: UInt64) {
        var random = Generator(state: seed)
        let alphabet: [[UInt8]] = [
            Array(",".utf8), Array(",".utf8), Array("\"".utf8), Array("a".utf8),
            Array("-".utf8), [0xAC], [0x2D], [0xA2], [0x00], [0xFF], Array("12345678".utf8),
        ]
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<random.next(40) {
                // Quotes are rare, so that there is something to split eight bytes at a time.
                let choice = random.next(alphabet.count)
                if choice == 2, random.next(8) > 0 { continue }
                bytes += alphabet[choice]
            }
            bytes.withUnsafeBytes { row in
                var walk = RowCells(row)
                var expected: [(start: Int, count: Int, isQuoted: Bool)] = []
                while let cell = walk.next() {
                    let start = cell.bytes.baseAddress.flatMap { cell in
                        row.baseAddress.map { cell - $0 }
                    }
                    expected.append((start ?? 0, cell.bytes.count, cell.isQuoted))
                }
                var cells: [RowCells.Cell] = []
                let isRight = RowCells.split(row, into: &cells, expecting: expected.count)
                #expect(isRight)
                #expect(cells.count == expected.count)
                for (cell, known) in zip(cells, expected) {
                    let isSame =
                        cell.bytes.count == known.count && cell.isQuoted == known.isQuoted
                        && cell.bytes.elementsEqual(row[known.start..<known.start + known.count])
                    #expect(isSame)
                }
                for count in [expected.count - 1, expected.count + 1] {
                    let isWrong = RowCells.split(row, into: &cells, expecting: count)
                    #expect(!isWrong)
                }
            }
        }
    }

    @Test(
        "a whole number is what Int reads",
        arguments: [
            "", "0", "-0", "+7", "-", "+", "007", "12", "-12", "1.0", " 1", "1 ", "1e3", "٣",
            "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "-9223372036854775809", "99999999999999999999", "+9223372036854775807", "--1", "0x10",
        ])
    func integers(text: String) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { CellText.integer($0) } == Int(text))
    }
}

/// Which trial a row belongs to, whatever rows stand before it.
@Suite struct TrialFinderTests {
    private func rows(_ fixture: Fixture, _ order: [Int], _ layout: TableLayout) -> [[UInt8]] {
        var encoder = RowEncoder(
            columns: fixture.sweep.columns, results: layout, trace: TableLayout(.trace))
        return order.map { index in
            var buffer = RowBuffer()
            let row = fixture.result(index, rounds: 0)
            _ = encoder.missingColumns(of: row.outcome)
            encoder.encode(row, into: &buffer)
            return buffer.bytes
        }
    }

    @Test(
        "rows are found in any order, with columns that came later or not",
        arguments: [Fixture.columns.map(\.header), ["i", "method", "method_eta"], ["i", "label"]])
    func anyOrder(known: [String]) throws {
        let ownEta: [ColumnSeries] = [
            .init(column: "method.eta", series: .list([.real(0.5), .real(0.25)]))
        ]
        let labels = ["none", "a,b", "\"", "x", "a text that is longer than others", "x"]
        var sweeps = [try Fixture(count: 30)]
        for label in labels {
            sweeps.append(
                try Fixture(
                    count: 30,
                    fixed: [
                        Assignment(column: "method", value: .text("econtrol")),
                        Assignment(column: "label", value: .text(label)),
                    ], axes: [.column(ownEta[0])]))
        }
        let layout = try TableLayout(.results).adding(
            parameters: known, measured: ["loss", "bits"])
        for fixture in sweeps {
            let own = TrialFinder(grid: fixture.grid, layout: layout)
            var mixed: [(row: [UInt8], index: Int, isOwn: Bool)] = []
            let count = fixture.grid.count
            let ids = Set((0..<count).map { fixture.grid.id(of: fixture.grid.trial(at: $0)) })
            for (row, index) in zip(rows(fixture, Array(0..<count), layout), 0..<count) {
                mixed.append((row, index, true))
            }
            for other in sweeps {
                for (row, index) in zip(rows(other, [3, 4, 5, 17], layout), [3, 4, 5, 17]) {
                    let id = other.grid.id(of: other.grid.trial(at: index))
                    let isOwn = ids.contains(id)
                    if !isOwn { mixed.append((row, index, false)) }
                }
            }
            // A stride that is prime to the count visits all, never in the grid's order.
            let stride = [7, 11, 13].first { mixed.count % $0 != 0 } ?? 1
            let orders = [
                Array(mixed.indices), mixed.indices.map { $0 * stride % mixed.count },
                Array(mixed.indices.reversed()),
            ]
            for number in orders.joined() {
                let (row, index, isOwn) = mixed[number]
                let found = row.dropLast().withUnsafeBytes { bytes -> Int? in
                    var cells: [RowCells.Cell] = []
                    guard
                        RowCells.split(bytes, into: &cells, expecting: layout.header.count),
                        let id = cells[0].trial
                    else { return -1 }
                    return own.index(of: cells, id: id)
                }
                guard isOwn else {
                    #expect(found == nil)
                    continue
                }
                // Without a cell that tells it from others, a row may be nobody's.
                let isTold = known.contains("method_eta") || fixture.sweep.axes.count == 1
                #expect(found == index || !isTold && found == nil)
            }
        }
    }
}
