import KernelInterface

extension VectorKernels {
    package static func addLogisticGradient(
        of rows: LogisticColumns, values: UnsafePointer<Double>?,
        margins: UnsafeMutablePointer<Double>, at x: UnsafePointer<Double>,
        to gradient: UnsafeMutablePointer<Double>
    ) {
        Double.addLogisticGradient(of: rows, values, margins, at: x, to: gradient)
    }
}

extension SingleKernels {
    package static func addLogisticGradient(
        of rows: LogisticColumns, values: UnsafePointer<Float>?,
        margins: UnsafeMutablePointer<Float>, at x: UnsafePointer<Float>,
        to gradient: UnsafeMutablePointer<Float>
    ) {
        Float.addLogisticGradient(of: rows, values, margins, at: x, to: gradient)
    }
}

extension LaneScalar {
    @inline(__always)
    fileprivate static func addLogisticGradient(
        of rows: LogisticColumns, _ values: UnsafePointer<Self>?,
        _ margins: UnsafeMutablePointer<Self>, at x: UnsafePointer<Self>,
        to gradient: UnsafeMutablePointer<Self>
    ) {
        addMargins(of: rows, values, at: x, into: margins)
        let weights = rows.workspace
        var start = 0
        while start < rows.count {
            let count = min(LogisticColumns.chunk, (rows.count &- start &+ 7) & ~7)
            let labels = rows.labels + start
            var index = 0
            while index < count {
                let margin = eight(margins, start &+ index)
                Double.put(-Double.line(labels, index) * margin, weights, index)
                index &+= 8
            }
            VectorKernels.sigmoid(weights, into: weights, count: count)
            index = 0
            while index < count {
                let weight = -Double.line(labels, index) * Double.line(weights, index)
                put(eight: weight, margins, start &+ index)
                index &+= 8
            }
            start &+= count
        }
        addWeighted(rows.masked, margins, to: gradient)
        addWeighted(rows, values, margins, to: gradient)
    }

    /// margins ← A·x, each summed by ascending columns, those of bits first.
    @inline(__always)
    private static func addMargins(
        of data: LogisticColumns, _ values: UnsafePointer<Self>?, at x: UnsafePointer<Self>,
        into margins: UnsafeMutablePointer<Self>
    ) {
        let rows = data.rows
        margins.update(repeating: nothing, count: 64 &* data.masked.wordCount)
        addMargins(of: data.masked, at: x, into: margins)
        var entry = Int(data.starts[0])
        var column = 0
        while column < data.dimension {
            if let values, data.areFull(4, from: column) {
                addFour(values + entry, data.count, times: x + column, to: margins)
                entry &+= 4 &* data.count
                column &+= 4
                continue
            }
            let own = x[column]
            let end = Int(data.starts[column &+ 1])
            if let values {
                while entry < end {
                    let row = Int(rows[entry])
                    margins[row] = margins[row] + own * values[entry]
                    entry &+= 1
                }
            } else {
                while entry &+ 4 <= end {
                    for next in 0..<4 {
                        let row = Int(rows[entry &+ next])
                        margins[row] = margins[row] + own
                    }
                    entry &+= 4
                }
                while entry < end {
                    let row = Int(rows[entry])
                    margins[row] = margins[row] + own
                    entry &+= 1
                }
            }
            column &+= 1
        }
    }

    /// y ← (((y + a₀x₀) + a₁x₁) + a₂x₂) + a₃x₃ for four columns that lie behind each other.
    @inline(__always)
    private static func addFour(
        _ x: UnsafePointer<Self>, _ count: Int, times a: UnsafePointer<Self>,
        to y: UnsafeMutablePointer<Self>
    ) {
        let (second, third, fourth) = (x + count, x + 2 &* count, x + 3 &* count)
        var index = 0
        while index &+ lineWidth <= count {
            var lanes = sum(line(y, index), product(a[0], line(x, index)))
            lanes = sum(lanes, product(a[1], line(second, index)))
            lanes = sum(lanes, product(a[2], line(third, index)))
            lanes = sum(lanes, product(a[3], line(fourth, index)))
            put(lanes, y, index)
            index &+= lineWidth
        }
        while index < count {
            var own = y[index] + a[0] * x[index]
            own = own + a[1] * second[index]
            own = own + a[2] * third[index]
            y[index] = own + a[3] * fourth[index]
            index &+= 1
        }
    }

    /// a ← a + the dot products of y and four columns that lie behind each other: sums that need not
    /// wait for each other.
    @inline(__always)
    private static func addFourDots(
        _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ count: Int,
        to a: UnsafeMutablePointer<Self>
    ) {
        let (second, third, fourth) = (x + count, x + 2 &* count, x + 3 &* count)
        var lanes = (emptyLine, emptyLine, emptyLine, emptyLine)
        var index = 0
        while index &+ lineWidth <= count {
            let own = line(y, index)
            lanes.0 = sum(lanes.0, product(own, line(x, index)))
            lanes.1 = sum(lanes.1, product(own, line(second, index)))
            lanes.2 = sum(lanes.2, product(own, line(third, index)))
            lanes.3 = sum(lanes.3, product(own, line(fourth, index)))
            index &+= lineWidth
        }
        var sums = (total(lanes.0), total(lanes.1), total(lanes.2), total(lanes.3))
        while index < count {
            sums.0 = sums.0 + y[index] * x[index]
            sums.1 = sums.1 + y[index] * second[index]
            sums.2 = sums.2 + y[index] * third[index]
            sums.3 = sums.3 + y[index] * fourth[index]
            index &+= 1
        }
        a[0] = a[0] + sums.0
        a[1] = a[1] + sums.1
        a[2] = a[2] + sums.2
        a[3] = a[3] + sums.3
    }

    /// g ← g + Aᵀ·weights, where the margins were; a column's entries are summed in lanes.
    @inline(__always)
    private static func addWeighted(
        _ data: LogisticColumns, _ values: UnsafePointer<Self>?,
        _ weights: UnsafeMutablePointer<Self>, to gradient: UnsafeMutablePointer<Self>
    ) {
        var entry = Int(data.starts[0])
        var column = 0
        while column < data.dimension {
            if let values, data.areFull(4, from: column) {
                addFourDots(values + entry, weights, data.count, to: gradient + column)
                entry &+= 4 &* data.count
                column &+= 4
                continue
            }
            let end = Int(data.starts[column &+ 1])
            var lanes = emptyLine
            while entry &+ lineWidth <= end {
                let found = gathered(weights, data.rows + entry)
                if let values {
                    lanes = sum(lanes, product(found, line(values, entry)))
                } else {
                    lanes = sum(lanes, found)
                }
                entry &+= lineWidth
            }
            var own = total(lanes)
            while entry < end {
                let found = weights[Int(data.rows[entry])]
                own = own + (values.map { found * $0[entry] } ?? found)
                entry &+= 1
            }
            gradient[column] = gradient[column] + own
            column &+= 1
        }
    }
}
