/// Maps of numbers, one behind the other, and the windows that lie side by side on each; what is left
/// over at the lower and at the right edge is not looked at.
package struct PooledMaps: Sendable, Hashable {
    /// How many maps there are.
    package var count: Int
    /// The extents of a map.
    package var height: Int
    package var width: Int
    /// The extents of a window, each from 1 to that of a map.
    package var windowHeight: Int
    package var windowWidth: Int

    /// How many windows lie below each other.
    package var rows: Int { height / windowHeight }
    /// How many windows lie side by side.
    package var columns: Int { width / windowWidth }

    /// Some maps.
    package init(count: Int, height: Int, width: Int, windowHeight: Int, windowWidth: Int) {
        self.count = count
        self.height = height
        self.width = width
        self.windowHeight = windowHeight
        self.windowWidth = windowWidth
    }
}
