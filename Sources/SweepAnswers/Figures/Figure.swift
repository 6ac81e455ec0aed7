/// A picture as numbers and words, before it is drawn.
package struct Figure: Sendable {
    /// What stands above it; empty: nothing.
    package var title = ""
    /// Its panels, row by row.
    package var panels: [Panel] = []
    /// What the lines mean.
    package var legend: [Entry] = []
    /// What the colours mean, if colours stand for numbers.
    package var colors: Scale?
    /// Whether high numbers are dark: the best number always is.
    package var hasReversedColors = false
    /// What a reader should know that the picture does not show.
    package var notes: [String] = []

    /// A line of the legend.
    package struct Entry: Sendable {
        package var label: String
        package var style: Style
    }

    /// How a series is drawn: no two of a figure agree in marker and dash.
    package enum Style: Sendable, Hashable {
        /// Number of a colour, a marker and a dash.
        case series(color: Int, marker: Int, dash: Int)
        /// A grey dashed line to compare with.
        case reference
        /// The mark of what diverged.
        case diverged
    }

    /// A scale of numbers.
    package struct Scale: Sendable {
        package var label: String
        package var range: ClosedRange<Double>
        package var isLogarithmic = false
        /// Ticks with their texts; nil: the drawing program chooses.
        package var ticks: [(at: Double, text: String)]?
    }

    /// One system of axes.
    package struct Panel: Sendable {
        package var title = ""
        package var x: Scale
        package var y: Scale
        /// Texts at the right edge.
        package var remarks: [(at: Double, text: String)] = []
        /// What is drawn, from the back to the front.
        package var layers: [Layer] = []
        /// Whether the axes are drawn as a frame with ticks.
        package var hasFrame = true
    }

    /// A point with the band around it.
    package struct Point: Sendable, Hashable {
        package var x: Double
        package var y: Double
        package var low: Double
        package var high: Double

        package init(_ x: Double, _ y: Double, band: ClosedRange<Double>? = nil) {
            self.x = x
            self.y = y
            low = band?.lowerBound ?? y
            high = band?.upperBound ?? y
        }
    }

    /// Something that is drawn.
    package enum Layer: Sendable {
        /// A line with its band; markers stand on every `stride`th point from the `offset`th on.
        case curve([Point], Style, stride: Int, offset: Int)
        /// Single marks; open ones are drawn hollow.
        case marks([Point], Style, isOpen: Bool)
        /// Thin grey lines from low to high along x.
        case spans([Point])
        /// Small grey bars across those.
        case bars([Point])
        /// Boxes of size 1 × 1, coloured by a number.
        case cells([(x: Double, y: Double, z: Double)])
        /// Grey boxes of size 1 × 1.
        case blanks([(x: Double, y: Double)])
        /// Lines coloured by a number.
        case paths([(points: [Point], z: Double)])
        /// Vertical black lines from 0 to 1.
        case rules([Double])
        /// Words.
        case words([(x: Double, y: Double, text: String, place: Alignment, isLight: Bool)])
    }

    /// Where a word stands beside its point.
    package enum Alignment: String, Sendable {
        case left, center, right
    }
}
