/// The hash functions of one row of a count sketch: a bucket and a sign for each coordinate.
///
/// A coordinate's word holds both: the bucket is ⌊c·(upper 32 bits)/2³²⌋, and the sign is − where the
/// lowest bit is set. Words are made 256 at a time, by the family: see ``SketchHashFamily``.
struct SketchHash {
    private let family: SketchHashFamily
    private let columns: UInt64
    /// The tables of tabulation; else six constants, and a block of words that were made of them.
    ///
    /// Behind them what several blocks share, block by block.
    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int

    /// One row's functions, which live until they are deallocated.
    ///
    /// - Parameters:
    ///   - family: tabulation or polynomial.
    ///   - columns: c.
    ///   - stream: gives the constants.
    init(
        _ family: SketchHashFamily, columns: Int, drawingFrom stream: inout RandomStream
    ) {
        self.init(family, columns: columns)
        redraw(from: &stream)
    }

    /// One row's functions as the authors' Python code has them.
    ///
    /// - Parameters:
    ///   - columns: c.
    ///   - twister: gives the constants, those of the first row first.
    init(csvec columns: Int, drawingFrom twister: inout MersenneTwister) {
        self.init(.csvec, columns: columns)
        for index in 0..<Self.constantCount {
            let upper = UInt64(twister.next())
            let both = upper << 32 | UInt64(twister.next())
            words[index] = both % Self.prime
        }
    }

    private init(_ family: SketchHashFamily, columns: Int) {
        self.family = family
        self.columns = UInt64(columns)
        wordCount = family == .tabulation ? Self.tableWords : Self.constantCount + Self.blockSize
        words = .allocate(capacity: wordCount + Self.mostBlocks)
        words.initialize(repeating: 0, count: wordCount + Self.mostBlocks)
    }

    /// Other functions, in the same memory.
    func redraw(from stream: inout RandomStream) {
        if family == .tabulation {
            for index in 0..<Self.tableWords { words[index] = stream.next() }
        } else {
            for index in 0..<Self.constantCount {
                words[index] = UInt64(stream.next(below: Int(Self.prime)))
            }
        }
    }

    /// Ends the functions' life.
    func deallocate() { words.deallocate() }

    /// The words of some blocks of 256 indices from `start`, a multiple of 256.
    ///
    /// `body` gets 256 words, for each block one that is to be combined with each of them by exclusive
    /// or, and how many indices there are: less than a block's only if no more are left. Returns how
    /// many.
    @inline(__always)
    func withBlocks(
        from start: Int, to end: Int,
        _ body: (UnsafePointer<UInt64>, _ shared: UnsafePointer<UInt64>, _ count: Int) -> Void
    ) -> Int {
        let shared = words + wordCount
        guard family == .tabulation else {
            fill(from: start)
            let count = min(Self.blockSize, end &- start)
            body(words + Self.constantCount, shared, count)
            return count
        }
        let count = min(Self.mostBlocks &* Self.blockSize, end &- start)
        var block = 0
        while block &* Self.blockSize < count {
            shared[block] = sharedWord(start &+ block &* Self.blockSize)
            block &+= 1
        }
        body(words, shared, count)
        return count
    }

    @inline(__always)
    private func sharedWord(_ start: Int) -> UInt64 {
        words[256 &+ (start &>> 8) & 255] ^ words[512 &+ (start &>> 16) & 255]
            ^ words[768 &+ (start &>> 24) & 255]
    }

    private func fill(from start: Int) {
        let block = words + Self.constantCount
        if family == .polynomial {
            for index in 0..<Self.blockSize {
                block[index] = polynomial(UInt64(truncatingIfNeeded: start &+ index))
            }
        } else {
            for index in 0..<Self.blockSize {
                block[index] = wrapping(Int64(truncatingIfNeeded: start &+ index))
            }
        }
    }

