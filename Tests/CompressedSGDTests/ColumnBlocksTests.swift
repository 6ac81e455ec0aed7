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
