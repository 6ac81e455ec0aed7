import KernelChoice
import KernelInterface
import Testing

@testable import CompressedSGD

/// Biases: one row copied to all rows of a matrix, and the rows of a matrix added up.
@Suite struct RowKernelTests {
    private static let columnCounts = [0, 1, 3, 4, 7, 8, 10, 16, 17, 24, 31, 64, 100]

    @Test(arguments: KernelLevel.available, [0, 1, 5, 33])
    func `rows are added one after the other, and none beside them`(level: KernelLevel, rows: Int) {
        var inputs = KernelInputs(seed: 51)
        for columns in Self.columnCounts {
            let x = inputs.numbers(rows * columns, awkward: true)
            let y = inputs.numbers(columns + 1, awkward: false)
            Self.checkSums(x, y, rows, columns, level)
            Self.checkSums(x.map { Float($0) }, y.map { Float($0) }, rows, columns, level)
        }
    }

    @Test(arguments: KernelLevel.available, [0, 1, 5, 33])
    func `a row is copied to all rows, and behind none`(level: KernelLevel, rows: Int) {
        var inputs = KernelInputs(seed: 52)
        for columns in Self.columnCounts {
            let x = inputs.numbers(columns, awkward: true)
            Self.checkCopies(x, rows, level)
            Self.checkCopies(x.map { Float($0) }, rows, level)
        }
    }

    @Test func `a row's features are those of its entries, dense or with gaps`() {
        var inputs = KernelInputs(seed: 53)
        for dimension in [1, 3, 4, 5, 8, 11, 64] {
            for share: UInt64 in [1, 2, 9] {
                var (offsets, columns, values) = ([0], [UInt32](), [Double]())
                for _ in 0..<20 {
                    for column in 0..<dimension where inputs.bits() % share == 0 {
                        columns.append(UInt32(column))
                        values.append(inputs.bits() % 5 == 0 ? -0.0 : inputs.moderate())
                    }
                    offsets.append(columns.count)
                }
                let data = LabelledData(
                    dimension: dimension, offsets: offsets, columns: columns, values: values,
                    labels: (0..<20).map { Double($0 % 2) })
                for row in 0..<20 {
                    var expected = [Double](repeating: 0, count: dimension)
                    for entry in data.entries(ofRow: row) { expected[entry.column] = entry.value }
                    var doubles = [Double](repeating: .nan, count: dimension + 1)
                    var singles = [Float](repeating: .nan, count: dimension + 1)
                    data.copyFeatures(ofRow: row, into: &doubles)
                    data.copyFeatures(ofRow: row, into: &singles)
                    #expect(bits(doubles) == bits(expected + [.nan]))
                    #expect(bits(singles) == bits(expected.map { Float($0) } + [.nan]))
                }
            }
        }
    }

    private static func checkSums<Scalar: TestedScalar>(
        _ x: [Scalar], _ y: [Scalar], _ rows: Int, _ columns: Int, _ level: KernelLevel
    ) {
        var found = y
        Scalar.kernels(level).addRows(x, rows: rows, columns: columns, to: &found)
        var expected = y
        for row in 0..<rows {
            for column in 0..<columns { expected[column] += x[row * columns + column] }
        }
        #expect(bits(found.map { Double($0) }) == bits(expected.map { Double($0) }))
    }

    private static func checkCopies<Scalar: TestedScalar>(
        _ x: [Scalar], _ rows: Int, _ level: KernelLevel
    ) {
        var found = [Scalar](repeating: 7, count: rows * x.count + 1)
        Scalar.kernels(level).copy(x, toRows: rows, columns: x.count, of: &found)
        var expected: [Scalar] = []
        for _ in 0..<rows { expected += x }
        expected.append(7)
        #expect(bits(found.map { Double($0) }) == bits(expected.map { Double($0) }))
    }
}
