import Testing

@testable import CompressedSGD

@Suite struct CountSketchTests {
    @Test(arguments: [3, 4, 5, 6, 7])
    func `a sparse vector in a wide table comes back exactly`(rows: Int) throws {
        let dimension = 1000
        let vector = Vector(zeros: dimension)
        for (index, value) in [(3, 2.5), (77, -1), (500, 1e-3), (999, 40)] { vector[index] = value }
        // With one or two rows a single collision spoils the median.
        let sketch = CountSketch(rows: rows, columns: 4000, k: 4, dimension: dimension, seed: 12)
        let message = Message()
        let delta = Delta(dimension: dimension)
        try sketch.encode(vector, into: message)
        try sketch.decode(message, into: delta)
        let isExact = delta.elements == vector.elements
        #expect(isExact)
    }

    @Test func `the estimate is the median of signed cells, by the definition`() {
        let (rows, columns, dimension) = (4, 7, 300)
        let sketch = CountSketch(
            rows: rows, columns: columns, k: 1, dimension: dimension, seed: 3)
        // The sketch of a unit vector shows its bucket and sign in each row.
        var cells: [[(column: Int, sign: Double)]] = []
        for index in 0..<dimension {
            let unit = Vector(zeros: dimension)
            unit[index] = 1
            let table = Vector(zeros: sketch.tableSize)
            sketch.project(unit, addingTo: table)
            cells.append(
                (0..<rows).map { row in
                    let filled = (0..<columns).filter { table[row * columns + $0] != 0 }
                    #expect(filled.count == 1)
                    return (filled[0], table[row * columns + filled[0]])
                })
        }
        var random = RandomVectors(seed: 8)
        let vector = random.normal(dimension)
        let table = Vector(zeros: sketch.tableSize)
        sketch.project(vector, addingTo: table)
        let estimates = Vector(zeros: dimension)
        sketch.unsketch(table, into: estimates)
        for index in 0..<dimension {
            let sorted = cells[index].enumerated().map { row, cell in
                cell.sign * table[row * columns + cell.column]
            }.sorted()
            #expect(estimates[index] == 0.5 * sorted[1] + 0.5 * sorted[2])
        }
    }

    @Test func `equal seeds hash alike and different seeds do not`() throws {
        var random = RandomVectors(seed: 8)
        let vector = random.normal(100)
        func table(_ seed: UInt64) throws -> [UInt8] {
            let message = Message()
            try CountSketch(rows: 2, columns: 9, k: 1, dimension: 100, seed: seed)
                .encode(vector, into: message)
            return message.bytes
        }
        #expect(try table(4) == table(4))
        #expect(try table(4) != table(5))
    }

    @Test func `a table that overflows is refused`() {
        let sketch = CountSketch(rows: 1, columns: 1, k: 1, dimension: 64, seed: 0)
        let vector = Vector([Double](repeating: .greatestFiniteMagnitude, count: 64))
        #expect(throws: ExchangeError.nonFinite) { try sketch.encode(vector, into: Message()) }
    }

    @Test func `buckets and signs are spread evenly`() {
        let sketch = CountSketch(rows: 1, columns: 10, k: 1, dimension: 20_000, seed: 1)
        let ones = Vector([Double](repeating: 1, count: 20_000))
        let table = Vector(zeros: 10)
        sketch.project(ones, addingTo: table)
        // A cell sums about 2000 signs: its standard deviation is about 45.
        for cell in 0..<10 { #expect(table[cell].magnitude < 230) }
        var loads = [Int](repeating: 0, count: 10)
        for index in 0..<2000 {
            let unit = Vector(zeros: 20_000)
            unit[index * 10] = 1
            let table = Vector(zeros: 10)
            sketch.project(unit, addingTo: table)
            loads[table.elements.firstIndex { $0 != 0 } ?? 0] += 1
        }
        #expect(loads.allSatisfy { abs($0 - 200) < 75 })
    }
}
