extension VectorKernels {
    package static func subtract(
        _ x: UnsafePointer<Double>, from y: UnsafeMutablePointer<Double>, count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) - load(x, index), y, index)
            index &+= 8
        }
        while index < count {
            y[index] -= x[index]
            index &+= 1
        }
    }

    package static func add(
        _ x: UnsafePointer<Double>, times a: Double, to y: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) + a * load(x, index), y, index)
            index &+= 8
        }
        while index < count {
            y[index] += a * x[index]
            index &+= 1
        }
    }

    package static func add(
        _ x: UnsafePointer<Double>, dividedBy a: Double, to y: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) + load(x, index) / a, y, index)
            index &+= 8
        }
        while index < count {
            y[index] += x[index] / a
            index &+= 1
        }
    }

    package static func subtract(
        _ x: UnsafePointer<Double>, dividedBy a: Double, from y: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) - load(x, index) / a, y, index)
            index &+= 8
        }
        while index < count {
            y[index] -= x[index] / a
            index &+= 1
        }
    }

    package static func divide(_ y: UnsafeMutablePointer<Double>, by a: Double, count: Int) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) / a, y, index)
            index &+= 8
        }
        while index < count {
            y[index] /= a
            index &+= 1
        }
    }

    package static func divide(
        _ y: UnsafeMutablePointer<Double>, by a: Double, adding x: UnsafePointer<Double>,
        times b: Double, count: Int
    ) {
        var index = 0
        while index &+ 8 <= count {
            store(load(y, index) / a + b * load(x, index), y, index)
            index &+= 8
        }
        while index < count {
            y[index] = y[index] / a + b * x[index]
            index &+= 1
        }
    }
}
