extension VectorKernels {
    package static func add(
        _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
    ) { Double.add(x, to: y, count) }

    package static func scale(_ y: UnsafeMutablePointer<Double>, by a: Double, count: Int) {
        Double.scale(y, by: a, count)
    }

    package static func sum(_ x: UnsafePointer<Double>, count: Int) -> Double {
        Double.sum(x, count)
    }

    package static func round(
        _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            Float.put(eight: Double.line(x, index), y, index)
            index &+= 8
        }
        while index < count {
            y[index] = Float(x[index])
            index &+= 1
        }
    }

    package static func widen(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Double>, count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            Double.put(Float.eight(x, index), y, index)
            index &+= 8
        }
        while index < count {
            y[index] = Double(x[index])
            index &+= 1
        }
    }
}

extension SingleKernels {
    package static func add(
        _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
    ) { Float.add(x, to: y, count) }

    package static func scale(_ y: UnsafeMutablePointer<Float>, by a: Float, count: Int) {
        Float.scale(y, by: a, count)
    }

    package static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
        Float.sum(x, count)
    }
}

extension LaneScalar {
    @inline(__always)
    fileprivate static func add(
        _ x: UnsafePointer<Self>, to y: UnsafeMutablePointer<Self>, _ count: Int
    ) {
        var index = 0
        while index &+ lineWidth <= count {
            put(sum(line(y, index), line(x, index)), y, index)
            index &+= lineWidth
        }
        while index < count {
            y[index] = y[index] + x[index]
            index &+= 1
        }
    }

    @inline(__always)
    fileprivate static func scale(_ y: UnsafeMutablePointer<Self>, by a: Self, _ count: Int) {
        var index = 0
        while index &+ lineWidth <= count {
            put(product(a, line(y, index)), y, index)
            index &+= lineWidth
        }
        while index < count {
            y[index] = a * y[index]
            index &+= 1
        }
    }

    @inline(__always)
    fileprivate static func sum(_ x: UnsafePointer<Self>, _ count: Int) -> Self {
        var lanes = emptyLine
        var index = 0
        while index &+ lineWidth <= count {
            lanes = sum(lanes, line(x, index))
            index &+= lineWidth
        }
        var own = total(lanes)
        while index < count {
            own = own + x[index]
            index &+= 1
        }
        return own
    }
}
