/// Where the parts of a figure stand, in pixels from the lower left corner.
struct FigureLayout {
    /// The whole picture.
    private(set) var width = 0.0
    private(set) var height = 0.0
    /// The area inside the axes of each panel.
    private(set) var areas: [Area] = []
    /// Upper left corner of the legend.
    private(set) var legend = (x: 0.0, y: 0.0)
    /// Whether the legend is higher than a panel: gnuplot cuts what does not fit beside one.
    private(set) var hasOwnLegend = false
    /// The bar of colours.
    private(set) var bar = Area(left: 0, bottom: 0, width: 0, height: 0)
    /// Panels beside each other.
    private(set) var columns = 1

    /// A rectangle.
    struct Area {
        var left: Double
        var bottom: Double
        var width: Double
        var height: Double
    }

    /// Width of a letter of the picture's font, on average; of DejaVu Sans, which stands in for
    /// Helvetica on Linux and is wider.
    static let letter = 7.9
    /// Height of a line of the legend.
    static let line = 20.0

    /// Lays a figure out.
    init(_ figure: Figure) {
        let count = max(1, figure.panels.count)
        let size = Self.size(figure)
        columns =
            count <= 3 && Double(count) * size.width <= 1100
            ? count : min(count, max(1, Int(1100 / (size.width + 60))), count == 4 ? 2 : 3)
        let rows = (count + columns - 1) / columns
        let left = Self.leftMargin(figure)
        let right = 14 + Self.rightMargin(figure)
        let top =
            figure.panels.contains { !$0.title.isEmpty || !$0.remarks.isEmpty } ? 28.0 : 12.0
        let bottom = Self.bottomMargin(figure)
        let head = figure.title.isEmpty ? 0.0 : 28.0
        let side = Self.sideWidth(figure)
        let cell = (width: left + size.width + right, height: top + size.height + bottom)
        width = (Double(columns) * cell.width + side).rounded(.up)
        let legendHeight = Double(figure.legend.count) * Self.line + 24
        height = max(Double(rows) * cell.height, legendHeight + 20) + head
        height.round(.up)
        for place in 0..<count {
            let (row, column) = (place / columns, place % columns)
            areas.append(
                Area(
                    left: Double(column) * cell.width + left,
                    bottom: height - head - Double(row + 1) * cell.height + bottom,
                    width: size.width, height: size.height))
        }
        let end = Double(columns) * cell.width
        legend = (end + 2, height - head - top)
        hasOwnLegend = legendHeight > size.height
        bar = Area(
            left: end + 6, bottom: max(20, areas[0].bottom + areas[0].height - 190), width: 14,
            height: min(190, areas[0].bottom + areas[0].height - 20))
    }

    /// The size of a panel inside its axes.
    private static func size(_ figure: Figure) -> (width: Double, height: Double) {
        let isSingle = figure.panels.count <= 1
        guard let panel = figure.panels.first else { return (460, 310) }
        let places = (
            x: panel.x.ticks?.count ?? 0, y: figure.panels.map { $0.y.ticks?.count ?? 0 }.max() ?? 0
        )
        if !panel.hasFrame {
            return (min(1000, max(320, Double(places.x) * 105)), isSingle ? 320 : 240)
        }
        let hasCells = panel.layers.contains {
            switch $0 {
            case .cells, .blanks: true
            default: false
            }
        }
        if hasCells {
            let cell = places.x > 12 ? 620 / Double(places.x) : 54
            return (
                max(120, Double(places.x) * cell),
                max(isSingle ? 150 : 80, min(640, Double(places.y) * (places.y > 20 ? 16 : 34)))
            )
        }
        let isList = panel.layers.contains { if case .spans = $0 { true } else { false } }
        if isList { return (isSingle ? 330 : 240, max(60, Double(places.y) * 26)) }
        return isSingle ? (460, 310) : (250, 190)
    }

    private static func leftMargin(_ figure: Figure) -> Double {
        if let panel = figure.panels.first, !panel.hasFrame { return outside(panel) }
        let widest = figure.panels.flatMap { $0.y.ticks?.map(\.text.count) ?? [6] }.max() ?? 6
        let label = figure.panels.contains { !$0.y.label.isEmpty } ? 34.0 : 6
        return Double(widest) * letter + label + 14
    }

    /// How far the words at the first of parallel axes reach to the left.
    private static func outside(_ panel: Figure.Panel) -> Double {
        let widest =
            panel.layers.flatMap { layer -> [Int] in
                guard case .words(let words) = layer else { return [] }
                return words.filter { $0.x < 0 }.map(\.text.count)
            }.max() ?? 0
        return max(10, Double(widest) * letter - 30)
    }

    private static func rightMargin(_ figure: Figure) -> Double {
        let widest = figure.panels.flatMap { $0.remarks.map(\.text.count) }.max() ?? 0
        return widest == 0 ? 0 : Double(widest) * letter + 6
    }

    private static func bottomMargin(_ figure: Figure) -> Double {
        figure.panels.first?.hasFrame == false ? 40 : 62
    }

    /// Room for the legend or the bar of colours.
    private static func sideWidth(_ figure: Figure) -> Double {
        if figure.colors != nil { return 104 }
        guard let widest = figure.legend.map(\.label.count).max() else { return 0 }
        return Double(widest) * letter + 56
    }
}
