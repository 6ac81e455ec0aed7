import KernelInterface

extension VectorKernels {
    package static func pool(
        _ x: UnsafePointer<Double>, _ maps: PooledMaps, into maxima: UnsafeMutablePointer<Double>,
        offsets: UnsafeMutablePointer<Double>
    ) { Double.pool(x, maps, into: maxima, offsets) }

    package static func unpool(
        _ slopes: UnsafePointer<Double>, _ maps: PooledMaps, offsets: UnsafePointer<Double>,
        into target: UnsafeMutablePointer<Double>
    ) {
        maps.forEachWindow { window, corner in
            target[corner &+ Int(offsets[window])] = slopes[window]
        }
    }
}

extension SingleKernels {
    package static func pool(
        _ x: UnsafePointer<Float>, _ maps: PooledMaps, into maxima: UnsafeMutablePointer<Float>,
        offsets: UnsafeMutablePointer<Float>
    ) { Float.pool(x, maps, into: maxima, offsets) }

    package static func unpool(
        _ slopes: UnsafePointer<Float>, _ maps: PooledMaps, offsets: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>
    ) {
        maps.forEachWindow { window, corner in
            target[corner &+ Int(offsets[window])] = slopes[window]
        }
    }
}

extension PooledMaps {
    /// Calls a function with the number of each window and that of its first pixel.
    @inline(__always)
    fileprivate func forEachWindow(_ body: (_ window: Int, _ corner: Int) -> Void) {
        let (rows, columns) = (rows, columns)
        var window = 0
        for map in 0..<count {
            for row in 0..<rows {
                var corner = (map &* height &+ row &* windowHeight) &* width
                for _ in 0..<columns {
                    body(window, corner)
                    window &+= 1
                    corner &+= windowWidth
                }
            }
        }
    }
}

/// What four windows have so far.
///
/// It refines no protocol of the library: see `LaneScalar`.
private protocol PooledScalar: LaneScalar {
    /// Four numbers that lie a step apart.
    static func strided(_ base: UnsafePointer<Self>, _ step: Int) -> Four
    /// Puts candidates, and their offset, where they are larger than what is there, or NaN.
    static func keepLarger(
        _ candidates: Four, _ offset: Self, _ largest: inout Four, _ offsets: inout Four)
}

extension Double: PooledScalar {
    @inline(__always)
    fileprivate static func strided(_ base: UnsafePointer<Double>, _ step: Int) -> Four {
        Four(base[0], base[step], base[2 &* step], base[3 &* step])
    }
    @inline(__always)
    fileprivate static func keepLarger(
        _ candidates: Four, _ offset: Double, _ largest: inout Four, _ offsets: inout Four
    ) {
        let isLarger = (candidates .> largest) .| (candidates .!= candidates)
        largest = largest.replacing(with: candidates, where: isLarger)
        offsets = offsets.replacing(with: offset, where: isLarger)
    }
}

extension Float: PooledScalar {
    @inline(__always)
    fileprivate static func strided(_ base: UnsafePointer<Float>, _ step: Int) -> Four {
        Four(base[0], base[step], base[2 &* step], base[3 &* step])
    }
    @inline(__always)
    fileprivate static func keepLarger(
        _ candidates: Four, _ offset: Float, _ largest: inout Four, _ offsets: inout Four
    ) {
        let isLarger = (candidates .> largest) .| (candidates .!= candidates)
        largest = largest.replacing(with: candidates, where: isLarger)
        offsets = offsets.replacing(with: offset, where: isLarger)
    }
}

extension PooledScalar {
    /// Four windows at a time, the last four of a row once more where they are not four new ones: which
    /// of a window's pixels is largest nobody can foresee, so that lanes are chosen and not ways.
    @inline(__always)
    fileprivate static func pool(
        _ x: UnsafePointer<Self>, _ maps: PooledMaps, into maxima: UnsafeMutablePointer<Self>,
        _ offsets: UnsafeMutablePointer<Self>
    ) {
        let (rows, columns, step) = (maps.rows, maps.columns, maps.windowWidth)
        var window = 0
        for map in 0..<maps.count {
            for row in 0..<rows {
                let corner = x + (map &* maps.height &+ row &* maps.windowHeight) &* maps.width
                var column = 0
                while column < columns {
                    guard columns >= 4 else {
                        let found = pool(corner + column &* step, maps, step: 0)
                        maxima[window &+ column] = element(found.largest, 0)
                        offsets[window &+ column] = element(found.offsets, 0)
                        column &+= 1
                        continue
                    }
                    let first = min(column, columns &- 4)
                    let found = pool(corner + first &* step, maps, step: step)
                    put(found.largest, maxima, window &+ first)
                    put(found.offsets, offsets, window &+ first)
                    column &+= 4
                }
                window &+= columns
            }
        }
    }

    /// Four windows a step apart; with a step of 0 four times the same one.
    @inline(__always)
    private static func pool(
        _ corner: UnsafePointer<Self>, _ maps: PooledMaps, step: Int
    ) -> (largest: Four, offsets: Four) {
        var largest = strided(corner, step)
        var offsets = emptyFour
        var first = nothing
        let width = narrowed(Double(maps.width))
        var line = corner
        for _ in 0..<maps.windowHeight {
            var offset = first
            for x in 0..<maps.windowWidth {
                keepLarger(strided(line + x, step), offset, &largest, &offsets)
                offset = offset + one
            }
            line += maps.width
            first = first + width
        }
        return (largest, offsets)
    }
}
