import Testing

@testable import CompressedSGD

/// What compressors with random numbers, or with a memory, do beyond the contract.
@Suite struct RandomCompressorTests {
    private static func apply(_ compressor: any Compressor, _ vector: Vector) throws -> [Double] {
        let message = Message()
        let delta = Delta(dimension: vector.count)
        try compressor.encode(vector, into: message)
        try compressor.decode(message, into: delta)
        return delta.elements
    }

    @Test(arguments: [CompressorName.randomK, .qsgd, .randomDithering, .natural, .lowRank])
    func `a turn decides, and not what came before it`(name: CompressorName) throws {
        var random = RandomVectors(seed: 3)
        let vector = random.normal(200)
        for make in CompressorTests.makers(name, k: 7, values: .f64) {
            let compressor = make(200)
            var seen = Set<[Double]>()
            for turn in [
                Turn(client: 0, round: 0), Turn(client: 0, round: 1), Turn(client: 0, round: 7),
                Turn(client: 0, round: 0, message: 1),
            ] {
                compressor.begin(turn)
                let first = try Self.apply(compressor, vector)
                seen.insert(first)
                let fresh = make(200)
                fresh.begin(turn)
                #expect(try Self.apply(fresh, vector) == first)
            }
            #expect(seen.count == 4, "\(name)")
        }
    }

    @Test func `clients draw different entries`() throws {
        let compressor = RandomK(k: 5, dimension: 100, seed: 1)
        let ones = Vector([Double](repeating: 1, count: 100))
        let drawn = try (0..<20).map { client in
            compressor.begin(Turn(client: client, round: 3))
            return try Self.apply(compressor, ones)
        }
        #expect(Set(drawn).count == 20)
    }

    @Test func `random-k draws every entry equally often`() throws {
        let compressor = RandomK(k: 3, dimension: 10, seed: 2)
        let ones = Vector([Double](repeating: 1, count: 10))
        let sum = Vector(zeros: 10)
        for round in 0..<3000 {
            compressor.begin(Turn(client: 0, round: round))
            sum.add(Vector(try Self.apply(compressor, ones)))
        }
        // Binomial with mean 900 and standard deviation 25.
        #expect(sum.elements.allSatisfy { ($0 - 900).magnitude < 125 })
    }

    @Test func `scaled signs leave exactly what the formula says`() throws {
        var random = RandomVectors(seed: 6)
        for dimension in [1, 5, 100] {
            let vector = random.normal(dimension)
            let error = Vector(try Self.apply(ScaledSign(dimension: dimension), vector))
            error.subtract(vector)
            let sum = vector.elements.map(\.magnitude).reduce(0, +)
            let expected = vector.normSquared - sum * sum / Double(dimension)
            #expect((error.normSquared - expected).magnitude < 1e-12)
        }
    }

    @Test func `a hard threshold keeps what is large and leaves no more than its bound`() throws {
        let compressor = HardThreshold(threshold: 0.5, dimension: 5)
        let result = try Self.apply(compressor, Vector([0.5, -0.4999, -3, 0, 0.1]))
        #expect(result == [0.5, 0, -3, 0, 0])
        #expect(compressor.errorBound == 5 * 0.25)
    }

