import KernelChoice
import KernelInterface
import Testing

@testable import CompressedSGD

/// Columns of ones that are kept as bits: the same sums as by entries.
@Suite struct MaskedColumnsTests {
    @Test(arguments: KernelLevel.available, [1, 2, 63, 64, 65, 127, 700, LogisticColumns.limit])
    func `the weights are those of entries to the bit, and gradients are sums of them in lanes`(
        level: KernelLevel, rows: Int
    ) {
        var inputs = KernelInputs(seed: UInt64(rows))
        let data = Self.data(rows, &inputs)
        let x = inputs.numbers(data.dimension, awkward: false).map { $0 / 300 }
        // The first columns, so that the order of a margin's sum is that by ascending columns.
        for count in 0...9 {
            let masked = Array(0..<count)
            Self.check(data, x, masked, level)
            Self.check(data, x.map { Float($0) }, masked, level)
        }
    }

    @Test(arguments: KernelLevel.available, [1, 64, 700, LogisticColumns.limit])
    func `every level gives the same bits, wherever the columns lie`(
        level: KernelLevel, rows: Int
    ) {
        var inputs = KernelInputs(seed: 5 + UInt64(rows))
        for isAwkward in [false, true] {
            let data = Self.data(rows, &inputs)
            let x = inputs.numbers(data.dimension, awkward: isAwkward)
            for masked in [nil, [1, 4, 5, 9, 11], [], Array(0..<data.dimension)] {
                let doubles = StoredColumns(data, Double.self, masked: masked)
                #expect(
                    bits(doubles.gradient(at: x, level).gradient)
                        == bits(doubles.gradient(at: x, .portable).gradient))
                let singles = StoredColumns(data, Float.self, masked: masked)
                let narrow = x.map { Float($0) }
                #expect(
                    bits(singles.gradient(at: narrow, level).gradient)
                        == bits(singles.gradient(at: narrow, .portable).gradient))
            }
        }
    }

    @Test(arguments: KernelLevel.available)
    func `a number that is not finite reaches only the rows that have its entry`(
        level: KernelLevel
    ) {
        var inputs = KernelInputs(seed: 11)
        let data = Self.data(130, &inputs)
        let all = Array(0..<data.dimension)
        for (bad, column) in [(Double.nan, 2), (.nan, 7), (.infinity, 5), (-.infinity, 9)] {
            var x = inputs.numbers(data.dimension, awkward: false).map { $0 / 300 }
            let without = StoredColumns(data, Double.self, masked: all).gradient(at: x, level)
            x[column] = bad
            let found = StoredColumns(data, Double.self, masked: all).gradient(at: x, level)
            let touched = (0..<data.rowCount).map { row in
                data.entries(ofRow: row).contains { $0.column == column }
            }
            #expect(touched.contains(true) && touched.contains(false))
            for row in 0..<data.rowCount {
                if !touched[row] {
                    #expect(bits([found.weights[row]]) == bits([without.weights[row]]))
                } else if bad.isNaN {
                    #expect(found.weights[row].isNaN)
                } else {
                    #expect([-1, 0, 1].contains(found.weights[row]))
                }
            }
            for other in 0..<data.dimension {
                let isReached = (0..<data.rowCount).contains { row in
                    touched[row] && data.entries(ofRow: row).contains { $0.column == other }
                }
                #expect(found.gradient[other].isNaN == (isReached && bad.isNaN))
            }
        }
    }

    /// Compares with columns of entries, and with sums over the weights that stand here.
    private static func check<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ masked: [Int], _ level: KernelLevel
    ) {
        let found = StoredColumns(data, Scalar.self, masked: masked).gradient(at: x, level)
        let byEntries = StoredColumns(data, Scalar.self, masked: []).gradient(at: x, level)
        #expect(found.weights.map { Double($0) } == byEntries.weights.map { Double($0) })
        let width = 64 / MemoryLayout<Scalar>.stride
        var lanes = [[Scalar]](
            repeating: [Scalar](repeating: 0, count: width), count: data.dimension)
        for row in 0..<data.rowCount {
            for entry in data.entries(ofRow: row) {
                lanes[entry.column][row % width] += found.weights[row]
            }
        }
        for column in 0..<data.dimension {
            let expected =
                masked.contains(column) ? total(lanes[column]) : byEntries.gradient[column]
            #expect(found.gradient[column] == expected)
        }
    }

    /// The sum of a line, halved again and again.
    private static func total<Scalar: TestedScalar>(_ lanes: [Scalar]) -> Scalar {
        guard lanes.count > 1 else { return lanes[0] }
        let half = lanes.count / 2
        return total((0..<half).map { lanes[$0] + lanes[$0 + half] })
    }

    /// Rows of ones: an empty column, a full one, one of the last row alone, others of all densities.
    private static func data(_ rows: Int, _ inputs: inout KernelInputs) -> LabelledData {
        let dimension = 13
        var (offsets, columns) = ([0], [UInt32]())
        for row in 0..<rows {
            for column in 0..<dimension {
                let isThere =
                    switch column {
                    case 3: false
                    case 6: true
                    case 8: row == rows - 1
                    default: inputs.bits() % 13 <= UInt64(column)
                    }
                if isThere { columns.append(UInt32(column)) }
            }
            offsets.append(columns.count)
        }
        return LabelledData(
            dimension: dimension, offsets: offsets, columns: columns,
            values: columns.map { _ in 1 },
            labels: (0..<rows).map { _ in inputs.bits() % 2 == 0 ? 1 : -1 })
    }
}
