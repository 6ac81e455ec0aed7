@testable import CompressedSGD

/// Random vectors and shapes for property tests, all from one seed.
struct RandomVectors {
    private var stream: RandomStream

    init(seed: UInt64) {
        stream = RandomStream(seed: seed, purpose: .data)
    }

    mutating func count(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + stream.next(below: range.count)
    }

    /// Independent normal entries.
    mutating func normal(_ dimension: Int) -> Vector {
        Vector((0..<dimension).map { _ in stream.nextNormal() })
    }

    /// Entries from a few whole numbers, so that many are equal in magnitude.
    mutating func repetitive(_ dimension: Int) -> Vector {
        Vector((0..<dimension).map { _ in Double(stream.next(below: 5) - 2) })
    }

    /// Magnitudes over many powers of two.
    mutating func spread(_ dimension: Int) -> Vector {
        Vector(
            (0..<dimension).map { _ in
                stream.nextNormal()
                    * Double(sign: .plus, exponent: stream.next(below: 600) - 300, significand: 1)
            })
    }
}