    @Test func `natural compression leaves powers of two alone and rounds others to neighbours`()
        throws
    {
        let compressor = Natural(dimension: 4, seed: 1)
        for round in 0..<50 {
            compressor.begin(Turn(client: 0, round: round))
            let result = try Self.apply(compressor, Vector([1, -0.25, 3, -5]))
            #expect(result[0] == 1 && result[1] == -0.25)
            #expect([2, 4].contains(result[2]) && [-4, -8].contains(result[3]))
        }
        #expect(throws: ExchangeError.nonFinite) {
            for round in 0..<99 {
                compressor.begin(Turn(client: 0, round: round))
                _ = try Self.apply(
                    compressor, Vector([.greatestFiniteMagnitude, 0, 0, 0]))
            }
        }
    }

    @Test func `the levels of dithering are those of its page`() throws {
        let even = Dithering(
            levels: 4, norm: .maximum, spacing: .even, dimension: 3, seed: 1)
        let powers = Dithering(
            levels: 3, norm: .maximum, spacing: .powersOfTwo, dimension: 3, seed: 1)
        for round in 0..<50 {
            even.begin(Turn(client: 0, round: round))
            powers.begin(Turn(client: 0, round: round))
            let vector = Vector([-8, 5, 0.5])
            let first = try Self.apply(even, vector)
            #expect(first[0] == -8 && [4, 6].contains(first[1]) && [0, 2].contains(first[2]))
            let second = try Self.apply(powers, vector)
            #expect(second[0] == -8 && [4, 8].contains(second[1]) && [0, 2].contains(second[2]))
        }
    }

    @Test func `a matrix of low rank comes back, whatever its size`() throws {
        var random = RandomVectors(seed: 9)
        for size in [1.0, 1e-250, 1e250] {
            for rank in 1...3 {
                let compressor = LowRank(
                    rank: rank, clients: 1, dimension: 90, warmStart: false, seed: 4)
                #expect((compressor.rows, compressor.columns) == (9, 10))
                let vector = Vector(zeros: 90)
                for _ in 0..<rank {
                    let (u, v) = (random.normal(9), random.normal(10))
                    for row in 0..<9 {
                        for column in 0..<10 {
                            vector[row * 10 + column] += size * u[row] * v[column]
                        }
                    }
                }
                let result = try Self.apply(compressor, vector)
                for index in 0..<90 {
                    #expect((result[index] - vector[index]).magnitude < 1e-11 * size)
                }
            }
        }
    }

    @Test func `low rank never adds to a vector's length`() throws {
        var random = RandomVectors(seed: 19)
        for dimension in [1, 2, 3, 7, 12, 100, 1000] {
            for rank in [1, 3, 50] {
                let compressor = LowRank(
                    rank: rank, clients: 1, dimension: dimension, warmStart: true, seed: 1)
                for _ in 0..<5 {
                    let vector = random.normal(dimension)
                    let error = Vector(try Self.apply(compressor, vector))
                    error.subtract(vector)
                    #expect(error.normSquared <= vector.normSquared * (1 + 1e-12))
                    if rank == 50, dimension <= 1000 {
                        #expect(error.normSquared <= 1e-20 * vector.normSquared)
                    }
                }
            }
        }
    }

    @Test func `a warm start comes to the best approximation, each client to its own`() throws {
        // diag(5, 4, 3, …) of 10 × 10 less its two largest entries.
        let compressor = LowRank(rank: 2, clients: 2, dimension: 100, warmStart: true, seed: 4)
        var errors: [[Double]] = [[], []]
        for round in 0..<60 {
            for client in 0..<2 {
                let vector = Vector(zeros: 100)
                for row in 0..<10 { vector[row * 11] = Double(client == 0 ? 10 - row : row + 1) }
                compressor.begin(Turn(client: client, round: round))
                let error = Vector(try Self.apply(compressor, vector))
                error.subtract(vector)
                errors[client].append(error.normSquared)
            }
        }
        let best = (1...8).map { Double($0 * $0) }.reduce(0, +)
        for client in 0..<2 {
            #expect((errors[client][59] - best).magnitude < 1e-3 * best)
            #expect(zip(errors[client], errors[client].dropFirst()).allSatisfy { $0 > $1 - 1e-9 })
        }
    }

    @Test func `a warm start survives a vector of zeros`() throws {
        let compressor = LowRank(rank: 1, clients: 1, dimension: 4, warmStart: true, seed: 4)
        #expect(try Self.apply(compressor, Vector(zeros: 4)).allSatisfy { $0 == 0 })
        let result = try Self.apply(compressor, Vector([1, 2, 2, 4]))
        #expect(zip(result, [1, 2, 2, 4]).allSatisfy { ($0 - $1).magnitude < 1e-12 })
    }

    @Test func `a sketch that is redrawn hashes by the round, and round 0 as ever`() throws {
        var random = RandomVectors(seed: 8)
        let vector = random.normal(100)
        func table(_ reseed: CountSketch.Reseed, _ rounds: [Int]) throws -> [UInt8] {
            let sketch = CountSketch(
                rows: 2, columns: 9, k: 1, dimension: 100, seed: 4, reseed: reseed)
            for round in rounds { sketch.begin(Turn(client: 0, round: round)) }
            let message = Message()
            try sketch.encode(vector, into: message)
            return message.bytes
        }
        #expect(try table(.round, [0]) == table(.never, [5]))
        #expect(try table(.round, [5]) != table(.never, [5]))
        #expect(try table(.round, [3, 5]) == table(.round, [5, 3, 5]))
    }

    @Test func `a sketch decodes alike at both ends`() throws {
        var random = RandomVectors(seed: 8)
        let vector = random.normal(300)
        let server = CountSketch(rows: 3, columns: 50, k: 9, dimension: 300, seed: 4)
        let client = CountSketch(
            rows: 3, columns: 50, k: 9, dimension: 300, seed: 4, decoder: .client)
        #expect(try Self.apply(server, vector) == Self.apply(client, vector))
    }

    @Test func `tables that were sent add up to the table of the sum`() throws {
        var random = RandomVectors(seed: 8)
        let sketch = CountSketch(rows: 3, columns: 20, k: 9, dimension: 300, seed: 4)
        let sum = Vector(zeros: 300)
        let received = Vector(zeros: sketch.tableSize)
        let message = Message()
        for _ in 0..<5 {
            let vector = random.normal(300)
            sum.add(vector)
            try sketch.encodeTable(of: vector, into: message)
            try sketch.addTable(message, to: received)
        }
        let whole = Vector(zeros: sketch.tableSize)
        sketch.project(sum, addingTo: whole)
        for cell in 0..<whole.count {
            #expect((whole[cell] - received[cell]).magnitude < 1e-12)
        }
    }

    @Test func `a wide table knows a vector's length`() {
        var random = RandomVectors(seed: 8)
        let vector = random.normal(2000)
        let sketch = CountSketch(rows: 7, columns: 4000, k: 1, dimension: 2000, seed: 4)
        let table = Vector(zeros: sketch.tableSize)
        sketch.project(vector, addingTo: table)
        let ratio = sketch.estimatedNormSquared(table) / vector.normSquared
        #expect((ratio - 1).magnitude < 0.05)
        #expect(Identity(dimension: 2000).estimatedNormSquared(vector) == vector.normSquared)
    }
}
