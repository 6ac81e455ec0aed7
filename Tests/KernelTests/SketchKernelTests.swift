import KernelChoice
import Testing

@Suite struct SketchKernelTests {
    private static let levels = KernelLevel.available

    @Test(arguments: levels, [1, 2, 1000, 1 << 20])
    func `a sketch has the same bits on every level and those of a plain loop`(
        level: KernelLevel, columns: Int
    ) {
        var inputs = KernelInputs(seed: 4)
        for length in KernelInputs.lengths {
            let words = (0..<256).map { _ in inputs.bits() }
            let shared = (0..<4).map { _ in inputs.bits() }
            let start = inputs.numbers(columns, awkward: false)
            var expected = start
            let entries = inputs.numbers(length, awkward: columns == 1000)
            for index in 0..<length {
                let (bucket, sign) = Self.hash(
                    words[index % 256] ^ shared[index / 256], columns)
                expected[bucket] += sign * entries[index]
            }
            var cells = start
            level.kernels.sketch(
                entries, count: length, words: words, shared: shared, columns: columns,
                addingTo: &cells)
            #expect(bits(cells) == bits(expected))

            var estimates = [Double](repeating: 7, count: length + 1)
            level.kernels.unsketch(
                cells, columns: columns, words: words, shared: shared, into: &estimates,
                count: length)
            let read = (0..<length).map { index in
                let (bucket, sign) = Self.hash(
                    words[index % 256] ^ shared[index / 256], columns)
                return sign * cells[bucket]
            }
            #expect(bits(estimates) == bits(read + [7]))
        }
    }

    @Test(arguments: levels, 1...12)
    func `medians are those of a sort`(level: KernelLevel, rows: Int) {
        var inputs = KernelInputs(seed: 5)
        for count in [0, 1, 7, 8, 9, 16, 61, 256] {
            let stride = count + 3
            // Whole numbers, so that some are equal.
            let block = (0..<rows * stride).map { _ in Double(Int(inputs.moderate())) }
            var target = [Double](repeating: 0, count: count)
            var changed = block
            level.kernels.medians(
                ofRows: rows, of: &changed, stride: stride, count: count, into: &target)
            for column in 0..<count {
                let sorted = (0..<rows).map { block[$0 * stride + column] }.sorted()
                let middle = 0.5 * sorted[(rows - 1) / 2] + 0.5 * sorted[rows / 2]
                #expect(target[column] == middle)
            }
            var portable = block
            var expected = target
            KernelLevel.portable.kernels.medians(
                ofRows: rows, of: &portable, stride: stride, count: count, into: &expected)
            #expect(bits(target) == bits(expected))
        }
    }

    @Test(arguments: levels)
    func `entries at least as large as a threshold are collected in order`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 6)
        let thresholds = [0, 1, (1.0).bitPattern, (690.0).bitPattern, Double.infinity.bitPattern]
        for length in KernelInputs.lengths {
            let numbers = inputs.numbers(length, awkward: true)
            for threshold in thresholds + [Double.nan.bitPattern, .max >> 1] {
                let expected = numbers.indices.filter {
                    numbers[$0].bitPattern << 1 >= threshold << 1
                }
                atEveryOffset(numbers) { base in
                    var magnitudes = [UInt64](repeating: 0, count: length)
                    var places = [UInt32](repeating: 0, count: length)
                    let count = level.kernels.collect(
                        base, count: length, atLeast: threshold, magnitudes: &magnitudes,
                        places: &places)
                    #expect(places.prefix(count).map(Int.init) == expected)
                    #expect(
                        Array(magnitudes.prefix(count))
                            == expected.map { numbers[$0].magnitude.bitPattern })
                    #expect(
                        level.kernels.largestMagnitude(base, count: length)
                            == numbers.map(\.magnitude.bitPattern).max() ?? 0)
                }
            }
        }
    }

    @Test(arguments: levels)
    func `entries are collected however many there are`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 9)
        // Few at first, then many, then few again: the way of looking changes between.
        let numbers = (0..<30_000).map { index in
            inputs.moderate() * (index / 10_000 == 1 ? 1e6 : inputs.bits() % 64 == 0 ? 1e6 : 1)
        }
        let threshold = (1000.0).bitPattern
        let expected = numbers.indices.filter { numbers[$0].magnitude.bitPattern >= threshold }
        var magnitudes = [UInt64](repeating: 0, count: numbers.count)
        var places = [UInt32](repeating: 0, count: numbers.count)
        let count = level.kernels.collect(
            numbers, count: numbers.count, atLeast: threshold, magnitudes: &magnitudes,
            places: &places)
        #expect(places.prefix(count).map(Int.init) == expected)
    }

    @Test(arguments: levels)
    func `a threshold is reached by just k entries, or is the k-th largest of equal ones`(
        level: KernelLevel
    ) {
        var inputs = KernelInputs(seed: 11)
        for length in KernelInputs.lengths where length > 0 {
            let plain = inputs.numbers(length, awkward: false)
            let equal = plain.map { $0.rounded() }
            let spread = inputs.numbers(length, awkward: true).map { $0.isFinite ? $0 : 0 }
            for numbers in [plain, equal, spread, [Double](repeating: 0, count: length)] {
                let sorted = numbers.map(\.magnitude).sorted(by: >)
                for k in Set([1, 2, length / 10, length / 2, length - 1, length])
                where k >= 1 && k <= length {
                    let found = level.kernels.threshold(
                        numbers, count: length, largest: k, below: sorted[0].bitPattern + 1)
                    let reached = sorted.count { $0.bitPattern >= found }
                    #expect(reached == k || reached > k && found == sorted[k - 1].bitPattern)
                }
            }
        }
    }

    private static func hash(_ hash: UInt64, _ columns: Int) -> (bucket: Int, sign: Double) {
        (Int(((hash >> 32) * UInt64(columns)) >> 32), hash & 1 == 0 ? 1 : -1)
    }
}
