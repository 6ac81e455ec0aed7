/// Medians over the rows of a block, column by column.
enum Median {
    /// Writes the median of each of `count` columns.
    ///
    /// Of an even number of rows it is the mean of the two in the middle. The block is left in
    /// another order.
    ///
    /// - Complexity: O(rows²·count); sketches have few rows.
    static func ofRows(
        _ block: UnsafeMutablePointer<Double>, rows: Int, stride: Int, count: Int,
        into target: UnsafeMutablePointer<Double>
    ) {
        switch rows {
        case 1:
            for column in 0..<count { target[column] = block[column] }
        case 3:
            for column in 0..<count {
                let a = block[column]
                let b = block[column &+ stride]
                let c = block[column &+ 2 &* stride]
                target[column] = max(min(a, b), min(max(a, b), c))
            }
        case 5:
            for column in 0..<count {
                target[column] = five(
                    block[column], block[column &+ stride], block[column &+ 2 &* stride],
                    block[column &+ 3 &* stride], block[column &+ 4 &* stride])
            }
        default:
            for column in 0..<count {
                sort(block + column, rows: rows, stride: stride)
                let upper = block[column + rows / 2 * stride]
                target[column] =
                    rows % 2 == 1
                    ? upper : 0.5 * block[column + (rows / 2 - 1) * stride] + 0.5 * upper
            }
        }
    }

    /// The larger of the two lower and the smaller of the two upper of four numbers, and the fifth.
    @inline(__always)
    private static func five(
        _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double
    ) -> Double {
        let low = max(min(a, b), min(c, d))
        let high = min(max(a, b), max(c, d))
        return max(min(low, high), min(max(low, high), e))
    }

    private static func sort(_ base: UnsafeMutablePointer<Double>, rows: Int, stride: Int) {
        for row in 1..<max(1, rows) {
            let value = base[row * stride]
            var hole = row
            while hole > 0, base[(hole - 1) * stride] > value {
                base[hole * stride] = base[(hole - 1) * stride]
                hole -= 1
            }
            base[hole * stride] = value
        }
    }
}
