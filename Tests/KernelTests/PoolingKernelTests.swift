import KernelChoice
import KernelInterface
import Testing

/// The largest number of each window, and back to where it stood.
@Suite struct PoolingKernelTests {
    private static let shapes: [PooledMaps] = [
        .init(count: 3, height: 8, width: 8, windowHeight: 2, windowWidth: 2),
        .init(count: 2, height: 2, width: 32, windowHeight: 2, windowWidth: 2),
        .init(count: 5, height: 4, width: 4, windowHeight: 4, windowWidth: 4),
        .init(count: 2, height: 7, width: 11, windowHeight: 2, windowWidth: 2),
        .init(count: 2, height: 5, width: 19, windowHeight: 3, windowWidth: 2),
        .init(count: 4, height: 3, width: 13, windowHeight: 1, windowWidth: 3),
        .init(count: 7, height: 1, width: 1, windowHeight: 1, windowWidth: 1),
        .init(count: 0, height: 4, width: 4, windowHeight: 2, windowWidth: 2),
    ]

    @Test(arguments: KernelLevel.available, shapes)
    func `the first of the largest is found, and the last NaN`(
        level: KernelLevel, maps: PooledMaps
    ) {
        var inputs = KernelInputs(seed: 54)
        let count = maps.count * maps.height * maps.width
        for isAwkward in [false, true] {
            // Few different numbers, so that windows have equal ones.
            let coarse = inputs.numbers(count, awkward: isAwkward).map {
                $0.magnitude < 1e3 ? $0.rounded() : $0
            }
            for x in [inputs.numbers(count, awkward: isAwkward), coarse] {
                Self.check(x, maps, level)
                Self.check(x.map { Float($0) }, maps, level)
            }
        }
    }

    private static func check<Scalar: TestedScalar>(
        _ x: [Scalar], _ maps: PooledMaps, _ level: KernelLevel
    ) {
        let windows = maps.count * maps.rows * maps.columns
        var maxima = [Scalar](repeating: 7, count: windows + 1)
        var offsets = maxima
        Scalar.kernels(level).pool(x, maps, into: &maxima, offsets: &offsets)
        let slopes = (0..<windows).map { Scalar($0 + 1) }
        var target = [Scalar](repeating: -1, count: x.count + 1)
        Scalar.kernels(level).unpool(slopes, maps, offsets: offsets, into: &target)

        var expected: [Scalar] = []
        var expectedTarget = [Scalar](repeating: -1, count: x.count + 1)
        for map in 0..<maps.count {
            for row in 0..<maps.rows {
                for column in 0..<maps.columns {
                    var pixels: [Int] = []
                    for y in 0..<maps.windowHeight {
                        for x in 0..<maps.windowWidth {
                            let line = map * maps.height + row * maps.windowHeight + y
                            pixels.append(line * maps.width + column * maps.windowWidth + x)
                        }
                    }
                    let largest = pixels.map { x[$0] }.max() ?? 0
                    let place =
                        pixels.last { x[$0].isNaN } ?? pixels.first { x[$0] == largest } ?? -1
                    expectedTarget[place] = Scalar(expected.count + 1)
                    expected.append(x[place])
                }
            }
        }
        #expect(bits(maxima.map { Double($0) }) == bits((expected + [7]).map { Double($0) }))
        #expect(offsets[windows] == 7)
        #expect(target == expectedTarget)
    }
}
