/// A figure as a gnuplot script and the data that it reads.
///
/// The script stands on its own: run again by hand, after any change, it draws the figure anew.
/// Words from outside stand in single quotes, in which gnuplot expands nothing.
package struct GnuplotScript {
    /// What is written.
    package enum Format: String, CaseIterable, Sendable {
        case svg, pdf, png
    }

    /// The script.
    package private(set) var script = ""
    /// The data: blocks of `x y low high` or `x y z`, two empty lines between them.
    package private(set) var data = ""

    private let figure: Figure
    private let layout: FigureLayout
    private let name: String
    private var lines: [String] = []
    private var blocks: [String] = []
    private var styles: [Figure.Style] = []

    /// Colours of Okabe and Ito that are seen on white, told apart by the colour-blind, and of
    /// different brightness (https://jfly.uni-koeln.de/color/).
    package static let colors = [
        "#000000", "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7",
    ]
    /// Filled circle, square, triangle, its reverse, diamond, then hollow ones, then crosses.
    static let markers = [7, 5, 9, 11, 13, 6, 4, 8, 10, 12, 1, 2, 3, 15]
    static let dashes = ["solid", "(10,4)", "(3,3)", "(12,3,3,3)", "(16,4,2,4,2,4)", "(6,3)"]
    /// Viridis without its brightest end, which is lost on white; its brightness only rises.
    static let palette = [
        (0.0, "#440154"), (0.2, "#3e4a89"), (0.4, "#29798e"), (0.6, "#22a884"), (0.8, "#6ccd5a"),
        (1.0, "#c2df23"),
    ]

    /// Writes the script of a figure.
    ///
    /// - Parameters:
    ///   - figure: what is drawn.
    ///   - name: the name of its files, without an ending.
    ///   - format: what it draws.
    ///   - comment: lines at the script's head.
    package init(_ figure: Figure, name: String, format: Format, comment: [String] = []) {
        self.figure = figure
        self.name = name
        layout = FigureLayout(figure)
        lines += comment.map { "# \($0.onOneLine)" }
        lines.append("# gnuplot \(name).gp   draws it anew")
        lines.append("")
        writeTerminals(format)
        writeStyles()
        let isMany = figure.panels.count > 1 || layout.hasOwnLegend
        if isMany { lines.append("set multiplot") }
        for place in figure.panels.indices { write(figure.panels[place], place) }
        if layout.hasOwnLegend { writeLegend() }
        if isMany { lines.append("unset multiplot") }
        lines.append("set output")
        script = lines.joined(separator: "\n") + "\n"
        data =
            "# Read by \(name).gp; blocks are counted from 0.\n"
            + blocks.joined(separator: "\n\n") + "\n"
    }

    // MARK: Head

    private mutating func writeTerminals(_ format: Format) {
        let (width, height) = (Int(layout.width), Int(layout.height))
        func inches(_ pixels: Double) -> String { "\((pixels / 96 * 100).rounded() / 100)in" }
        for other in [format] + Format.allCases.filter({ $0 != format }) {
            let terminal =
                switch other {
                case .svg:
                    "svg enhanced size \(width),\(height) font 'Helvetica,13' background rgb 'white'"
                case .pdf:
                    "pdfcairo enhanced size \(inches(layout.width)),\(inches(layout.height)) "
                        + "font 'Helvetica,9.75' fontscale 0.75 pointscale 0.75"
                case .png:
                    "pngcairo enhanced size \(2 * width),\(2 * height) font 'Helvetica,9.75' "
                        + "fontscale 2 linewidth 2 pointscale 2"
                }
            let mark = other == format ? "" : "# "
            lines.append("\(mark)set terminal \(terminal)")
            lines.append("\(mark)set output '\(name).\(other.rawValue)'")
        }
        lines.append("data = '\(name).dat'")
    }

    private mutating func writeStyles() {
        lines.append("")
        for layer in figure.panels.flatMap(\.layers) {
            switch layer {
            case .curve(_, let style, _, _), .marks(_, let style, _): note(style)
            default: continue
            }
        }
        for entry in figure.legend { note(entry.style) }
        for (place, style) in styles.enumerated() {
            lines.append("set style line \(place + 1) \(Self.text(of: style))")
        }
        if let scale = figure.colors {
            let stops =
                figure.hasReversedColors
                ? Self.palette.reversed().map { (1 - $0.0, $0.1) } : Self.palette
            lines.append(
                "set palette defined ("
                    + stops.map { "\($0.0) '\($0.1)'" }.joined(separator: ", ") + ")")
            lines.append("set cbrange [\(scale.range.lowerBound):\(scale.range.upperBound)]")
            lines.append("set cblabel \(Self.quoted(scale.label)) noenhanced offset 0.5")
            if scale.isLogarithmic {
                lines.append("set logscale cb")
                if scale.ticks == nil { lines.append("set format cb '10^{%T}'") }
            }
            if let ticks = scale.ticks { lines.append("set cbtics \(Self.ticks(ticks))") }
            let bar = layout.bar
            lines.append(
                "set colorbox user origin screen \(share(bar.left, layout.width)), screen "
                    + "\(share(bar.bottom, layout.height)) size screen "
                    + "\(share(bar.width, layout.width)), screen \(share(bar.height, layout.height))"
            )
        }
        // Words on lines stay readable.
        lines.append("set style textbox opaque fc rgb 'white' noborder margins 0.6,0.2")
        lines.append("set tics out nomirror scale 0.6")
        lines.append("set grid back lc rgb '#e4e4e4' lw 0.6 dt solid")
        if !figure.title.isEmpty {
            lines.append(
                "set label 999 \(Self.quoted(figure.title)) at screen 0.5, screen "
                    + "\(share(layout.height - 15, layout.height)) center noenhanced "
                    + "font ',15'")
        }
    }

    private mutating func note(_ style: Figure.Style) {
        if !styles.contains(style) { styles.append(style) }
    }

    private static func text(of style: Figure.Style) -> String {
        switch style {
        case .series(let color, let marker, let dash):
            "lc rgb '\(colors[color % colors.count])' lw 1.8 dt \(dashes[dash % dashes.count]) "
                + "pt \(markers[marker % markers.count]) ps 0.8"
        case .reference: "lc rgb '#808080' lw 1.2 dt (4,4) pt -1 ps 0"
        case .diverged: "lc rgb '#808080' lw 1.4 dt solid pt 2 ps 0.8"
        }
    }

    // MARK: Panels

    private mutating func write(_ panel: Figure.Panel, _ place: Int) {
        let area = layout.areas[place]
        lines.append("")
        lines.append("set lmargin at screen \(share(area.left, layout.width))")
        lines.append("set rmargin at screen \(share(area.left + area.width, layout.width))")
        lines.append("set bmargin at screen \(share(area.bottom, layout.height))")
        lines.append("set tmargin at screen \(share(area.bottom + area.height, layout.height))")
        lines.append(
            panel.title.isEmpty
                ? "unset title" : "set title \(Self.quoted(panel.title)) noenhanced offset 0,-0.6")
        let isFirstColumn = place % layout.columns == 0
        write(panel.x, "x", on: area.width, hasLabel: true)
        write(panel.y, "y", on: area.height, hasLabel: isFirstColumn)
        if panel.hasFrame {
            lines.append("set border \(panel.remarks.isEmpty ? 3 : 1) lw 0.8")
            if !panel.remarks.isEmpty { lines.append("set ytics scale 0") }
        } else {
            lines.append("unset border")
            lines.append("unset grid")
            lines.append("set xtics scale 0")
            lines.append("unset ytics")
        }
        for remark in panel.remarks {
            lines.append(
                "set label \(Self.quoted(remark.text)) at graph 1.02, first \(remark.at) left "
                    + "noenhanced")
        }
        var parts: [String] = []
        for layer in panel.layers { parts += write(layer) }
        if place == 0, !figure.legend.isEmpty, !layout.hasOwnLegend {
            parts += legend()
        } else {
            lines.append("unset key")
        }
        if parts.isEmpty { parts = ["NaN notitle"] }
        lines.append("plot " + parts.joined(separator: ", \\\n     "))
        lines.append("unset label")
        lines.append("unset arrow")
        if figure.colors != nil { lines.append("unset colorbox") }
    }

    /// Places the legend; returns its lines as parts of a plot.
    private mutating func legend() -> [String] {
        lines.append(
            "set key at screen \(share(layout.legend.x, layout.width)), screen "
                + "\(share(layout.legend.y, layout.height)) left top Left reverse noenhanced "
                + "samplen 3 spacing 1.25 width 0")
        return figure.legend.map { entry in
            let kind = entry.style == .diverged ? "points" : "linespoints"
            return "keyentry with \(kind) ls \(number(entry.style)) "
                + "title \(Self.quoted(entry.label))"
        }
    }

    /// Draws the legend as a panel of its own, as high as the picture, in which nothing else is.
    private mutating func writeLegend() {
        lines += [
            "", "set lmargin at screen \(share(layout.legend.x, layout.width))",
            "set rmargin at screen 1", "set bmargin at screen 0",
            "set tmargin at screen \(share(layout.legend.y, layout.height))",
            "unset title; unset xlabel; unset ylabel; unset logscale; unset border; unset tics",
            "unset grid", "set xrange [0:1]", "set yrange [0:1]",
        ]
        let parts = ["NaN notitle"] + legend()
        lines.append("plot " + parts.joined(separator: ", \\\n     "))
    }

    private mutating func write(
        _ scale: Figure.Scale, _ axis: String, on length: Double, hasLabel: Bool
    ) {
        lines.append("set \(axis)range [\(scale.range.lowerBound):\(scale.range.upperBound)]")
        lines.append(
            hasLabel && !scale.label.isEmpty
                ? "set \(axis)label \(Self.quoted(scale.label)) noenhanced"
                    + (axis == "x" ? " offset 0,0.3" : "")
                : "unset \(axis)label")
        lines.append("\(scale.isLogarithmic ? "set" : "unset") logscale \(axis)")
        if let ticks = scale.ticks {
            lines.append("set \(axis)tics \(Self.ticks(ticks))")
        } else {
            let isPacked = axis == "x" && !scale.isLogarithmic
            lines.append(
                "set \(axis)tics \(isPacked ? "\(scale.step(on: length))" : "autofreq")")
            lines.append("set format \(axis) '\(scale.isLogarithmic ? "10^{%T}" : "%g")'")
        }
    }

    /// Writes a layer's data, and tells how it is plotted.
    private mutating func write(_ layer: Figure.Layer) -> [String] {
        switch layer {
        case .curve(let points, let style, let stride, let offset):
            let index = block(points)
            var parts: [String] = []
            if case .series(let color, _, _) = style, points.contains(where: { $0.low < $0.high }) {
                parts.append(
                    "data index \(index) using 1:3:4 with filledcurves fc rgb "
                        + "'\(Self.colors[color % Self.colors.count])' fs transparent solid 0.14 "
                        + "noborder notitle")
            }
            parts.append("data index \(index) using 1:2 with lines ls \(number(style)) notitle")
            if case .series = style {
                parts.append(
                    "data index \(index) every \(stride)::\(offset) using 1:2 with points "
                        + "ls \(number(style)) notitle")
            }
            return parts
        case .marks(let points, let style, let isOpen):
            let open = isOpen ? " pt 6 lw 2 ps 1.2" : style == .diverged ? "" : " ps 1.2"
            return [
                "data index \(block(points)) using 1:2 with points ls \(number(style))\(open) notitle"
            ]
        case .spans(let points):
            return [
                "data index \(block(points)) using 3:2:($4-$3):(0) with vectors nohead "
                    + "lc rgb '#a0a0a0' lw 1 notitle"
            ]
        case .bars(let points):
            return [
                "data index \(block(points)) using 1:($2-0.14):(0):(0.28) with vectors nohead "
                    + "lc rgb '#a0a0a0' lw 1 notitle"
            ]
        case .cells(let cells):
            let index = block(cells.map { "\($0.x) \($0.y) \($0.z)" })
            return [
                "data index \(index) using 1:2:(0.5):(0.5):3 with boxxyerror fc palette "
                    + "fs solid 1 border lc rgb 'white' notitle"
            ]
        case .blanks(let cells):
            let index = block(cells.map { "\($0.x) \($0.y)" })
            return [
                "data index \(index) using 1:2:(0.5):(0.5) with boxxyerror fc rgb '#dcdcdc' "
                    + "fs solid 1 border lc rgb 'white' notitle"
            ]
        case .paths(let paths):
            guard !paths.isEmpty else { return [] }
            let index = block(
                paths.map { path in
                    path.points.map { "\($0.x) \($0.y) \(path.z)" }.joined(separator: "\n")
                }, separator: "\n\n")
            return ["data index \(index) using 1:2:3 with lines lc palette lw 1.1 notitle"]
        case .rules(let places):
            for place in places {
                lines.append(
                    "set arrow from first \(place), first 0 to first \(place), first 1 nohead "
                        + "lc rgb 'black' lw 1.2 front")
            }
            return []
        case .words(let words):
            for word in words {
                lines.append(
                    "set label \(Self.quoted(word.text)) at first \(word.x), first \(word.y) "
                        + "\(word.place.rawValue) noenhanced front "
                        + "tc rgb '\(word.isLight ? "white" : "black")'"
                        + (word.place == .center ? "" : " boxed"))
            }
            return []
        }
    }

    private mutating func block(_ points: [Figure.Point]) -> Int {
        block(points.map { "\($0.x) \($0.y) \($0.low) \($0.high)" })
    }

    private mutating func block(_ rows: [String], separator: String = "\n") -> Int {
        blocks.append(rows.joined(separator: separator) + "\n")
        return blocks.count - 1
    }

    // MARK: Words

    private func number(_ style: Figure.Style) -> Int { (styles.firstIndex(of: style) ?? 0) + 1 }

    /// A length as a share of the picture.
    private func share(_ length: Double, _ whole: Double) -> String {
        "\((length / whole * 100_000).rounded() / 100_000)"
    }

    private static func ticks(_ ticks: [(at: Double, text: String)]) -> String {
        "noenhanced ("
            + ticks.map { "\(quoted($0.text)) \($0.at)" }.joined(separator: ", ") + ")"
    }

    /// A word in single quotes, in which only the quote itself means anything.
    static func quoted(_ text: String) -> String {
        "'" + text.onOneLine.replacing("'", with: "''") + "'"
    }
}
