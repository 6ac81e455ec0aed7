/// A piece of a line on a screen, and how it looks.
package struct Span: Sendable, Hashable {
    package enum Style: Sendable, Hashable {
        case plain, dim, strong, good, note, warning, bad
    }

    package var text: String
    package var style: Style

    package init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// A line on a screen.
package struct ScreenLine: Sendable, Hashable {
    package var spans: [Span]
    /// Whether it is the chosen one.
    package var isSelected = false

    package init(_ spans: [Span] = [], isSelected: Bool = false) {
        self.spans = spans
        self.isSelected = isSelected
    }

    package init(_ text: String, _ style: Span.Style = .plain) {
        spans = [Span(text, style)]
    }

    /// Its text without looks.
    package var text: String { spans.map(\.text).joined() }

    /// The line cut at a number of columns.
    package func cut(to width: Int) -> ScreenLine {
        var room = width
        var line = ScreenLine([], isSelected: isSelected)
        for span in spans where room > 0 {
            let text = Columns.cut(span.text, to: room)
            room -= Columns.count(text)
            line.spans.append(Span(text, span.style))
        }
        return line
    }
}

/// How many columns of a terminal text takes.
package enum Columns {
    /// Ranges of characters that take two columns: wide and full-width in Unicode's annex 11.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
        0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff,
        0x20000...0x3fffd,
    ]

    /// Columns of a character: none for what is drawn over the one before, two for wide ones.
    static func count(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first, !character.isASCII else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    package static func count(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 }
            ? text.utf8.count : text.reduce(0) { $0 + count($1) }
    }

    /// The longest beginning of a text that fits.
    package static func cut(_ text: String, to width: Int) -> String {
        var room = width
        var result = ""
        for character in text {
            room -= count(character)
            guard room >= 0 else { break }
            result.append(character)
        }
        return result
    }

    /// The text in exactly so many columns; where it is too long it ends in `…`.
    package static func fit(_ text: String, _ width: Int, toTheRight: Bool = false) -> String {
        let length = count(text)
        if length > width {
            guard width > 0 else { return "" }
            let cut = Self.cut(text, to: width - 1) + "…"
            return cut + String(repeating: " ", count: max(0, width - count(cut)))
        }
        let space = String(repeating: " ", count: width - length)
        return toTheRight ? space + text : text + space
    }
}
