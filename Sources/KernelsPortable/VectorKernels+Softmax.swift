import KernelInterface

extension VectorKernels {
    package static func addSoftmaxGradient(
        of rows: SoftmaxRows, values: UnsafePointer<Double>, at x: UnsafePointer<Double>,
        to gradient: UnsafeMutablePointer<Double>?
    ) -> SoftmaxSums {
        Double.addSoftmaxGradient(of: rows, values, at: x, to: gradient)
    }
}

extension SingleKernels {
    package static func addSoftmaxGradient(
        of rows: SoftmaxRows, values: UnsafePointer<Float>, at x: UnsafePointer<Float>,
        to gradient: UnsafeMutablePointer<Float>?
    ) -> SoftmaxSums {
        Float.addSoftmaxGradient(of: rows, values, at: x, to: gradient)
    }
}

extension LaneScalar {
    @inline(__always)
    fileprivate static func addSoftmaxGradient(
        of data: SoftmaxRows, _ values: UnsafePointer<Self>, at x: UnsafePointer<Self>,
        to gradient: UnsafeMutablePointer<Self>?
    ) -> SoftmaxSums {
        let (groups, columns, classCount) = (data.groups, data.columns, data.classCount)
        let padded = (classCount &+ 7) & ~7
        let logits = UnsafeMutableRawPointer(data.workspace).assumingMemoryBound(to: Double.self)
        // The logits as they are summed, and later the weights that features are taken times.
        let own = UnsafeMutableRawPointer(logits + padded).assumingMemoryBound(to: Self.self)
        var sums = SoftmaxSums(loss: 0, right: 0)
        for index in 0..<data.count {
            let row = Int(data.rows[index])
            for number in 0..<classCount { own[number] = nothing }
            for group in groups[row]..<groups[row &+ 1] {
                let (column, value) = (columns[group], four(values, group))
                for lane in 0..<4 {
                    addClasses(
                        x + Int(column[lane]) &* classCount, element(value, lane), to: own,
                        classCount)
                }
            }
            if data.intercepts >= 0 {
                addClasses(x + data.intercepts, narrowed(1), to: own, classCount)
            }
            for number in classCount..<padded { own[number] = narrowed(-.infinity) }
            var start = 0
            while start < padded {
                Double.put(eight(own, start), logits, start)
                start &+= 8
            }
            let label = Int(data.classes[row])
            let mine = logits[label]
            let (largest, total) = exponentials(logits, padded)
            // The exponential of the largest logit is 1, and of no other unless it is as large.
            var first = 0
            while first < classCount, logits[first] != 1 { first &+= 1 }
            if first == label { sums.right &+= 1 }
            sums.loss += (Elementary.log(total) + largest) - mine
            guard let gradient else { continue }
            for number in 0..<classCount { logits[number] /= total }
            logits[label] -= 1
            start = 0
            while start < padded {
                put(eight: Double.line(logits, start), own, start)
                start &+= 8
            }
            for group in groups[row]..<groups[row &+ 1] {
                let (column, value) = (columns[group], four(values, group))
                for lane in 0..<4 {
                    addClasses(
                        own, element(value, lane), to: gradient + Int(column[lane]) &* classCount,
                        classCount)
                }
            }
            if data.intercepts >= 0 {
                addClasses(own, narrowed(1), to: gradient + data.intercepts, classCount)
            }
        }
        return sums
    }

    /// y ← y + a·x over the classes of one column.
    @inline(__always)
    private static func addClasses(
        _ x: UnsafePointer<Self>, _ a: Self, to y: UnsafeMutablePointer<Self>, _ count: Int
    ) {
        var start = 0
        while start &+ lineWidth <= count {
            put(sum(line(y, start), product(a, line(x, start))), y, start)
            start &+= lineWidth
        }
        if start &+ lineWidth / 2 <= count {
            put(sum(half(y, start), product(a, half(x, start))), y, start)
            start &+= lineWidth / 2
        }
        while start < count {
            y[start] = y[start] + a * x[start]
            start &+= 1
        }
    }
}

/// Puts exp(logit − largest) in the place of each logit; returns the largest and their sum.
///
/// - Parameter count: a multiple of eight.
@inline(__always)
private func exponentials(
    _ logits: UnsafeMutablePointer<Double>, _ count: Int
) -> (largest: Double, total: Double) {
    var most = Double.line(logits, 0)
    for start in stride(from: 8, to: count, by: 8) {
        let next = Double.line(logits, start)
        most.replace(with: next, where: next .> most)
    }
    var largest = most[0]
    for lane in 1..<8 where most[lane] > largest { largest = most[lane] }
    var sum = SIMD8<Double>.zero
    for start in stride(from: 0, to: count, by: 8) {
        let value = Elementary.exp(Double.line(logits, start) - largest)
        Double.put(value, logits, start)
        sum += value
    }
    return (largest, Double.total(sum))
}
