extension VectorKernels {
    package static func add(
        _ x: UnsafePointer<Double>, to y: UnsafeMutablePointer<Double>, count: Int
    ) { Double.add(x, to: y, count) }

    package static func addRows(
        _ x: UnsafePointer<Double>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Double>
    ) { Double.addRows(x, rows, columns, to: y) }

    package static func copy(
        _ x: UnsafePointer<Double>, toRows rows: Int, columns: Int,
        of y: UnsafeMutablePointer<Double>
    ) { Double.copy(x, toRows: rows, columns, of: y) }

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

    package static func addRows(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Float>
    ) { Float.addRows(x, rows, columns, to: y) }

    package static func copy(
        _ x: UnsafePointer<Float>, toRows rows: Int, columns: Int, of y: UnsafeMutablePointer<Float>
    ) { Float.copy(x, toRows: rows, columns, of: y) }

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

    /// Columns as wide as a line at a time: sums of different columns need not wait for each other.
    @inline(__always)
    fileprivate static func addRows(
        _ x: UnsafePointer<Self>, _ rows: Int, _ columns: Int, to y: UnsafeMutablePointer<Self>
    ) {
        var column = 0
        while column &+ lineWidth <= columns {
            var own = line(y, column)
            var place = column
            for _ in 0..<rows {
                own = sum(own, line(x, place))
                place &+= columns
            }
            put(own, y, column)
            column &+= lineWidth
        }
        if column &+ lineWidth / 2 <= columns {
            var own = half(UnsafePointer(y), column)
            var place = column
            for _ in 0..<rows {
                own = sum(own, half(x, place))
                place &+= columns
            }
            put(own, y, column)
            column &+= lineWidth / 2
        }
        guard column < columns else { return }
        var row = x
        for _ in 0..<rows {
            for index in column..<columns { y[index] = y[index] + row[index] }
            row += columns
        }
    }

    @inline(__always)
    fileprivate static func copy(
        _ x: UnsafePointer<Self>, toRows rows: Int, _ columns: Int,
        of y: UnsafeMutablePointer<Self>
    ) {
        var row = y
        for _ in 0..<rows {
            var column = 0
            while column &+ lineWidth <= columns {
                put(line(x, column), row, column)
                column &+= lineWidth
            }
            while column < columns {
                row[column] = x[column]
                column &+= 1
            }
            row += columns
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
