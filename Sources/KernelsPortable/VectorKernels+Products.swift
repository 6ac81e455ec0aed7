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
private typealias TileBlock<Scalar: TileScalar> = (
    Scalar.Lanes, Scalar.Lanes, Scalar.Lanes, Scalar.Lanes
)

/// What a tile is made of.
///
/// It refines no protocol of the library, and a block is no type of its own: either would leave
/// functions behind that the linker could merge.
private protocol TileScalar {
    /// `width` elements.
    associatedtype Lanes
    /// How many columns a block has.
    static var width: Int { get }
    static var nought: Self { get }
    static var one: Self { get }
    func isEqual(to other: Self) -> Bool
    func times(_ other: Self) -> Self
    /// Zeros.
    static var noBlock: TileBlock<Self> { get }
    static func fetch(_ base: UnsafePointer<Self>) -> Lanes
    static func save(_ lanes: Lanes, _ base: UnsafeMutablePointer<Self>)
    /// Every element times a number.
    static func scale(_ block: inout TileBlock<Self>, by factor: Self)
    /// Adds aᵢ·b to row i for four elements of a column of A and a row b of B.
    static func add(_ rows: RowGroup<Self>, times row: Lanes, to block: inout TileBlock<Self>)
}

extension Double: TileScalar {
    fileprivate typealias Lanes = SIMD8<Double>

    @inline(__always) fileprivate static var width: Int { 8 }
    @inline(__always) fileprivate static var nought: Double { 0 }
    @inline(__always) fileprivate static var one: Double { 1 }
    @inline(__always) fileprivate func isEqual(to other: Double) -> Bool { self == other }
    @inline(__always) fileprivate func times(_ other: Double) -> Double { self * other }

    @inline(__always) fileprivate static var noBlock: TileBlock<Double> {
        (.zero, .zero, .zero, .zero)
    }

    @inline(__always)
    fileprivate static func fetch(_ base: UnsafePointer<Double>) -> Lanes {
        UnsafeRawPointer(base).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    fileprivate static func save(_ lanes: Lanes, _ base: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(base).storeBytes(of: lanes, as: Lanes.self)
    }

    @inline(__always)
    fileprivate static func scale(_ block: inout TileBlock<Double>, by factor: Double) {
        block.0 *= factor
        block.1 *= factor
        block.2 *= factor
        block.3 *= factor
    }

    @inline(__always)
    fileprivate static func add(
        _ rows: RowGroup<Double>, times row: Lanes, to block: inout TileBlock<Double>
    ) {
        block.0 = block.0 + rows.a.pointee * row
        block.1 = block.1 + rows.b.pointee * row
        block.2 = block.2 + rows.c.pointee * row
        block.3 = block.3 + rows.d.pointee * row
    }
}

extension Float: TileScalar {
    fileprivate typealias Lanes = SIMD16<Float>

    @inline(__always) fileprivate static var width: Int { 16 }
    @inline(__always) fileprivate static var nought: Float { 0 }
    @inline(__always) fileprivate static var one: Float { 1 }
    @inline(__always) fileprivate func isEqual(to other: Float) -> Bool { self == other }
    @inline(__always) fileprivate func times(_ other: Float) -> Float { self * other }

    @inline(__always) fileprivate static var noBlock: TileBlock<Float> {
        (.zero, .zero, .zero, .zero)
    }

    @inline(__always)
    fileprivate static func fetch(_ base: UnsafePointer<Float>) -> Lanes {
        UnsafeRawPointer(base).loadUnaligned(as: Lanes.self)
    }

    @inline(__always)
    fileprivate static func save(_ lanes: Lanes, _ base: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(base).storeBytes(of: lanes, as: Lanes.self)
    }

    @inline(__always)
    fileprivate static func scale(_ block: inout TileBlock<Float>, by factor: Float) {
        block.0 *= factor
        block.1 *= factor
        block.2 *= factor
        block.3 *= factor
    }

    @inline(__always)
    fileprivate static func add(
        _ rows: RowGroup<Float>, times row: Lanes, to block: inout TileBlock<Float>
    ) {
        block.0 = block.0 + rows.a.pointee * row
        block.1 = block.1 + rows.b.pointee * row
        block.2 = block.2 + rows.c.pointee * row
        block.3 = block.3 + rows.d.pointee * row
    }
}

/// Four rows of A: those of a packed panel, or where they are; rows that are missing stand for the
/// last one that is there.
private struct RowGroup<Scalar: TileScalar> {
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

/// Where the elements of a tile of C begin: from nothing, from C, or from β·C.
private struct TileTarget<Scalar: TileScalar> {
    var result: UnsafeMutablePointer<Scalar>
    var stride: Int
    var beta: Scalar

    @inline(__always) func begin(_ row: Int, _ column: Int) -> TileBlock<Scalar> {
        var block = Scalar.noBlock
        guard !beta.isEqual(to: .nought) else { return block }
        let corner = result + (row &* stride &+ column)
        block.0 = Scalar.fetch(corner)
        block.1 = Scalar.fetch(corner + stride)
        block.2 = Scalar.fetch(corner + 2 &* stride)
        block.3 = Scalar.fetch(corner + 3 &* stride)
        if !beta.isEqual(to: .one) { Scalar.scale(&block, by: beta) }
        return block
    }

