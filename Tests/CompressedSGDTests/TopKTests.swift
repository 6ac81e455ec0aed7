import Testing

@testable import CompressedSGD

@Suite struct TopKTests {
    @Test func `of equal magnitudes the lower index is kept`() throws {
        #expect(try topK(2, [1, -3, 3, 3, -1]) == [0, -3, 3, 0, 0])
        #expect(try topK(1, [0, -2, 2]) == [0, -2, 0])
        #expect(try topK(3, [5, 5, 5, 5]) == [5, 5, 5, 0])
    }

    @Test func `k at or above d keeps everything`() throws {
        #expect(try topK(3, [1, 2, 3]) == [1, 2, 3])
        #expect(try topK(99, [1, 2, 3]) == [1, 2, 3])
        #expect(TopK(k: 99, dimension: 3).k == 3)
        #expect(TopK(k: 99, dimension: 3).contraction.delta == 1)
    }

    @Test func `subnormal numbers count as what they are`() throws {
        #expect(try topK(1, [0, .leastNonzeroMagnitude, 0]) == [0, .leastNonzeroMagnitude, 0])
    }

    @Test(arguments: [1, 2, 7, 100, 5000, 32_767, 32_768, 100_001])
    func `the selection is that of a stable sort`(dimension: Int) throws {
        var random = RandomVectors(seed: UInt64(dimension))
        for vector in [
            random.normal(dimension), random.repetitive(dimension), random.spread(dimension),
            Vector((0..<dimension).map { Double($0) }),
            Vector((0..<dimension).map { Double(dimension - $0) }),
            Vector((0..<dimension).map { Double(min($0, dimension - $0)) }),
        ] {
            let values = vector.elements
            let order = values.indices.sorted {
                let (a, b) = (values[$0].magnitude, values[$1].magnitude)
                return a > b || (a == b && $0 < $1)
            }
            let selector = LargestEntries(dimension: dimension)
            for k in Set([1, max(1, dimension / 1000), max(1, dimension / 10), dimension]) {
                let found = selector.select(k, of: vector)
                #expect(found.areFinite)
                #expect(found.indices.map(Int.init) == order.prefix(k).sorted())
            }
        }
    }

    /// Quickselect with the middle of three runs into its worst case on this order (Musser 1997).
    @Test func `an adversary's order is selected correctly too`() {
        let half = 2000
        var values = [Double](repeating: 0, count: 2 * half)
        for index in 1...half {
            values[index - 1] = Double(index % 2 == 1 ? index : half + index - 1)
            values[half + index - 1] = Double(2 * index)
        }
        let selector = LargestEntries(dimension: values.count)
        for k in [1, 17, half, 2 * half - 1] {
            let expected = values.indices.sorted {
                values[$0] > values[$1] || (values[$0] == values[$1] && $0 < $1)
            }.prefix(k).sorted()
            #expect(selector.select(k, of: Vector(values)).indices.map(Int.init) == expected)
        }
    }

    @Test func `numbers that are not finite are seen and never trap`() {
        let selector = LargestEntries(dimension: 3)
        for fault in [Double.nan, -.nan, .infinity, -.infinity] {
            #expect(!selector.select(1, of: Vector([1, fault, 2])).areFinite)
        }
    }

    private func topK(_ k: Int, _ values: [Double]) throws -> [Double] {
        let compressor = TopK(k: k, dimension: values.count)
        let message = Message()
        let delta = Delta(dimension: values.count)
        try compressor.encode(Vector(values), into: message)
        try compressor.decode(message, into: delta)
        return delta.elements
    }
}
