/// Arithmetic in place, in an order of operations that never changes.
///
/// Products and sums are rounded one by one: nothing here is contracted into a fused operation, so
/// that each result has the same bits on every processor.
extension Vector {
    /// v ← 0.
    public func clear() {
        base.update(repeating: 0, count: count)
    }

    /// v ← w.
    public func assign(_ other: Vector) {
        precondition(count == other.count, "vectors of one dimension")
        base.update(from: other.base, count: count)
    }

    /// v ← v + w.
    public func add(_ other: Vector) {
        precondition(count == other.count, "vectors of one dimension")
        let target = base
        let source = other.base
        for index in 0..<count { target[index] += source[index] }
    }

    /// v ← v − w.
    public func subtract(_ other: Vector) {
        precondition(count == other.count, "vectors of one dimension")
        let target = base
        let source = other.base
        for index in 0..<count { target[index] -= source[index] }
    }

    /// v ← v + a·w.
    public func add(_ scale: Double, times other: Vector) {
        precondition(count == other.count, "vectors of one dimension")
        let target = base
        let source = other.base
        for index in 0..<count { target[index] += scale * source[index] }
    }

    /// v ← v − w / a: a server's step by the mean of what `a` clients sent.
    public func subtract(_ other: Vector, dividedBy divisor: Double) {
        precondition(count == other.count, "vectors of one dimension")
        let target = base
        let source = other.base
        for index in 0..<count { target[index] -= source[index] / divisor }
    }

    /// v ← v + w / a.
    public func add(_ other: Vector, dividedBy divisor: Double) {
        precondition(count == other.count, "vectors of one dimension")
        let target = base
        let source = other.base
        for index in 0..<count { target[index] += source[index] / divisor }
    }

    /// v ← v / a.
    public func divide(by divisor: Double) {
        let target = base
        for index in 0..<count { target[index] /= divisor }
    }

    /// ‖v‖², summed in eight lanes that are added up in a fixed tree.
    ///
    /// - Complexity: O(d)
    public var normSquared: Double {
        let memory = UnsafeRawPointer(base)
        var lanes = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
            let element = memory.loadUnaligned(fromByteOffset: index &* 8, as: SIMD8<Double>.self)
            lanes += element * element
            index &+= 8
        }
        var sum = Vector.total(lanes)
        while index < count {
            sum += base[index] * base[index]
            index &+= 1
        }
        return sum
    }

    /// Whether every element is a finite number.
    ///
    /// - Complexity: O(d)
    public var isFinite: Bool {
        // 0·v is 0 for finite v and NaN otherwise.
        let memory = UnsafeRawPointer(base)
        var lanes = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
            lanes += memory.loadUnaligned(fromByteOffset: index &* 8, as: SIMD8<Double>.self) * 0
            index &+= 8
        }
        var sum = Vector.total(lanes)
        while index < count {
            sum += base[index] * 0
            index &+= 1
        }
        return sum == 0
    }

    /// The sum of eight lanes: ((0+4) + (2+6)) + ((1+5) + (3+7)).
    @inline(__always)
    static func total(_ lanes: SIMD8<Double>) -> Double {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
}
