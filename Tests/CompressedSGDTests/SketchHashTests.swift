import Testing

@testable import CompressedSGD

/// Where the cells of a coordinate are, and how its estimates err, for each family of hash functions.
@Suite struct SketchHashTests {
    /// The bucket and the sign of each coordinate in each row, seen from sketches of unit vectors.
    private static func cells(_ sketch: CountSketch) -> [[(bucket: Int, sign: Double)]] {
        let unit = Vector(zeros: sketch.dimension)
        let table = Vector(zeros: sketch.tableSize)
        return (0..<sketch.dimension).map { index in
            unit.clear()
            unit[index] = 1
            table.clear()
            sketch.project(unit, addingTo: table)
            return (0..<sketch.rows).map { row in
                let filled = (0..<sketch.columns).filter { table[row * sketch.columns + $0] != 0 }
                return (filled[0], table[row * sketch.columns + filled[0]])
            }
        }
    }

    private static func sketch(
        _ family: SketchHashFamily, rows: Int = 1, columns: Int, dimension: Int, seed: UInt64
    ) -> CountSketch {
        CountSketch(
            rows: rows, columns: columns, k: 1, dimension: dimension, seed: seed, family: family)
    }

    @Test func `csvec's constants, buckets and signs are those of its authors' code`() {
        let sketch = Self.sketch(.csvec, rows: 2, columns: 20, dimension: 8, seed: 42)
        #expect(
            Array(sketch.hashWords[..<6]) == [
                2_297_359_619_001_564_597, 1_396_682_528_897_996_053, 1_973_689_801_170_867_276,
                1_819_927_849_474_927_640, 572_192_888_165_898_362, 571_748_048_327_668_951,
            ])
        let row = Self.cells(sketch).map { $0[0] }
        #expect(row.map(\.bucket) == [13, 19, 5, 11, 9, 15, 1, 7])
        #expect(row.map(\.sign) == [1, 1, 1, -1, 1, 1, -1, 1])
    }

    @Test(arguments: [1, 2, 3, 7, 1000, 1 << 20])
    func `polynomial hashes are those of whole numbers without bounds`(columns: Int) {
        let sketch = Self.sketch(.polynomial, columns: columns, dimension: 600, seed: 3)
        let a = sketch.hashWords.map { UInt64($0) }
        let p: UInt64 = (1 << 61) - 1
        func times(_ x: UInt64, _ y: UInt64) -> UInt64 {
            let full = x.multipliedFullWidth(by: y)
            return p.dividingFullWidth(full).remainder
        }
        let vector = Vector(zeros: 600)
        for index in 0..<600 {
            let t = UInt64(index)
            let bucket = (times(a[0], t) + a[1]) % p
            var sign = (times(a[2], t) + a[3]) % p
            sign = (times(sign, t) + a[4]) % p
            sign = (times(sign, t) + a[5]) % p
            vector.clear()
            vector[index] = 1
            let table = Vector(zeros: columns)
            sketch.project(vector, addingTo: table)
            let place = Int(((bucket >> 29) * UInt64(columns)) >> 32)
            #expect(table[place] == (sign % 2 == 0 ? 1 : -1))
        }
    }

    @Test(arguments: [255, 4096, 4097, 70_001])
    func `a tabulated index has the exclusive or of the words of its bytes, in every block`(
        dimension: Int
    ) {
        let (rows, columns) = (2, 1000)
        let sketch = Self.sketch(
            .tabulation, rows: rows, columns: columns, dimension: dimension, seed: 9)
        let words = sketch.hashWords
        #expect(words.count == rows * 1024)
        var random = RandomVectors(seed: 4)
        let vector = random.normal(dimension)
        let (table, expected) = (Vector(zeros: rows * columns), Vector(zeros: rows * columns))
        sketch.project(vector, addingTo: table)
        func place(_ index: Int, _ row: Int) -> (cell: Int, sign: Double) {
            let hash = (0..<4).reduce(0 as UInt64) { hash, byte in
                hash ^ words[row * 1024 + byte * 256 + (index >> (8 * byte)) % 256]
            }
            let bucket = Int(((hash >> 32) * UInt64(columns)) >> 32)
            return (row * columns + bucket, hash % 2 == 0 ? 1 : -1)
        }
        for row in 0..<rows {
            for index in 0..<dimension {
                let (cell, sign) = place(index, row)
                expected[cell] += sign * vector[index]
            }
        }
        #expect(table.elements == expected.elements)
        let estimates = Vector(zeros: dimension)
        sketch.unsketch(table, into: estimates)
        #expect(
            (0..<dimension).allSatisfy { index in
                let (first, second) = (place(index, 0), place(index, 1))
                let sum =
                    0.5 * first.sign * table[first.cell] + 0.5 * second.sign * table[second.cell]
                return estimates[index] == sum
            })
    }

    /// Over many seeds: buckets are even, two coordinates meet once in c, products of up to four signs
    /// have mean 0, and signs do not go with buckets.
    @Test(arguments: [SketchHashFamily.polynomial, .tabulation])
    func `hash functions are as independent as their family says`(family: SketchHashFamily) {
        let (seeds, columns) = (4000, 5)
        // These four have a zero exclusive or, byte by byte.
        let quadruple = [0, 1, 256, 257]
        var (loads, meetings) = ([Int](repeating: 0, count: columns), 0)
        var products = [Double](repeating: 0, count: 5)
        for seed in 0..<seeds {
            let sketch = Self.sketch(
                family, columns: columns, dimension: 258, seed: UInt64(seed))
            let all = quadruple.map { index -> (bucket: Int, sign: Double) in
                let unit = Vector(zeros: 258)
                unit[index] = 1
                let table = Vector(zeros: columns)
                sketch.project(unit, addingTo: table)
                let bucket = (0..<columns).first { table[$0] != 0 } ?? 0
                return (bucket, table[bucket])
            }
            loads[all[1].bucket] += 1
            meetings += all[0].bucket == all[3].bucket ? 1 : 0
            for count in 1...4 {
                products[count] += all.prefix(count).reduce(1) { $0 * $1.sign }
            }
            products[0] += all[2].bucket == 0 ? all[2].sign : 0
        }
        let n = Double(seeds)
        func deviation(_ p: Double) -> Double { (n * p * (1 - p)).squareRoot() }
        for load in loads { #expect((Double(load) - n / 5).magnitude < 5 * deviation(0.2)) }
        #expect((Double(meetings) - n / 5).magnitude < 5 * deviation(0.2))
        #expect(products[0].magnitude < 5 * (n / 5).squareRoot())
        for count in 1...3 { #expect(products[count].magnitude < 5 * n.squareRoot()) }
        if family == .polynomial {
            #expect(products[4].magnitude < 5 * n.squareRoot(), "4-wise independent")
        } else {
            #expect(products[4] == n, "tabulation is not 4-wise independent")
        }
    }

    /// One row: E v̂ᵢ = vᵢ and Var v̂ᵢ = (‖v‖² − vᵢ²)/c.
    @Test(arguments: [SketchHashFamily.polynomial, .tabulation])
    func `a single row's estimates have the mean and variance of the theory`(
        family: SketchHashFamily
    ) {
        let (seeds, columns, dimension) = (4000, 10, 60)
        var random = RandomVectors(seed: 2)
        let vector = random.normal(dimension)
        let estimates = Vector(zeros: dimension)
        let (sum, squares) = (Vector(zeros: dimension), Vector(zeros: dimension))
        for seed in 0..<seeds {
            let sketch = Self.sketch(
                family, columns: columns, dimension: dimension, seed: UInt64(seed))
            let table = Vector(zeros: columns)
            sketch.project(vector, addingTo: table)
            sketch.unsketch(table, into: estimates)
            estimates.subtract(vector)
            sum.add(estimates)
            for index in 0..<dimension { squares[index] += estimates[index] * estimates[index] }
        }
        let n = Double(seeds)
        for index in 0..<dimension {
            let variance =
                (vector.normSquared - vector[index] * vector[index]) / Double(columns)
            #expect((sum[index] / n).magnitude < 6 * (variance / n).squareRoot())
            // The fourth moment of such sums is below four times the variance squared.
            #expect((squares[index] / n / variance - 1).magnitude < 6 * (3 / n).squareRoot())
        }
    }

    /// A row errs by more than ε‖v_tail‖ with probability 1/(cε²) at most; the median of r rows only
    /// where half of them do.
    @Test(arguments: SketchHashFamily.allCases, [(5, 8.0), (7, 6.0)])
    func `estimates are within the bound as often as promised`(
        family: SketchHashFamily, shape: (rows: Int, factor: Double)
    ) {
        let (dimension, columns) = (4000, 400)
        var random = RandomVectors(seed: 5)
        let vector = random.normal(dimension)
        // Some entries stand out; the tail is without them.
        let tail = vector.normSquared.squareRoot()
        for index in 0..<8 { vector[index * 400] = 50 * Double(index + 1) }
        // c = factor/ε², so that a row fails with probability 1/factor, a collision with the large
        // entries aside: each row has one with probability 8/c at most.
        let epsilon = (shape.factor / Double(columns)).squareRoot()
        let failing = 1 / shape.factor + 8 / Double(columns)
        let needed = (shape.rows + 1) / 2
        let bound = (needed...shape.rows).reduce(0.0) { sum, count in
            sum + Self.binomial(shape.rows, count, failing)
        }
        var failures = 0
        let estimates = Vector(zeros: dimension)
        for seed in 0..<5 {
            let sketch = Self.sketch(
                family, rows: shape.rows, columns: columns, dimension: dimension,
                seed: UInt64(seed))
            let table = Vector(zeros: sketch.tableSize)
            sketch.project(vector, addingTo: table)
            sketch.unsketch(table, into: estimates)
            for index in 0..<dimension
            where (estimates[index] - vector[index]).magnitude > epsilon * tail { failures += 1 }
        }
        #expect(Double(failures) / Double(5 * dimension) <= bound, "\(failures), \(bound)")
    }

    private static func binomial(_ n: Int, _ k: Int, _ p: Double) -> Double {
        var result = 1.0
        for index in 0..<k { result *= p * Double(n - index) / Double(index + 1) }
        for _ in k..<n { result *= 1 - p }
        return result
    }

    /// With 4-wise independent signs the variance of a row's squared norm is at most 2‖v‖⁴/c; with
    /// tabulation an adversary's vector makes it larger.
    @Test func `the norm's bound holds for polynomial signs, and not for tabulated ones`() {
        func spread(_ family: SketchHashFamily) -> (mean: Double, variance: Double) {
            let vector = Vector(zeros: 258)
            for index in [0, 1, 256, 257] { vector[index] = 1 }
            let norms = (0..<4000).map { seed -> Double in
                let sketch = Self.sketch(family, columns: 1, dimension: 258, seed: UInt64(seed))
                let table = Vector(zeros: 1)
                sketch.project(vector, addingTo: table)
                return sketch.estimatedNormSquared(table)
            }
            let mean = norms.reduce(0, +) / 4000
            return (mean, norms.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 4000)
        }
        // ‖v‖² = 4: the bound is 32.
        let polynomial = spread(.polynomial)
        #expect((polynomial.mean - 4).magnitude < 0.6)
        #expect(polynomial.variance < 32)
        #expect(spread(.tabulation).variance > 40)
    }

    @Test(arguments: SketchHashFamily.allCases)
    func `every family keeps the contract`(family: SketchHashFamily) throws {
        for decoder in CountSketch.Decoder.allCases {
            try CompressorContract(
                bits: { CompressorTests.bits(of: $0, entries: $1, .f64) },
                make: {
                    CountSketch(
                        rows: 3, columns: 19, k: 4, dimension: $0, seed: 9, decoder: decoder,
                        family: family)
                }
            ).verify()
        }
    }
}
