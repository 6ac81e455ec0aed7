/// An assignment on the command line that replaces the sweep file's.
struct Override {
    /// What is assigned: `step-size`, `method.eta`, `limits.attempts`.
    let name: String
    /// The assigned value, in the form that a sweep file would have it.
    let tree: YAMLTree
    let place: Place

    /// Reads `NAME=VALUE`.
    init(_ text: String) throws(YAMLProblem) {
        let place = Place.override(YAMLTree.short(text))
        self.place = place
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw YAMLProblem(
                place, "expected NAME=VALUE, such as step-size=0.1,0.01 or seed=range(0,3)")
        }
        name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        guard !value.isEmpty else {
            throw YAMLProblem(place, "there is no value after '='")
        }
        guard value.utf8.count <= 1 << 20 else {
            throw YAMLProblem(place, "the value is longer than 1 MiB")
        }
        tree = try Override.tree(value, place)
    }

    private static func tree(_ value: String, _ place: Place) throws(YAMLProblem) -> YAMLTree {
        if value.hasPrefix("[") || value.hasPrefix("{") {
            return try YAMLTree.parse(value, origin: place)
        }
        for rule in ["range", "linear", "log"] where value.hasPrefix(rule + "(") {
            guard value.hasSuffix(")") else {
                throw YAMLProblem(place, "the bracket of \(rule)( is not closed")
            }
            let arguments = try split(String(value.dropFirst(rule.count + 1).dropLast()), place)
            let list = YAMLTree(place: place, content: .list(arguments))
            return YAMLTree(
                place: place,
                content: .map([YAMLTree.Entry(key: rule, keyPlace: place, value: list)]))
        }
        let parts = try split(value, place)
        return parts.count == 1 ? parts[0] : YAMLTree(place: place, content: .list(parts))
    }

    /// Cuts at commas that stand outside quotes.
    private static func split(_ text: String, _ place: Place) throws(YAMLProblem) -> [YAMLTree] {
        var parts: [YAMLTree] = []
        var part = ""
        var quote: Character?
        var isQuoted = false
        func finished() -> YAMLTree {
            YAMLTree(
                place: place,
                content: .scalar(
                    isQuoted ? part : part.trimmed(), isQuoted: isQuoted))
        }
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { part.append(character) }
            } else if character == "," {
                parts.append(finished())
                part = ""
                isQuoted = false
            } else if (character == "'" || character == "\""), part.trimmed().isEmpty, !isQuoted {
                quote = character
                isQuoted = true
                part = ""
            } else if isQuoted, character != " " {
                throw YAMLProblem(place, "after a closing quote a comma is expected")
            } else if !isQuoted {
                part.append(character)
            }
        }
        guard quote == nil else { throw YAMLProblem(place, "a quote is not closed") }
        return parts + [finished()]
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate func trimmed() -> String {
        let start = drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return "" }
        return String(start[...last])
    }
}