    @inline(__always) func end(_ block: TileBlock<Scalar>, _ row: Int, _ column: Int) {
        let corner = result + (row &* stride &+ column)
        Scalar.save(block.0, corner)
        Scalar.save(block.1, corner + stride)
        Scalar.save(block.2, corner + 2 &* stride)
        Scalar.save(block.3, corner + 3 &* stride)
    }
}

/// The loops around the tiles.
///
/// A is cut into groups of four rows, B into panels as wide as a block. A tile takes one of each,
/// or two of each where there are 32 registers of the widest kind. B is copied into panels where
/// enough rows of A profit from that, A into groups where enough columns of B do.
private enum MatrixProductDriver<Scalar: TileScalar> {
    @inline(__always)
    static func run(_ product: MatrixProduct<Scalar>) {
        let width = Scalar.width
        let edge = product.workspace
        let leftPanels = edge + MatrixBlocks.tile
        let rowCapacity = (min(product.rows, MatrixBlocks.rows) &+ 7) / 8 &* 8
        let rightPanels =
            leftPanels + rowCapacity &* min(product.inner, MatrixBlocks.inner)
        let copiesLeft = !product.alpha.isEqual(to: .one) || product.columns > 8 &* width
        let copiesRight = product.right.columnStride != 1 || product.rows > 32

        var firstColumn = 0
        while firstColumn < product.columns {
            let columns = min(product.columns &- firstColumn, MatrixBlocks.columns)
            var firstInner = 0
            repeat {
                let inner = min(product.inner &- firstInner, MatrixBlocks.inner)
                let beta = firstInner == 0 ? product.beta : .one
                let right =
                    product.right.base
                    + (firstInner &* product.right.rowStride
                        &+ firstColumn &* product.right.columnStride)
                pack(
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
                        pack(
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

    /// Copies columns of B into panels: row by row, a panel's columns side by side.
    ///
    /// Behind the last column stand zeros. Only a last panel that is not full is copied when the rest
    /// stays where it is.
    @inline(__always)
    static func pack(
        _ source: UnsafePointer<Scalar>, _ operand: MatrixProduct<Scalar>.Operand,
        columns: Int, inner: Int, whole: Bool, into panels: UnsafeMutablePointer<Scalar>
    ) {
        let width = Scalar.width
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
                for index in 0..<width {
                    let line = row + index &* operand.columnStride
                    for step in 0..<width { target[step &* width &+ index] = line[step] }
                }
                row += width
                target += width &* width
                rest &-= width
            }
            for _ in 0..<rest {
                if count == width && operand.columnStride == 1 {
                    Scalar.save(Scalar.fetch(row), target)
                } else {
                    for index in 0..<count { target[index] = row[index &* operand.columnStride] }
                    for index in count..<width { target[index] = .nought }
                }
                row += operand.rowStride
                target += width
            }
            column &+= width
        }
    }

    /// Copies α·A into groups of four rows, column by column.
    @inline(__always)
    static func pack(
        _ source: UnsafePointer<Scalar>, _ operand: MatrixProduct<Scalar>.Operand, rows: Int,
        inner: Int, alpha: Scalar, into groups: UnsafeMutablePointer<Scalar>
    ) {
        var row = 0
        var target = groups
        while row < rows {
            var group = RowGroup(
                source + row &* operand.rowStride, operand.rowStride, min(4, rows &- row))
            for _ in 0..<inner {
                target[0] = alpha.times(group.a.pointee)
                target[1] = alpha.times(group.b.pointee)
                target[2] = alpha.times(group.c.pointee)
                target[3] = alpha.times(group.d.pointee)
                target += 4
                group.advance(operand.columnStride)
            }
            row &+= 4
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
            let width = Scalar.width
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
            copiesRight || column &+ Scalar.width > columns
                ? (rightPanels + column &* inner, Scalar.width) : (right + column, rightStride)
        }

        /// Four rows and one panel.
        @inline(__always) func single(_ row: Int, _ column: Int) {
            let rowCount = min(4, rows &- row)
            let columnCount = min(Scalar.width, columns &- column)
            guard rowCount < 4 || columnCount < Scalar.width else {
                var block = target.begin(row, column)
                accumulate(&block, row, column)
                return target.end(block, row, column)
            }
            let corner = target.result + (row &* target.stride &+ column)
            if !target.beta.isEqual(to: .nought) {
                for index in 0..<rowCount {
                    for lane in 0..<columnCount {
                        edge[index &* Scalar.width &+ lane] =
                            corner[index &* target.stride &+ lane]
                    }
                }
            }
            let inside = TileTarget(result: edge, stride: Scalar.width, beta: target.beta)
            var block = inside.begin(0, 0)
            accumulate(&block, row, column)
            inside.end(block, 0, 0)
            for index in 0..<rowCount {
                for lane in 0..<columnCount {
                    corner[index &* target.stride &+ lane] = edge[index &* Scalar.width &+ lane]
                }
            }
        }

        @inline(__always)
        func accumulate(_ block: inout TileBlock<Scalar>, _ row: Int, _ column: Int) {
            var rows = group(row)
            let (panel, step) = panel(column)
            var line = panel
            for _ in 0..<inner {
                Scalar.add(rows, times: Scalar.fetch(line), to: &block)
                rows.advance(leftStep)
                line += step
            }
        }

        #if WIDE_REGISTERS
            /// Eight rows and two panels.
            @inline(__always) func quadruple(_ row: Int, _ column: Int) {
                let width = Scalar.width
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
                    let x = Scalar.fetch(left)
                    let y = Scalar.fetch(right)
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
