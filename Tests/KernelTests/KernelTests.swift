import KernelChoice
import KernelInterface
import Testing

/// Every level of the machine gives the bits of the portable kernels, and those are right.
@Suite struct KernelTests {
    static let levels = KernelLevel.available
    private let portable = KernelLevel.portable.kernels

    @Test(arguments: levels, [false, true])
    func `elementary functions have the same bits on every level`(
        level: KernelLevel, isAwkward: Bool
    ) {
        typealias Map = (any KernelSet.Type) -> (
            UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int
        ) -> Void
        let functions: [Map] = [
            { kernels in { kernels.exp($0, into: $1, count: $2) } },
            { kernels in { kernels.sigmoid($0, into: $1, count: $2) } },
            { kernels in { kernels.softplus($0, into: $1, count: $2) } },
        ]
        var inputs = KernelInputs(seed: 1)
        for length in KernelInputs.lengths {
            let numbers = inputs.numbers(length, awkward: isAwkward)
            let units = inputs.units(length)
            for function in functions { same(level, numbers) { function($0)($1, $1, $2) } }
            same(level, units) { $0.log1pOfUnit($1, into: $1, count: $2) }
        }
    }

    @Test(arguments: levels, [false, true])
    func `vector arithmetic has the same bits on every level and those of a plain loop`(
        level: KernelLevel, isAwkward: Bool
    ) {
        var inputs = KernelInputs(seed: 2)
        for length in KernelInputs.lengths {
            let x = inputs.numbers(length, awkward: isAwkward)
            let y = inputs.numbers(length, awkward: isAwkward)
            let a = inputs.moderate()
            let b = inputs.moderate()
            check(level, x, y, { $0 + $1 }) { $0.add($1, to: $2, count: length) }
            check(level, x, y, { $0 - $1 }) { $0.subtract($1, from: $2, count: length) }
            check(level, x, y, { $0 + a * $1 }) { $0.add($1, times: a, to: $2, count: length) }
            check(level, x, y, { $0 + $1 / a }) {
                $0.add($1, dividedBy: a, to: $2, count: length)
            }
            check(level, x, y, { $0 - $1 / a }) {
                $0.subtract($1, dividedBy: a, from: $2, count: length)
            }
            check(level, x, y, { y, _ in y / a }) { $0.divide($2, by: a, count: length) }
            check(level, x, y, { $0 / a + b * $1 }) {
                $0.divide($2, by: a, adding: $1, times: b, count: length)
            }
        }
    }

    @Test(arguments: levels)
    func `singles are the nearest ones, and doubles again the same`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 4)
        for length in KernelInputs.lengths {
            let x = inputs.numbers(length, awkward: true)
            var singles = [Float](repeating: 7, count: length + 1)
            level.kernels.round(x, into: &singles, count: length)
            #expect(bits(singles) == bits(x.map { Float($0) } + [7]))
            var doubles = [Double](repeating: 7, count: length + 1)
            level.kernels.widen(singles, into: &doubles, count: length)
            #expect(bits(doubles) == bits(singles))
        }
    }

    @Test(arguments: levels, [false, true])
    func `sums have one order on every level`(level: KernelLevel, isAwkward: Bool) {
        var inputs = KernelInputs(seed: 3)
        for length in KernelInputs.lengths {
            let x = inputs.numbers(length, awkward: isAwkward)
            let y = inputs.numbers(length, awkward: isAwkward)
            atEveryOffset(x) { x in
                let dot = level.kernels.dot(x, y, count: length)
                let squares = level.kernels.sumOfSquares(x, count: length)
                #expect(bits([dot]) == bits([portable.dot(x, y, count: length)]))
                #expect(bits([squares]) == bits([portable.sumOfSquares(x, count: length)]))
                let magnitudes = level.kernels.sumOfMagnitudes(x, count: length)
                #expect(bits([magnitudes]) == bits([portable.sumOfMagnitudes(x, count: length)]))
                let entries = UnsafeBufferPointer(start: x, count: length)
                #expect(bits([dot]) == bits([Self.dot(Array(entries), y)]))
                let areFinite = level.kernels.areFinite(x, count: length)
                #expect(areFinite == entries.allSatisfy(\.isFinite))
            }
        }
    }

    @Test(arguments: levels)
    func `one number that is not finite is seen wherever it stands`(level: KernelLevel) {
        for length in [1, 8, 40, 67] {
            for place in 0..<length {
                for number in [Double.nan, .infinity, -.infinity] {
                    var x = [Double](repeating: .greatestFiniteMagnitude, count: length)
                    let before = level.kernels.areFinite(x, count: length)
                    x[place] = number
                    let after = level.kernels.areFinite(x, count: length)
                    #expect(before && !after)
                }
            }
        }
    }

    /// Runs an in-place kernel on both levels at every alignment.
    private func same(
        _ level: KernelLevel, _ numbers: [Double],
        _ kernel: (any KernelSet.Type, UnsafeMutablePointer<Double>, Int) -> Void
    ) {
        var expected = numbers
        expected.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { kernel(portable, base, buffer.count) }
        }
        atEveryOffset(numbers) { base in
            kernel(level.kernels, base, numbers.count)
            let found = UnsafeBufferPointer(start: base, count: numbers.count)
            #expect(bits(found) == bits(expected))
        }
    }

    /// Runs y ← f(y, x) on a level at every alignment and with a plain loop.
    private func check(
        _ level: KernelLevel, _ x: [Double], _ y: [Double], _ plain: (Double, Double) -> Double,
        _ kernel: (any KernelSet.Type, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) {
        let expected = bits(zip(y, x).map(plain))
        atEveryOffset(y) { base in
            kernel(level.kernels, x, base)
            #expect(bits(UnsafeBufferPointer(start: base, count: y.count)) == expected)
        }
    }

    /// Eight lanes, the tree ((0+4) + (2+6)) + ((1+5) + (3+7)), then what is left over.
    private static func dot(_ x: [Double], _ y: [Double]) -> Double {
        var lanes = [Double](repeating: 0, count: 8)
        let whole = x.count / 8 * 8
        for index in 0..<whole { lanes[index % 8] += x[index] * y[index] }
        var sum =
            ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
            + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
        for index in whole..<x.count { sum += x[index] * y[index] }
        return sum
    }
}
