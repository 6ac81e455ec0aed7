import KernelInterface

extension VectorKernels {
    package static func multiply(_ product: MatrixProduct<Double>) {
        MatrixProductDriver<Double>.run(product)
    }
}

extension SingleKernels {
    package static func multiply(_ product: MatrixProduct<Float>) {
        MatrixProductDriver<Float>.run(product)
    }
}

/// Four rows of C, one or more registers wide.
private typealias TileBlock<Scalar: LaneScalar> = (
    Scalar.Line, Scalar.Line, Scalar.Line, Scalar.Line
)

extension LaneScalar {
    /// Zeros.
    @inline(__always) fileprivate static var noBlock: TileBlock<Self> {
        (emptyLine, emptyLine, emptyLine, emptyLine)
    }

    /// Every element times a number.
    @inline(__always)
    fileprivate static func scale(_ block: inout TileBlock<Self>, by factor: Self) {
        block.0 = product(factor, block.0)
        block.1 = product(factor, block.1)
        block.2 = product(factor, block.2)
        block.3 = product(factor, block.3)
    }

    /// Adds aᵢ·b to row i for four elements of a column of A and a row b of B.
    @inline(__always)
    fileprivate static func add(
        _ rows: RowGroup<Self>, times row: Line, to block: inout TileBlock<Self>
    ) {
        block.0 = sum(block.0, product(rows.a.pointee, row))
        block.1 = sum(block.1, product(rows.b.pointee, row))
        block.2 = sum(block.2, product(rows.c.pointee, row))
        block.3 = sum(block.3, product(rows.d.pointee, row))
    }
}

