/// Sums over rows of log(1 + exp(−y·aᵀx)) and its gradient −y·σ(−y·aᵀx)·a.
///
/// Rows are taken in blocks: margins of a block, then its weights eight at a time, then the block's
/// part of the gradient. The order of every sum follows from the order of the rows alone.
final class LogisticKernel {
    private let data: LabelledData
    /// The margins of a block, which become its weights, and behind them its labels.
    private let block: UnsafeMutablePointer<SIMD8<Double>>

    /// Workspace for the rows of a data set.
    init(data: LabelledData) {
        self.data = data
        block = .allocate(capacity: 2 * Self.blockSize / 8)
        block.initialize(repeating: .zero, count: 2 * Self.blockSize / 8)
    }

    deinit { block.deallocate() }

    /// g ← g + Σ ∇ log(1 + exp(−y·aᵀx)).
    func addGradient(
        of rows: UnsafePointer<UInt32>, count: Int, at x: Vector, to gradient: Vector
    ) {
        inBlocks(of: rows, count: count, at: x, to: gradient) { margins, labels in
            -labels * Elementary.sigmoid(-labels * margins)
        }
    }

    /// g ← g + Σ ∇ log(1 + exp(−y·aᵀx)); returns Σ log(1 + exp(−y·aᵀx)).
    func addGradientAndLoss(
        of rows: UnsafePointer<UInt32>, count: Int, at x: Vector, to gradient: Vector
    ) -> Double {
        var total = SIMD8<Double>.zero
        inBlocks(of: rows, count: count, at: x, to: gradient) { margins, labels in
            let values = Elementary.sigmoidAndSoftplus(-labels * margins)
            // A lane without a row has label 0.
            total += values.softplus.replacing(with: 0, where: labels .== 0)
            return -labels * values.sigmoid
        }
        return Vector.total(total)
    }

    @inline(__always)
    private func inBlocks(
        of rows: UnsafePointer<UInt32>, count: Int, at x: Vector, to gradient: Vector,
        weight: (_ margins: SIMD8<Double>, _ labels: SIMD8<Double>) -> SIMD8<Double>
    ) {
        let blockSize = Self.blockSize
        let lanes = blockSize / 8
        let base = block
        let margins = UnsafeMutableRawPointer(base).assumingMemoryBound(to: Double.self)
        let labels = margins + blockSize
        let groups = data.groups
        let columns = data.columns
        let values = data.values
        let point = x.base
        let result = gradient.base
        var start = 0
        while start < count {
            let size = min(blockSize, count &- start)
            let padded = (size &+ 7) & ~7
            for index in 0..<size {
                let row = Int(rows[start &+ index])
                var margin = SIMD4<Double>.zero
                for group in groups[row]..<groups[row &+ 1] {
                    let column = columns[group]
                    margin +=
                        values[group]
                        * SIMD4(
                            point[Int(column[0])], point[Int(column[1])],
                            point[Int(column[2])], point[Int(column[3])])
                }
                let half = margin.lowHalf + margin.highHalf
                margins[index] = half[0] + half[1]
                labels[index] = data.labels[row]
            }
            for index in size..<padded {
                margins[index] = 0
                labels[index] = 0
            }
            for lane in 0..<(padded / 8) {
                base[lane] = weight(base[lane], base[lanes &+ lane])
            }
            for index in 0..<size {
                let row = Int(rows[start &+ index])
                let weight = margins[index]
                for group in groups[row]..<groups[row &+ 1] {
                    let column = columns[group]
                    let part = weight * values[group]
                    result[Int(column[0])] += part[0]
                    result[Int(column[1])] += part[1]
                    result[Int(column[2])] += part[2]
                    result[Int(column[3])] += part[3]
                }
            }
            start &+= blockSize
        }
    }

    private static let blockSize = 256
}
