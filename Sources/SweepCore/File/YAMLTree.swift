/// YAML as it was written: text with places, and no guess at types.
struct YAMLTree: Sendable {
    let place: Place
    let content: Content

    indirect enum Content: Sendable {
        case scalar(String, isQuoted: Bool)
        case list([YAMLTree])
        case map([Entry])
    }

    struct Entry: Sendable {
        let key: String
        let keyPlace: Place
        let value: YAMLTree
    }

    /// The elements of a list.
    var list: [YAMLTree]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The entries of a map.
    var map: [Entry]? {
        if case .map(let entries) = content { entries } else { nil }
    }

    /// The text of a scalar.
    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// The value of a key of a map.
    subscript(_ key: String) -> YAMLTree? {
        map?.first { $0.key == key }?.value
    }

    /// What stands here, in a few words.
    var kind: String {
        switch content {
        case .scalar(let text, let isQuoted):
            text.isEmpty && !isQuoted ? "nothing" : "'\(YAMLTree.short(text))'"
        case .list(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
        case .map(let entries): entries.isEmpty ? "an empty map" : "a map"
        }
    }

    /// A text cut to a length that fits a message, on one line.
    static func short(_ text: String) -> String {
        let line = String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(61).map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
        return line.unicodeScalars.count > 60
            ? String(String.UnicodeScalarView(line.unicodeScalars.prefix(60))) + "…" : line
    }
}