    /// (a₀t + a₁) mod p for the bucket, ((a₂t + a₃)t + a₄)t + a₅ mod p for the sign.
    @inline(__always)
    private func polynomial(_ index: UInt64) -> UInt64 {
        let bucket = Self.reduce(Self.product(words[0], index) &+ words[1])
        var sign = Self.reduce(Self.product(words[2], index) &+ words[3])
        sign = Self.reduce(Self.product(sign, index) &+ words[4])
        sign = Self.reduce(Self.product(sign, index) &+ words[5])
        // The upper 32 of 61 bits.
        return (bucket &>> 29) &<< 32 | sign & 1
    }

    /// The same polynomials in 64 bits that wrap, and remainders that are never negative.
    @inline(__always)
    private func wrapping(_ index: Int64) -> UInt64 {
        @inline(__always) func constant(_ place: Int) -> Int64 { Int64(bitPattern: words[place]) }
        @inline(__always) func modulo(_ number: Int64) -> UInt64 {
            let rest = number % Int64(Self.prime)
            return UInt64(bitPattern: rest < 0 ? rest &+ Int64(Self.prime) : rest)
        }
        let bucket = modulo(constant(0) &* index &+ constant(1)) % columns
        let cubic =
            ((constant(2) &* index &+ constant(3)) &* index &+ constant(4)) &* index &+ constant(5)
        // The least number whose product with c has this bucket in its upper half.
        let place = ((bucket &<< 32) &+ columns &- 1) / columns
        return place &<< 32 | (modulo(cubic) & 1 ^ 1)
    }

    /// a·b mod p, up to a multiple of p, below 2⁶².
    @inline(__always)
    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return (product.low & prime) &+ (product.high &<< 3 | product.low &>> 61)
    }

    /// A number below 2⁶³ modulo p.
    @inline(__always)
    private static func reduce(_ number: UInt64) -> UInt64 {
        let sum = (number & prime) &+ (number &>> 61)
        return sum >= prime ? sum &- prime : sum
    }

    /// The tables of tabulation, that of the lowest byte first, or the constants.
    var constants: UnsafeBufferPointer<UInt64> {
        UnsafeBufferPointer(
            start: words, count: family == .tabulation ? Self.tableWords : Self.constantCount)
    }

    /// p = 2⁶¹ − 1.
    private static let prime: UInt64 = 1 << 61 - 1
    /// A table for each byte of an index.
    private static let tableWords = 4 * 256
    private static let constantCount = 6
    private static let blockSize = 256
    /// How many blocks are handed out at a time.
    private static let mostBlocks = 16
}

/// Where a count sketch's buckets and signs come from.
public enum SketchHashFamily: String, CaseIterable, Sendable, Hashable, Codable {
    /// The four bytes of an index select a 64-bit word each from a table of its own; the word of the
    /// index is their exclusive or.
    ///
    /// Fast, and more even in practice than it must be (Pătraşcu, Thorup 2012,
    /// doi:10.1145/2220357.2220361), but 3-independent only: buckets are pairwise independent up
    /// to c/2³² and so are signs, and signs do not depend on buckets: all that the bound for a single
    /// estimate, |v̂ᵢ − vᵢ| ≤ ε‖v‖₂, asks for. The bound for an estimate of ‖v‖₂ needs 4-wise
    /// independent signs.
    case tabulation
    /// Random polynomials over the integers modulo p = 2⁶¹ − 1: of degree 1 for buckets, which are
    /// pairwise independent, and of degree 3 for signs, which are 4-wise independent, both up to a
    /// part of 2⁻²⁹. All bounds of the literature hold; slower than tabulation.
    ///
    /// Source: Wegman, Carter 1981, doi:10.1016/0022-0000(81)90033-7; Thorup, Zhang 2012,
    /// doi:10.1137/100800774, Section 3.
    case polynomial
    /// The polynomials of the authors' Python package `csvec`, whose products wrap at 64 bits before
    /// they are reduced, with constants from MT19937: for tables that their code reads and writes.
    /// Nothing is proved of it.
    case csvec
}
