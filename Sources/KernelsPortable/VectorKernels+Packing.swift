import KernelInterface

/// Four rows of A: those of a packed panel, or where they are; rows that are missing stand for the
/// last one that is there.
struct RowGroup<Scalar: LaneScalar> {
    var a: UnsafePointer<Scalar>
    var b: UnsafePointer<Scalar>
    var c: UnsafePointer<Scalar>
    var d: UnsafePointer<Scalar>

    @inline(__always) init(_ base: UnsafePointer<Scalar>, _ stride: Int, _ count: Int) {
        a = base
        b = base + Swift.min(1, count &- 1) &* stride
        c = base + Swift.min(2, count &- 1) &* stride
        d = base + Swift.min(3, count &- 1) &* stride
    }

    /// Goes on to another column.
    @inline(__always) mutating func advance(_ step: Int) {
        a += step
        b += step
        c += step
        d += step
    }
}

extension LaneScalar {
    /// Copies columns of B into panels: row by row, a panel's columns side by side.
    ///
    /// Behind the last column stand zeros. Only a last panel that is not full is copied when the rest
    /// stays where it is.
    @inline(__always)
    static func packPanels(
        _ source: UnsafePointer<Self>, _ operand: MatrixProduct<Self>.Operand,
        columns: Int, inner: Int, whole: Bool, into panels: UnsafeMutablePointer<Self>
    ) {
        let width = Self.lineWidth
        var column = whole ? 0 : columns / width &* width
        while column < columns {
            let panel = panels + column &* inner
            let count = min(width, columns &- column)
            var row = source + column &* operand.columnStride
            var target = panel
            var rest = inner
            // A transposed matrix is read along its own rows, a block of lines at a time: its columns
            // may lie so far apart that a cache cannot keep a line of each.
            while count == width && operand.rowStride == 1 && rest >= width {
                for index in stride(from: 0, to: width, by: 4) {
                    var lines = RowGroup(
                        row + index &* operand.columnStride, operand.columnStride, 4)
                    for step in stride(from: 0, to: width, by: 4) {
                        let own = transposed(
                            four(lines.a, 0), four(lines.b, 0), four(lines.c, 0),
                            four(lines.d, 0))
                        let place = step &* width &+ index
                        put(own.0, target, place)
                        put(own.1, target, place &+ width)
                        put(own.2, target, place &+ 2 &* width)
                        put(own.3, target, place &+ 3 &* width)
                        lines.advance(4)
                    }
                }
                row += width
                target += width &* width
                rest &-= width
            }
            for _ in 0..<rest {
                if count == width && operand.columnStride == 1 {
                    put(line(row, 0), target, 0)
                } else {
                    for index in 0..<count { target[index] = row[index &* operand.columnStride] }
                    for index in count..<width { target[index] = nothing }
                }
                row += operand.rowStride
                target += width
            }
            column &+= width
        }
    }

    /// Copies α·A into groups of four rows, column by column.
    @inline(__always)
    static func packGroups(
        _ source: UnsafePointer<Self>, _ operand: MatrixProduct<Self>.Operand, rows: Int,
        inner: Int, alpha: Self, into groups: UnsafeMutablePointer<Self>
    ) {
        var row = 0
        var target = groups
        while row < rows {
            var group = RowGroup(
                source + row &* operand.rowStride, operand.rowStride, min(4, rows &- row))
            var rest = inner
            if row &+ 4 <= rows && operand.rowStride == 1 {
                while rest > 0 {
                    put(product(alpha, four(group.a, 0)), target, 0)
                    target += 4
                    group.advance(operand.columnStride)
                    rest &-= 1
                }
            } else if operand.columnStride == 1 {
                while rest >= 4 {
                    let columns = transposed(
                        four(group.a, 0), four(group.b, 0), four(group.c, 0), four(group.d, 0))
                    put(product(alpha, columns.0), target, 0)
                    put(product(alpha, columns.1), target, 4)
                    put(product(alpha, columns.2), target, 8)
                    put(product(alpha, columns.3), target, 12)
                    target += 16
                    group.advance(4)
                    rest &-= 4
                }
            }
            for _ in 0..<rest {
                target[0] = alpha * group.a.pointee
                target[1] = alpha * group.b.pointee
                target[2] = alpha * group.c.pointee
                target[3] = alpha * group.d.pointee
                target += 4
                group.advance(operand.columnStride)
            }
            row &+= 4
        }
    }
}
