/// Δ = C(v) as it comes out of a message: all d entries, or some of them with their indices.
public final class Delta {
    /// d, the dimension of the vector that Δ stands for.
    public let dimension: Int
    /// How many entries are stored; the others are zero.
    public private(set) var count = 0
    /// Whether all d entries are stored, in order and without indices.
    public private(set) var isDense = false

    /// Indices of the stored entries, in ascending order, unless Δ is dense.
    package let indices: UnsafeMutablePointer<UInt32>
    /// The stored entries.
    package let values: UnsafeMutablePointer<Double>

    /// Δ = 0 in ℝᵈ.
    public init(dimension: Int) {
        precondition(dimension >= 0, "a vector has no negative dimension")
        self.dimension = dimension
        indices = .allocate(capacity: max(1, dimension))
        indices.initialize(repeating: 0, count: dimension)
        values = .allocate(capacity: max(1, dimension))
        values.initialize(repeating: 0, count: dimension)
    }

    deinit {
        indices.deallocate()
        values.deallocate()
    }

    /// Declares that all d values are stored.
    package func becomeDense() {
        isDense = true
        count = dimension
    }

    /// Declares that the first `count` indices and values are stored.
    package func becomeSparse(count: Int) {
        precondition(count >= 0 && count <= dimension, "no more entries than dimensions")
        isDense = false
        self.count = count
    }

    /// v ← v + Δ.
    ///
    /// - Complexity: O(count)
    public func add(to vector: Vector) {
        precondition(vector.count == dimension, "vectors of one dimension")
        let target = vector.base
        if isDense {
            for index in 0..<count { target[index] += values[index] }
        } else {
            for entry in 0..<count { target[Int(indices[entry])] += values[entry] }
        }
    }

    /// v ← v − Δ.
    ///
    /// - Complexity: O(count)
    public func subtract(from vector: Vector) {
        precondition(vector.count == dimension, "vectors of one dimension")
        let target = vector.base
        if isDense {
            for index in 0..<count { target[index] -= values[index] }
        } else {
            for entry in 0..<count { target[Int(indices[entry])] -= values[entry] }
        }
    }

    /// Δ ← a·Δ.
    ///
    /// - Complexity: O(count)
    public func scale(by factor: Double) {
        for entry in 0..<count { values[entry] *= factor }
    }

    /// Δ written out, zeros included.
    public var elements: [Double] {
        let vector = Vector(zeros: dimension)
        add(to: vector)
        return vector.elements
    }
}
