import KernelInterface

extension VectorKernels {
    package static func addLogisticGradient(
        of rows: LogisticRows, values: UnsafePointer<Double>, at x: UnsafePointer<Double>,
        to gradient: UnsafeMutablePointer<Double>
    ) {
        Double.addLogisticGradient(of: rows, values: values, at: x, to: gradient)
    }

    package static func addLogisticGradientAndLoss(
        of rows: LogisticRows, values: UnsafePointer<Double>, at x: UnsafePointer<Double>,
        to gradient: UnsafeMutablePointer<Double>
    ) -> Double {
        var losses = Lanes.zero
        Double.inBlocks(of: rows, values, at: x, to: gradient) { lanes, labels, count in
            for lane in 0..<count {
                let values = Elementary.sigmoidAndSoftplus(-labels[lane] * lanes[lane])
                // A lane without a row has label 0.
                losses += values.softplus.replacing(with: 0, where: labels[lane] .== 0)
                lanes[lane] = -labels[lane] * values.sigmoid
            }
        }
        return total(losses)
    }
}

extension SingleKernels {
    package static func addLogisticGradient(
        of rows: LogisticRows, values: UnsafePointer<Float>, at x: UnsafePointer<Float>,
        to gradient: UnsafeMutablePointer<Float>
    ) {
        Float.addLogisticGradient(of: rows, values: values, at: x, to: gradient)
    }
}

extension LaneScalar {
    @inline(__always)
    fileprivate static func addLogisticGradient(
        of rows: LogisticRows, values: UnsafePointer<Self>, at x: UnsafePointer<Self>,
        to gradient: UnsafeMutablePointer<Self>
    ) {
        inBlocks(of: rows, values, at: x, to: gradient) { lanes, labels, count in
            for lane in 0..<count { lanes[lane] = -labels[lane] * lanes[lane] }
            let numbers = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Double.self)
            VectorKernels.sigmoid(numbers, into: numbers, count: 8 &* count)
            for lane in 0..<count { lanes[lane] = -labels[lane] * lanes[lane] }
        }
    }

    /// Margins of a block of rows, then their weights, which `weigh` puts in the margins' place, then
    /// the block's part of the gradient.
    @inline(__always)
    fileprivate static func inBlocks(
        of data: LogisticRows, _ values: UnsafePointer<Self>, at x: UnsafePointer<Self>,
        to gradient: UnsafeMutablePointer<Self>,
        weigh: (
            _ margins: UnsafeMutablePointer<SIMD8<Double>>,
            _ labels: UnsafeMutablePointer<SIMD8<Double>>, _ count: Int
        ) -> Void
    ) {
        let blockSize = LogisticRows.blockSize &* 8
        let (rows, groups, columns) = (data.rows, data.groups, data.columns)
        let lanes = data.workspace
        let margins = UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Double.self)
        let labels = margins + blockSize
        var start = 0
        while start < data.count {
            let size = min(blockSize, data.count &- start)
            let padded = (size &+ 7) & ~7
            for index in 0..<size {
                let row = Int(rows[start &+ index])
                var margin = emptyFour
                for group in groups[row]..<groups[row &+ 1] {
                    margin = sum(margin, four(values, group), at: columns[group], of: x)
                }
                margins[index] = total(margin).widened
                labels[index] = data.labels[row]
            }
            for index in size..<padded {
                margins[index] = 0
                labels[index] = 0
            }
            weigh(lanes, lanes + blockSize / 8, padded / 8)
            for index in 0..<size {
                let row = Int(rows[start &+ index])
                let weight = narrowed(margins[index])
                for group in groups[row]..<groups[row &+ 1] {
                    add(weight, times: four(values, group), at: columns[group], to: gradient)
                }
            }
            start &+= blockSize
        }
    }
}