/// Four rows of A: those of a packed panel, or where they are; rows that are missing stand for the
/// last one that is there.
private struct RowGroup<Scalar: LaneScalar> {
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
    fileprivate static func packPanels(
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
    fileprivate static func packGroups(
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

/// Where the elements of a tile of C begin: from nothing, from C, or from β·C.
private struct TileTarget<Scalar: LaneScalar> {
    var result: UnsafeMutablePointer<Scalar>
    var stride: Int
    var beta: Scalar

    @inline(__always) func begin(_ row: Int, _ column: Int) -> TileBlock<Scalar> {
        var block = Scalar.noBlock
        guard !(beta == Scalar.nothing) else { return block }
        let corner = result + (row &* stride &+ column)
        block.0 = Scalar.line(corner, 0)
        block.1 = Scalar.line(corner + stride, 0)
        block.2 = Scalar.line(corner + 2 &* stride, 0)
        block.3 = Scalar.line(corner + 3 &* stride, 0)
        if !(beta == Scalar.one) { Scalar.scale(&block, by: beta) }
        return block
    }

    @inline(__always) func end(_ block: TileBlock<Scalar>, _ row: Int, _ column: Int) {
        let corner = result + (row &* stride &+ column)
        Scalar.put(block.0, corner, 0)
        Scalar.put(block.1, corner + stride, 0)
        Scalar.put(block.2, corner + 2 &* stride, 0)
        Scalar.put(block.3, corner + 3 &* stride, 0)
    }
}

/// The loops around the tiles.
///
/// A is cut into groups of four rows, B into panels as wide as a block. A tile takes one of each,
/// or two of each where there are 32 registers of the widest kind. B is copied into panels where
/// enough rows of A profit from that, A into groups where enough columns of B do.
private enum MatrixProductDriver<Scalar: LaneScalar> {
    @inline(__always)
    static func run(_ product: MatrixProduct<Scalar>) {
        let width = Scalar.lineWidth
        let edge = product.workspace
        let leftPanels = edge + MatrixBlocks.tile
        let rowCapacity = (min(product.rows, MatrixBlocks.rows) &+ 7) / 8 &* 8
        let rightPanels =
            leftPanels + rowCapacity &* min(product.inner, MatrixBlocks.inner)
        let copiesLeft = !(product.alpha == Scalar.one) || product.columns > 8 &* width
        let copiesRight = product.right.columnStride != 1 || product.rows > 32

        var firstColumn = 0
        while firstColumn < product.columns {
            let columns = min(product.columns &- firstColumn, MatrixBlocks.columns)
            var firstInner = 0
            repeat {
                let inner = min(product.inner &- firstInner, MatrixBlocks.inner)
                let beta = firstInner == 0 ? product.beta : Scalar.one
                let right =
                    product.right.base
                    + (firstInner &* product.right.rowStride
                        &+ firstColumn &* product.right.columnStride)
                Scalar.packPanels(
                    right, product.right, columns: columns, inner: inner,
                    whole: copiesRight, into: rightPanels)
                var firstRow = 0
                while firstRow < product.rows {
                    let rows = min(product.rows &- firstRow, MatrixBlocks.rows)
                    let left =
                        product.left.base
                        + (firstRow &* product.left.rowStride
                            &+ firstInner &* product.left.columnStride)
                    if copiesLeft {
                        Scalar.packGroups(
                            left, product.left, rows: rows, inner: inner,
                            alpha: product.alpha, into: leftPanels)
                    }
                    let part = Part(
                        left: copiesLeft ? UnsafePointer(leftPanels) : left,
                        leftGroup: copiesLeft ? 4 &* inner : 4 &* product.left.rowStride,
                        leftRow: copiesLeft ? 1 : product.left.rowStride,
                        leftStep: copiesLeft ? 4 : product.left.columnStride,
                        right: right, rightStride: product.right.rowStride,
                        rightPanels: UnsafePointer(rightPanels), copiesRight: copiesRight,
                        rows: rows, columns: columns, inner: inner,
                        target: TileTarget(
                            result: product.result
                                + (firstRow &* product.resultStride &+ firstColumn),
                            stride: product.resultStride, beta: beta),
                        edge: edge)
                    part.run()
                    firstRow &+= rows
                }
                firstInner &+= inner
            } while firstInner < product.inner
            firstColumn &+= columns
        }
    }

    /// One block of A times one block of B.
    struct Part {
        var left: UnsafePointer<Scalar>
        /// From a group of rows to the next.
        var leftGroup: Int
        /// From a row to the next.
        var leftRow: Int
        /// From a column to the next.
        var leftStep: Int
        var right: UnsafePointer<Scalar>
        var rightStride: Int
        var rightPanels: UnsafePointer<Scalar>
        var copiesRight: Bool
        var rows: Int
        var columns: Int
        var inner: Int
        var target: TileTarget<Scalar>
        var edge: UnsafeMutablePointer<Scalar>

        @inline(__always) func run() {
            let width = Scalar.lineWidth
            var column = 0
            while column < columns {
                #if WIDE_REGISTERS
                    if column &+ 2 &* width <= columns {
                        var row = 0
                        while row &+ 8 <= rows {
                            quadruple(row, column)
                            row &+= 8
                        }
                        while row < rows {
                            single(row, column)
                            single(row, column &+ width)
                            row &+= 4
                        }
                        column &+= 2 &* width
                        continue
                    }
                #endif
                var row = 0
                while row < rows {
                    single(row, column)
                    row &+= 4
                }
                column &+= width
            }
        }

        @inline(__always) func group(_ row: Int) -> RowGroup<Scalar> {
            // A packed group always has four rows.
            RowGroup(
                left + (row &>> 2) &* leftGroup, leftRow,
                leftRow == 1 && leftStep == 4 ? 4 : min(4, rows &- row))
        }

        @inline(__always)
        func panel(_ column: Int) -> (base: UnsafePointer<Scalar>, step: Int) {
            copiesRight || column &+ Scalar.lineWidth > columns
                ? (rightPanels + column &* inner, Scalar.lineWidth) : (right + column, rightStride)
        }

        /// Four rows and one panel.
        @inline(__always) func single(_ row: Int, _ column: Int) {
            let rowCount = min(4, rows &- row)
            let columnCount = min(Scalar.lineWidth, columns &- column)
            guard rowCount < 4 || columnCount < Scalar.lineWidth else {
                var block = target.begin(row, column)
                accumulate(&block, row, column)
                return target.end(block, row, column)
            }
            let corner = target.result + (row &* target.stride &+ column)
            if !(target.beta == Scalar.nothing) {
                for index in 0..<rowCount {
                    for lane in 0..<columnCount {
                        edge[index &* Scalar.lineWidth &+ lane] =
                            corner[index &* target.stride &+ lane]
                    }
                }
            }
            let inside = TileTarget(result: edge, stride: Scalar.lineWidth, beta: target.beta)
            var block = inside.begin(0, 0)
            accumulate(&block, row, column)
            inside.end(block, 0, 0)
            for index in 0..<rowCount {
                for lane in 0..<columnCount {
                    corner[index &* target.stride &+ lane] = edge[index &* Scalar.lineWidth &+ lane]
                }
            }
        }

        @inline(__always)
        func accumulate(_ block: inout TileBlock<Scalar>, _ row: Int, _ column: Int) {
            var rows = group(row)
            let (panel, step) = panel(column)
            var line = panel
            for _ in 0..<inner {
                Scalar.add(rows, times: Scalar.line(line, 0), to: &block)
                rows.advance(leftStep)
                line += step
            }
        }

        #if WIDE_REGISTERS
            /// Eight rows and two panels.
            @inline(__always) func quadruple(_ row: Int, _ column: Int) {
                let width = Scalar.lineWidth
                var upper = group(row)
                var lower = group(row &+ 4)
                let (first, step) = panel(column)
                var left = first
                var right = panel(column &+ width).base
                var a = target.begin(row, column)
                var b = target.begin(row, column &+ width)
                var c = target.begin(row &+ 4, column)
                var d = target.begin(row &+ 4, column &+ width)
                for _ in 0..<inner {
                    let x = Scalar.line(left, 0)
                    let y = Scalar.line(right, 0)
                    Scalar.add(upper, times: x, to: &a)
                    Scalar.add(upper, times: y, to: &b)
                    Scalar.add(lower, times: x, to: &c)
                    Scalar.add(lower, times: y, to: &d)
                    upper.advance(leftStep)
                    lower.advance(leftStep)
                    left += step
                    right += step
                }
                target.end(a, row, column)
                target.end(b, row, column &+ width)
                target.end(c, row &+ 4, column)
                target.end(d, row &+ 4, column &+ width)
            }
        #endif
    }
}
