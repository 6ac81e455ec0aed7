import KernelInterface
import Testing

@testable import CompressedSGD

/// Full batches go by columns where that pays, batches by rows: the gradient is the same.
@Suite struct ColumnBlocksTests {
    @Test(arguments: Shape.all, Split.someOfEach)
    func `gradients by columns are those by rows, for each client`(
        shape: Shape, split: Split
    ) throws {
        let data = shape.data()
        let problems = try [Batch.full, .size(1)].map { batch in
            try LogisticRegression(
                data: data, clients: shape.clients, split: split, batch: batch, lambda: 0.01,
                seed: 3)
        }
        let (byColumns, byRows) = (Vector(zeros: shape.columns), Vector(zeros: shape.columns))
        let x = Vector((0..<shape.columns).map { Double($0 % 7) * 0.1 - 0.25 })
        for client in 0..<shape.clients {
            problems[0].gradient(of: client, at: x, into: byColumns)
            problems[1].gradient(of: client, at: x, into: byRows)
            byRows.subtract(byColumns)
            #expect(byRows.normSquared <= 1e-24 * (1 + byColumns.normSquared))
        }
    }

    @Test func `columns are used where they are long, and only there`() {
        func blocks(_ shape: Shape) -> ColumnBlocks<Double>? {
            let data = shape.data()
            let order = (0..<UInt32(data.rowCount)).map { $0 }
            let starts = (0...shape.clients).map { $0 * data.rowCount / shape.clients }
            return ColumnBlocks(data: data, order: order, clientStarts: starts)
        }
        #expect(Shape.all.dropLast().allSatisfy { blocks($0) != nil })
        #expect(blocks(Shape.all[Shape.all.count - 1]) == nil)
    }

    @Test(arguments: [true, false])
    func
        `columns of ones become bits where they have three entries for sixteen rows, block by block`(
            isBinary: Bool
        ) throws
    {
        // Blocks of 4096 and 964 rows: 64 words and 16, of which 4 bits belong to no row.
        let counts = [0, 767, 768, 4096, 4097, 4096 + 191, 4096 + 192, 5060]
        var (offsets, columns, values) = ([0], [UInt32](), [Double]())
        for row in 0..<5060 {
            for (column, count) in counts.enumerated() where row < count {
                columns.append(UInt32(column))
                values.append(isBinary ? 1 : 2)
            }
            offsets.append(columns.count)
        }
        let data = LabelledData(
            dimension: counts.count, offsets: offsets, columns: columns, values: values,
            labels: (0..<5060).map { $0 % 2 == 0 ? 1 : -1 })
        let blocks = try #require(
            ColumnBlocks<Double>(
                data: data, order: (0..<5060).map { UInt32($0) }, clientStarts: [0, 5060]))
        let found = [0, 1].map { blocks.columns(of: $0) }
        #expect(found.map(\.count) == [4096, 964])
        let expected = isBinary ? [[2, 3, 4, 5, 6, 7], [6, 7]] : [[], []]
        for (block, first) in zip(found, [0, 4096]) {
            let kept = expected[first == 0 ? 0 : 1]
            #expect(block.masked.count % MaskedColumns.group == 0)
            #expect(block.masked.count - kept.count < MaskedColumns.group)
            for column in counts.indices {
                let entries = min(max(0, counts[column] - first), block.count)
                let stored = Int(block.starts[column + 1]) - Int(block.starts[column])
                #expect(stored == (kept.contains(column) ? 0 : entries))
                for entry in 0..<stored {
                    #expect(block.rows[Int(block.starts[column]) + entry] == UInt16(entry))
                }
            }
            let words = block.masked.wordCount
            #expect(words == (block.count + 63) / 64)
            for place in 0..<block.masked.count {
                let column = Int(block.masked.columns[place])
                if place < kept.count { #expect(column == kept[place]) }
                let entries = place < kept.count ? min(counts[column] - first, block.count) : 0
                for row in 0..<64 * words {
                    let bit = block.masked.words[place * words + row / 64] >> UInt64(row % 64) & 1
                    #expect((bit == 1) == (row < entries))
                }
            }
        }
    }

    struct Shape: Sendable {
        var rows: Int
        var columns: Int
        var clients: Int
        /// One entry in so many is not zero.
        var oneIn: Int
        var isBinary: Bool

        /// Blocks of one client and of several, sparse and dense; the last one has short columns.
        static let all = [
            Shape(rows: 1000, columns: 23, clients: 7, oneIn: 5, isBinary: true),
            Shape(rows: 10_001, columns: 19, clients: 2, oneIn: 3, isBinary: true),
            Shape(rows: 10_001, columns: 19, clients: 2, oneIn: 3, isBinary: false),
            Shape(rows: 9000, columns: 30, clients: 1, oneIn: 1, isBinary: false),
            Shape(rows: 200, columns: 60, clients: 20, oneIn: 10, isBinary: true),
        ]

        func data() -> LabelledData {
            var stream = RandomStream(seed: 5, purpose: .data)
            var (offsets, columns, values, labels) = ([0], [UInt32](), [Double](), [Double]())
            for _ in 0..<rows {
                for column in 0..<self.columns where stream.next(below: oneIn) == 0 {
                    columns.append(UInt32(column))
                    values.append(isBinary ? 1 : stream.nextNormal())
                }
                offsets.append(columns.count)
                labels.append(stream.next(below: 3) == 0 ? 1 : -1)
            }
            return LabelledData(
                dimension: self.columns, offsets: offsets, columns: columns, values: values,
                labels: labels)
        }
    }
}
