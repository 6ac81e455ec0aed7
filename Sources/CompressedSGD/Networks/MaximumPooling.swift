/// The largest number in each window of a map; windows lie side by side, and what is left over at
/// the lower and at the right edge is not looked at.
///
/// Among equals the first counts, row by row. NaN counts as largest.
final class MaximumPooling<Scalar: KernelScalar> {
    /// How many maps an image has.
    let channels: Int
    /// The extents of what is looked at.
    let height: Int
    let width: Int
    /// The extents of a window.
    let windowHeight: Int
    let windowWidth: Int
    /// The maxima, channels × images × windows.
    let value: ScalarMemory<Scalar>
    /// Where in the whole matrix each maximum stands.
    private let places: UnsafeMutablePointer<UInt32>

    init(
        channels: Int, height: Int, width: Int, windowHeight: Int, windowWidth: Int, images: Int
    ) {
        self.channels = channels
        self.height = height
        self.width = width
        self.windowHeight = windowHeight
        self.windowWidth = windowWidth
        let count = channels * images * (height / windowHeight) * (width / windowWidth)
        value = ScalarMemory(count)
        places = .allocate(capacity: max(1, count))
        places.initialize(repeating: 0, count: max(1, count))
    }

    deinit { places.deallocate() }

    /// How many windows an image has.
    var windows: Int { (height / windowHeight) * (width / windowWidth) }

    /// Computes `value` from the maps of some images.
    func forward(_ input: UnsafePointer<Scalar>, images: Int) {
        var next = 0
        for map in 0..<channels * images {
            for row in 0..<height / windowHeight {
                for column in 0..<width / windowWidth {
                    let corner =
                        map * height * width + row * windowHeight * width
                        + column * windowWidth
                    var place = corner
                    var largest = input[corner]
                    for y in 0..<windowHeight {
                        for x in 0..<windowWidth {
                            let candidate = input[corner + y * width + x]
                            if candidate > largest || candidate.isNaN {
                                largest = candidate
                                place = corner + y * width + x
                            }
                        }
                    }
                    value.base[next] = largest
                    places[next] = UInt32(truncatingIfNeeded: place)
                    next += 1
                }
            }
        }
    }

    /// Gives each maximum's gradient to the pixel that it came from, and 0 to the others.
    func backward(
        _ slope: UnsafePointer<Scalar>, images: Int, into target: UnsafeMutablePointer<Scalar>
    ) {
        target.update(repeating: 0, count: channels * images * height * width)
        for index in 0..<channels * images * windows { target[Int(places[index])] = slope[index] }
    }
}
