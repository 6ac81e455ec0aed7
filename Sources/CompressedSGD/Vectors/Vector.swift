/// A vector in ℝᵈ of fixed length: contiguous doubles at a fixed place in memory.
///
/// A vector is a place, not a value: methods, compressors and problems make theirs before the first
/// round and write into them ever after, so that a round allocates nothing. Two names for one
/// vector see the same elements.
public final class Vector {
    /// The dimension d.
    public let count: Int
    /// The first element; valid for as long as the vector lives.
    package let base: UnsafeMutablePointer<Double>
    private let memory: UnsafeMutableRawPointer

    /// The zero vector of ℝᵈ.
    ///
    /// - Parameter count: the dimension, not negative.
    /// - Complexity: O(d)
    public init(zeros count: Int) {
        precondition(count >= 0, "a vector has no negative dimension")
        self.count = count
        memory = .allocate(
            byteCount: max(1, count) * MemoryLayout<Double>.stride, alignment: Vector.alignment)
        base = memory.bindMemory(to: Double.self, capacity: max(1, count))
        base.initialize(repeating: 0, count: count)
    }

    /// A vector with the given elements.
    public convenience init(_ elements: [Double]) {
        self.init(zeros: elements.count)
        for (index, element) in elements.enumerated() { base[index] = element }
    }

    deinit { memory.deallocate() }

    /// One element; the index is checked.
    public subscript(index: Int) -> Double {
        get {
            precondition(index >= 0 && index < count, "index outside the vector")
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count, "index outside the vector")
            base[index] = newValue
        }
    }

    /// The elements, copied out.
    public var elements: [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Lends the elements to a loop that cannot afford a check for each of them.
    public func withUnsafeElements<Result>(
        _ body: (UnsafeMutableBufferPointer<Double>) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeMutableBufferPointer(start: base, count: count))
    }

    /// One cache line, so that no vector shares its first line with another.
    private static let alignment = 64
}
