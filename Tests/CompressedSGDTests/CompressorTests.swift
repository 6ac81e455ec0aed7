import Testing

@testable import CompressedSGD

@Suite struct CompressorTests {
    @Test(arguments: CompressorName.allCases)
    func `every compressor keeps the contract`(name: CompressorName) throws {
        for k in [1, 3, 64, 5000] {
            try CompressorContract { Self.make(name, dimension: $0, k: k) }.verify()
        }
    }

    @Test(arguments: CompressorName.allCases)
    func `a million coordinates pass through`(name: CompressorName) throws {
        var random = RandomVectors(seed: 2)
        let vector = random.normal(1_000_000)
        let compressor = Self.make(name, dimension: vector.count, k: 1000)
        let message = Message()
        let delta = Delta(dimension: vector.count)
        try compressor.encode(vector, into: message)
        try compressor.decode(message, into: delta)
        #expect(delta.count == (name == .identity ? vector.count : 1000))
    }

    @Test func `identity takes 64 bits for each entry`() throws {
        let message = Message()
        try Identity(dimension: 7).encode(Vector(zeros: 7), into: message)
        #expect(message.bitCount == 7 * 64)
    }

    @Test(arguments: [(1, 1, 0), (2, 2, 1), (5, 3, 3), (64, 6, 6), (65, 6, 7), (1 << 20, 9, 20)])
    func `top-k takes 32 bits, k doubles and k packed indices`(d: Int, k: Int, width: Int) throws {
        let message = Message()
        try TopK(k: k, dimension: d).encode(Vector(zeros: d), into: message)
        #expect(TopK.indexWidth(dimension: d) == width)
        #expect(message.bitCount == 32 + 64 * k + (k * width + 7) / 8 * 8)
    }

    @Test func `a count sketch takes 64 bits for each cell`() throws {
        let message = Message()
        try CountSketch(rows: 3, columns: 10, k: 2, dimension: 50, seed: 1)
            .encode(Vector(zeros: 50), into: message)
        #expect(message.bitCount == 3 * 10 * 64)
    }

    static func make(_ name: CompressorName, dimension: Int, k: Int) -> any ContractiveCompressor {
        switch name {
        case .identity: Identity(dimension: dimension)
        case .topK: TopK(k: k, dimension: dimension)
        case .countSketch:
            CountSketch(rows: 3, columns: 4 * k + 3, k: k, dimension: dimension, seed: 9)
        }
    }
}
