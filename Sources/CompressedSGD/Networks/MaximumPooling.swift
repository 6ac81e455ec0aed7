import KernelInterface

/// The largest number in each window of a map; windows lie side by side, and what is left over at
/// the lower and at the right edge is not looked at.
///
/// Among equals the first counts, row by row. NaN counts as largest.
final class MaximumPooling<Scalar: KernelScalar> {
    /// The maxima, channels × images × windows.
    let value: ScalarMemory<Scalar>
    /// How many pixels each maximum is behind its window's first one.
    private let offsets: ScalarMemory<Scalar>
    /// The maps of one image.
    private let maps: PooledMaps

    init(
        channels: Int, height: Int, width: Int, windowHeight: Int, windowWidth: Int, images: Int
    ) {
        maps = PooledMaps(
            count: channels, height: height, width: width, windowHeight: windowHeight,
            windowWidth: windowWidth)
        value = ScalarMemory(channels * images * maps.rows * maps.columns)
        offsets = ScalarMemory(value.count)
    }

    /// How many windows a map has.
    var windows: Int { maps.rows * maps.columns }

    /// Computes `value` from the maps of some images.
    func forward(_ input: UnsafePointer<Scalar>, images: Int) {
        Scalar.kernels.pool(
            input, maps(of: images), into: value.base, offsets: offsets.base)
    }

    /// Gives each maximum's gradient to the pixel that it came from, and 0 to the others.
    func backward(
        _ slope: UnsafePointer<Scalar>, images: Int, into target: UnsafeMutablePointer<Scalar>
    ) {
        let all = maps(of: images)
        target.update(repeating: 0, count: all.count * all.height * all.width)
        Scalar.kernels.unpool(slope, all, offsets: offsets.base, into: target)
    }

    private func maps(of images: Int) -> PooledMaps {
        var all = maps
        all.count *= images
        return all
    }
}
