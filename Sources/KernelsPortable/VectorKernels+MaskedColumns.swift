import KernelInterface

extension LaneScalar {
    /// margins ← margins + Σ xⱼ·aⱼ over columns of ones, in their order.
    @inline(__always)
    static func addMargins(
        of data: MaskedColumns, at x: UnsafePointer<Self>,
        into margins: UnsafeMutablePointer<Self>
    ) {
        var column = 0
        while column < data.count {
            let columns = data.columns + column
            let first = line(repeating: x[Int(columns[0])])
            let second = line(repeating: x[Int(columns[1])])
            let third = line(repeating: x[Int(columns[2])])
            let fourth = line(repeating: x[Int(columns[3])])
            forEachLine(ofFour: column, data) { row, bits, part in
                var lanes = line(margins, row)
                lanes = sum(lanes, first, where: bits.0, part)
                lanes = sum(lanes, second, where: bits.1, part)
                lanes = sum(lanes, third, where: bits.2, part)
                lanes = sum(lanes, fourth, where: bits.3, part)
                put(lanes, margins, row)
            }
            column &+= 4
        }
    }

    /// g ← g + Aᵀ·weights over columns of ones, each summed in the lanes of one line.
    @inline(__always)
    static func addWeighted(
        _ data: MaskedColumns, _ weights: UnsafeMutablePointer<Self>,
        to gradient: UnsafeMutablePointer<Self>
    ) {
        var column = 0
        while column < data.count {
            let columns = data.columns + column
            var lanes = (emptyLine, emptyLine, emptyLine, emptyLine)
            forEachLine(ofFour: column, data) { row, bits, part in
                let own = line(weights, row)
                lanes.0 = sum(lanes.0, own, where: bits.0, part)
                lanes.1 = sum(lanes.1, own, where: bits.1, part)
                lanes.2 = sum(lanes.2, own, where: bits.2, part)
                lanes.3 = sum(lanes.3, own, where: bits.3, part)
            }
            let sums = (total(lanes.0), total(lanes.1), total(lanes.2), total(lanes.3))
            gradient[Int(columns[0])] = gradient[Int(columns[0])] + sums.0
            gradient[Int(columns[1])] = gradient[Int(columns[1])] + sums.1
            gradient[Int(columns[2])] = gradient[Int(columns[2])] + sums.2
            gradient[Int(columns[3])] = gradient[Int(columns[3])] + sums.3
            column &+= 4
        }
    }

    /// For each line of rows its first row, the words of four columns that hold its bits, and which
    /// part of them does: a constant, once this is inlined.
    @inline(__always)
    private static func forEachLine(
        ofFour column: Int, _ data: MaskedColumns,
        _ body: (_ row: Int, _ bits: (UInt64, UInt64, UInt64, UInt64), _ part: Int) -> Void
    ) {
        let count = data.wordCount
        let words = data.words + column &* count
        for word in 0..<count {
            let bits = (
                words[word], words[count &+ word], words[2 &* count &+ word],
                words[3 &* count &+ word]
            )
            let row = 64 &* word
            body(row, bits, 0)
            body(row &+ lineWidth, bits, 1)
            body(row &+ 2 &* lineWidth, bits, 2)
            body(row &+ 3 &* lineWidth, bits, 3)
            guard lineWidth == 8 else { continue }
            body(row &+ 32, bits, 4)
            body(row &+ 40, bits, 5)
            body(row &+ 48, bits, 6)
            body(row &+ 56, bits, 7)
        }
    }
}
