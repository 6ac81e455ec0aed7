/// What the description of an option says of its value.
struct HelpDescription {
    /// The value that holds without the option.
    private(set) var standard: String?
    /// The words that it may be.
    var choices: [String] = []
    private(set) var isRequired = false
    /// The rest, on one line.
    private(set) var help: String

    init(_ text: String) {
        help = ""
        var rest = text[...]
        while let open = rest.firstIndex(where: { $0 == "(" || $0 == "[" }) {
            help += rest[..<open]
            guard let close = Self.close(of: open, in: rest) else {
                help += rest[open...]
                rest = ""
                break
            }
            let inside = rest[rest.index(after: open)..<close]
            let end = rest.index(after: close)
            if !read(inside) { help += rest[open..<end] }
            rest = rest[end...]
        }
        help += rest
        if standard == nil { readSentence() }
        help = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        while let last = help.last, ",;:".contains(last) { help.removeLast() }
    }

    /// The words of `{a,b}`, `[a|b]`, `<a|b>` and `a|b`; nil when these are no words to choose from.
    static func alternatives(_ text: String) -> [String]? {
        var inner = text[...]
        let isBraced = inner.hasPrefix("{") && inner.hasSuffix("}")
        for (open, close) in ["{}", "[]", "<>", "()"].map({ ($0.first, $0.last) })
        where inner.count > 2 && inner.first == open && inner.last == close {
            inner = inner.dropFirst().dropLast()
            break
        }
        guard isBraced || inner.contains("|") else { return nil }
        let words = inner.split(separator: inner.contains("|") ? "|" : ",").map {
            String($0.drop { $0 == " " })
        }
        let isChoice = words.allSatisfy { !$0.isEmpty && !$0.contains(" ") && $0 != "..." }
        return isChoice && !words.isEmpty ? words : nil
    }

    /// The bracket that closes one.
    private static func close(of open: Substring.Index, in text: Substring) -> Substring.Index? {
        var depth = 0
        for index in text[open...].indices {
            if "([".contains(text[index]) { depth += 1 }
            if ")]".contains(text[index]) { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// Reads what stands in brackets: `default: 0.1`, `values: a, b; default: a`, `required`.
    ///
    /// - Returns: whether it was about the value.
    private mutating func read(_ inside: Substring) -> Bool {
        var isRead = false
        for part in inside.split(separator: ";") {
            let part = part.drop { $0 == " " }
            let lower = part.lowercased()
            if lower.hasPrefix("default") {
                take(part.dropFirst("default".count))
                isRead = true
            } else if lower == "required" {
                isRequired = true
                isRead = true
            } else if let words = ["possible values:", "values:", "choices:", "one of:", "one of"]
                .first(where: lower.hasPrefix)
            {
                let list = part.dropFirst(words.count)
                choices = list.split { $0 == "," || $0 == "|" }.map {
                    Self.unquoted(String($0))
                }.filter { !$0.isEmpty }
                isRead = true
            } else if isRead || inside.contains("; default") || Self.types.contains(lower) {
                // The rest of the same bracket: a range, or absl's word for a type.
                isRead = true
            }
        }
        return isRead
    }

    /// What absl says of types.
    private static let types: Set<String> = ["a number", "an integer", "a comma separated list"]

    /// Takes what stands behind the word "default".
    private mutating func take(_ text: Substring) {
        var rest = text
        for word in ["s to", " value", " is", " to"] where rest.lowercased().hasPrefix(word) {
            rest = rest.dropFirst(word.count)
            break
        }
        rest = rest.drop { $0 == ":" || $0 == "=" || $0 == " " }
        var value = String(rest)
        // `0.1, above zero`
        if let comma = value.firstIndex(of: ","), Double(value[..<comma]) != nil,
            !value[comma...].dropFirst().split(separator: ",").allSatisfy({
                Double(Self.unquoted(String($0))) != nil
            })
        {
            value = String(value[..<comma])
        }
        value = Self.unquoted(value)
        if !["", "None", "null", "nil", "==SUPPRESS==", "undefined", "required"].contains(value) {
            standard = value
        }
    }

    /// Reads `Defaults to 0.1.` and `learning rate, default: 0.1`.
    private mutating func readSentence() {
        guard
            let match = help.firstMatch(
                of: /(?i)[,;]?\s*\bdefaults?(?:\s+to|\s+is|\s*[:=])\s*('[^']*'|"[^"]*"|\S+)/)
        else { return }
        var value = match.1
        while let last = value.last, ".,;)".contains(last) { value.removeLast() }
        take(value)
        help.removeSubrange(match.range)
    }

    private static func unquoted(_ text: String) -> String {
        var text = text[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        for quote in ["'", "\"", "`"] where text.count > 1 && text.hasPrefix(quote) {
            if text.hasSuffix(quote) { return String(text.dropFirst().dropLast()) }
        }
        return String(text)
    }
}
