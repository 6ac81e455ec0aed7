import KernelInterface

extension VectorKernels {
    package static func activate(
        _ z: UnsafePointer<Double>, with activation: Activation,
        into y: UnsafeMutablePointer<Double>, count: Int
    ) {
        Double.activate(z, with: activation, into: y, count)
    }

    package static func multiply(
        _ g: UnsafeMutablePointer<Double>, byDerivativeOf activation: Activation,
        at z: UnsafePointer<Double>, result y: UnsafePointer<Double>, count: Int
    ) {
        Double.multiply(g, byDerivativeOf: activation, at: z, result: y, count)
    }
}

extension SingleKernels {
    package static func activate(
        _ z: UnsafePointer<Float>, with activation: Activation,
        into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        Float.activate(z, with: activation, into: y, count)
    }

    package static func multiply(
        _ g: UnsafeMutablePointer<Float>, byDerivativeOf activation: Activation,
        at z: UnsafePointer<Float>, result y: UnsafePointer<Float>, count: Int
    ) {
        Float.multiply(g, byDerivativeOf: activation, at: z, result: y, count)
    }
}

extension LaneScalar {
    @inline(__always)
    fileprivate static func activate(
        _ z: UnsafePointer<Self>, with activation: Activation,
        into y: UnsafeMutablePointer<Self>, _ count: Int
    ) {
        switch activation {
        case .relu:
            var index = 0
            while index &+ lineWidth <= count {
                put(positive(line(z, index)), y, index)
                index &+= lineWidth
            }
            while index < count {
                y[index] = positive(z[index])
                index &+= 1
            }
        case .gelu: forEachEight(count) { put(Elementary.gelu(eight(z, $0, $1)), y, $0, $1) }
        case .tanh: forEachEight(count) { put(Elementary.tanh(eight(z, $0, $1)), y, $0, $1) }
        }
    }

    @inline(__always)
    fileprivate static func multiply(
        _ g: UnsafeMutablePointer<Self>, byDerivativeOf activation: Activation,
        at z: UnsafePointer<Self>, result y: UnsafePointer<Self>, _ count: Int
    ) {
        switch activation {
        case .relu:
            var index = 0
            while index &+ lineWidth <= count {
                put(masked(line(g, index), where: line(y, index)), g, index)
                index &+= lineWidth
            }
            while index < count {
                g[index] = masked(g[index], where: y[index])
                index &+= 1
            }
        case .gelu:
            forEachEight(count) { index, count in
                let slope = Elementary.geluDerivative(eight(z, index, count))
                put(eight(g, index, count) * slope, g, index, count)
            }
        case .tanh:
            forEachEight(count) { index, count in
                let result = eight(y, index, count)
                put(eight(g, index, count) * (1 - result * result), g, index, count)
            }
        }
    }

    /// Calls `body` with the beginning of each eight numbers, and of what is left over.
    @inline(__always)
    private static func forEachEight(_ count: Int, _ body: (_ index: Int, _ count: Int) -> Void) {
        var index = 0
        while index &+ 8 <= count {
            body(index, 8)
            index &+= 8
        }
        if index < count { body(index, count &- index) }
    }

    /// Up to eight numbers, filled up with zeros.
    @inline(__always)
    private static func eight(
        _ x: UnsafePointer<Self>, _ index: Int, _ count: Int
    ) -> SIMD8<Double> {
        if count == 8 { return eight(x, index) }
        var lanes = SIMD8<Double>.zero
        for lane in 0..<count { lanes[lane] = x[index &+ lane].widened }
        return lanes
    }

    @inline(__always)
    private static func eight(
        _ x: UnsafeMutablePointer<Self>, _ index: Int, _ count: Int
    ) -> SIMD8<Double> { eight(UnsafePointer(x), index, count) }

    @inline(__always)
    private static func put(
        _ lanes: SIMD8<Double>, _ y: UnsafeMutablePointer<Self>, _ index: Int, _ count: Int
    ) {
        if count == 8 { return put(eight: lanes, y, index) }
        for lane in 0..<count { y[index &+ lane] = narrowed(lanes[lane]) }
    }
}
