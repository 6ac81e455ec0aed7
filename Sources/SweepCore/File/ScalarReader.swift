import Foundation

/// Reads the text of a scalar as a parameter's declared type says, never as YAML would guess.
struct ScalarReader {
    /// Why a text was not accepted.
    struct Refusal: Error {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    /// Longer texts do not belong into a table's cell.
    static let longestText = 4096

    /// Reads a scalar.
    static func value(
        _ text: String, isQuoted: Bool, as type: ParameterType
    ) throws(Refusal) -> Value {
        if !isQuoted, isNull(text) {
            throw Refusal(
                text.isEmpty
                    ? "there is no value; expected \(type.expectation)"
                    : "'\(text)' is no value; expected \(type.expectation), or '\"\(text)\"' for text"
            )
        }
        switch type {
        case .integer(let bounds, let words):
            if words.contains(text) { return .text(text) }
            return .integer(try integer(text, in: bounds, expecting: type.expectation, words))
        case .count(let bounds):
            if text.hasSuffix("%") { return try share(text, expecting: type.expectation) }
            return .integer(try integer(text, in: bounds, expecting: type.expectation, []))
        case .real(let bounds, let words):
            if words.contains(text) { return .text(text) }
            if let nearest = Spelling.nearest(to: text, among: words), !isDecimal(text) {
                throw Refusal("unknown word '\(YAMLTree.short(text))': did you mean '\(nearest)'?")
            }
            let number = try real(text, expecting: type.expectation)
            guard bounds.contains(number) else {
                throw Refusal("\(text) is out of bounds; expected \(type.expectation)")
            }
            return .real(number)
        case .choice(let words):
            let names = words.map(\.name)
            guard names.contains(text) else {
                throw Refusal(Spelling.unknown("word", text, among: names))
            }
            return .text(text)
        case .flag:
            if text == "true" { return .flag(true) }
            if text == "false" { return .flag(false) }
            throw Refusal(
                "'\(YAMLTree.short(text))' is neither true nor false; write true or false")
        case .sizes(let bounds, let count, let sign):
            return .text(try sizes(text, in: bounds, count, sign, expecting: type.expectation))
        case .text:
            return .text(try plainText(text))
        case .path:
            guard !text.contains("\n") else { throw Refusal("a path cannot hold line breaks") }
            return .text(try plainText(text))
        case .words:
            throw Refusal("expected a list of words, such as [python3, train.py]")
        case .variant(let variants):
            let kinds = variants.map(\.kind)
            guard kinds.contains(text) else {
                throw Refusal(Spelling.unknown("kind", text, among: kinds))
            }
            return .text(text)
        case .any:
            return try anything(text, isQuoted: isQuoted)
        }
    }

    /// What YAML takes for "no value".
    private static func isNull(_ text: String) -> Bool {
        ["", "~", "null", "Null", "NULL"].contains(text)
    }

    private static func sizes(
        _ text: String, in bounds: ClosedRange<Int64>, _ count: ClosedRange<Int>, _ sign: String,
        expecting expectation: String
    ) throws(Refusal) -> String {
        let parts = text.split(separator: sign, omittingEmptySubsequences: false)
        guard count.contains(parts.count),
            parts.allSatisfy({ part in
                // No sign and no zero in front: one way to write what is meant.
                Int64(part).map { bounds.contains($0) && String($0) == part } ?? false
            })
        else { throw Refusal("'\(YAMLTree.short(text))' is not right; expected \(expectation)") }
        return text
    }

    private static func plainText(_ text: String) throws(Refusal) -> String {
        guard !text.isEmpty else {
            throw Refusal("an empty text cannot be told from no value; write some text")
        }
        guard text.utf8.count <= longestText else {
            throw Refusal(
                "the text has \(text.utf8.count) bytes; at most \(longestText) fit a cell")
        }
        let isPrintable = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        guard isPrintable else {
            throw Refusal(
                "a text cannot hold control characters other than line feeds (\\n) and tabs (\\t)")
        }
        return text
    }

    /// An undeclared parameter: a number, true or false where the text is just that.
    private static func anything(_ text: String, isQuoted: Bool) throws(Refusal) -> Value {
        if isQuoted { return .text(try plainText(text)) }
        if text == "true" { return .flag(true) }
        if text == "false" { return .flag(false) }
        try refuseUnderscores(text)
        if isInteger(text), !hasLeadingZero(text), !text.hasPrefix("+") {
            return .integer(
                try integer(
                    text, in: -(DecimalRange.largestUnit)...DecimalRange.largestUnit,
                    expecting: "a whole number within ±2^53, or quotes for text", []))
        }
        if isDecimal(text), !isInteger(text) {
            return .real(try real(text, expecting: "a finite number, or quotes for text"))
        }
        if isNotFinite(text) {
            throw Refusal(
                "'\(text)' is not a finite number; put it in quotes if it is meant as text")
        }
        return .text(try plainText(text))
    }

    /// Reads a whole number.
    static func integer(
        _ text: String, in bounds: ClosedRange<Int64>, expecting expectation: String,
        _ words: [String]
    ) throws(Refusal) -> Int64 {
        try refuseUnderscores(text)
        guard isInteger(text) else {
            let shown = YAMLTree.short(text)
            if isDecimal(text), let number = Double(text), let whole = Value.whole(number) {
                throw Refusal("'\(shown)' is not written as a whole number; write \(whole)")
            }
            if let nearest = Spelling.nearest(to: text, among: words) {
                throw Refusal("unknown word '\(shown)': did you mean '\(nearest)'?")
            }
            throw Refusal("'\(shown)' is not a whole number; expected \(expectation)")
        }
        guard let number = Int64(text),
            (-DecimalRange.largestUnit...DecimalRange.largestUnit).contains(number)
        else {
            throw Refusal(
                "\(YAMLTree.short(text)) is beyond ±2^53, where numbers in a table lose digits")
        }
        guard bounds.contains(number) else {
            throw Refusal("\(text) is out of bounds; expected \(expectation)")
        }
        return number
    }

    /// Reads a share in percent; `1%`, `1.0%` and `1e0%` are one value.
    private static func share(
        _ text: String, expecting expectation: String
    ) throws(Refusal) -> Value {
        let number = try real(String(text.dropLast()), expecting: expectation)
        guard number > 0, number <= 100 else {
            throw Refusal(
                "\(YAMLTree.short(text)) is out of bounds; a share is above 0% and at most 100%")
        }
        return .text(Value.real(number).canonicalText + "%")
    }

    /// Reads a finite number.
    static func real(_ text: String, expecting expectation: String) throws(Refusal) -> Double {
        try refuseUnderscores(text)
        guard isDecimal(text), let number = Double(text) else {
            if isNotFinite(text) {
                throw Refusal("'\(text)' is not a finite number; expected \(expectation)")
            }
            throw Refusal("'\(YAMLTree.short(text))' is not a number; expected \(expectation)")
        }
        guard number.isFinite else {
            throw Refusal("\(YAMLTree.short(text)) is beyond the largest number, 1.8e308")
        }
        let digits = text.prefix { $0 != "e" && $0 != "E" }
        if number.magnitude < .leastNormalMagnitude,
            digits.contains(where: { ("1"..."9").contains($0) })
        {
            throw Refusal("\(YAMLTree.short(text)) is closer to zero than 2.2e-308")
        }
        return number == 0 ? 0 : number
    }

    private static func refuseUnderscores(_ text: String) throws(Refusal) {
        guard text.contains("_") else { return }
        let without = text.filter { $0 != "_" }
        if isDecimal(without) {
            throw Refusal("'\(YAMLTree.short(text))': write numbers without '_': \(without)")
        }
    }

    /// Whether a text is `[+-]? digits`.
    static func isInteger(_ text: String) -> Bool {
        let digits =
            text.hasPrefix("-") || text.hasPrefix("+") ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
    }

    private static func hasLeadingZero(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        return digits.count > 1 && digits.first == 48
    }

    /// Whether a text is `[+-]? (digits [. digits*] | . digits) ([eE] [+-]? digits)?`.
    static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                rest.removeFirst()
            }
            let exponent = rest.prefix(while: isDigit)
            guard !exponent.isEmpty else { return false }
            rest = rest.dropFirst(exponent.count)
        }
        return rest.isEmpty
    }

    private static func isNotFinite(_ text: String) -> Bool {
        let word = text.lowercased().drop { $0 == "-" || $0 == "+" || $0 == "." }
        return ["nan", "inf", "infinity"].contains(String(word))
    }
}

extension ParameterType {
    /// What a text of this type must be, in a few words.
    package var expectation: String {
        switch self {
        case .integer(let bounds, let words):
            let range = Self.expectation(of: bounds)
            return words.isEmpty ? range : range + ", or " + Spelling.list(words)
        case .count(let bounds): return Self.expectation(of: bounds) + ", or a share such as 1%"
        case .real(let bounds, let words):
            let range = bounds.expectation
            return words.isEmpty ? range : range + ", or " + Spelling.list(words)
        case .choice(let words): return Spelling.list(words.map(\.name))
        case .flag: return "true or false"
        case .sizes(let bounds, let count, let sign):
            let number =
                count.lowerBound == count.upperBound
                ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            return "\(number) whole numbers from \(bounds.lowerBound) to \(bounds.upperBound), "
                + "joined by '\(sign)'"
        case .text: return "a text"
        case .path: return "a path"
        case .words: return "a list of words"
        case .variant(let variants):
            return "one of the kinds " + Spelling.list(variants.map(\.kind))
        case .any: return "a number, true, false or a text"
        }
    }

    private static func expectation(of bounds: ClosedRange<Int64>) -> String {
        switch (
            bounds.lowerBound <= -DecimalRange.largestUnit,
            bounds.upperBound >= DecimalRange.largestUnit
        ) {
        case (true, true): "a whole number"
        case (false, true): "a whole number, at least \(bounds.lowerBound)"
        case (true, false): "a whole number, at most \(bounds.upperBound)"
        case (false, false): "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        }
    }
}

extension RealBounds {
    /// What a number must be, in a few words.
    package var expectation: String {
        func end(_ number: Double) -> String { Value.real(number).canonicalText }
        var parts: [String] = []
        if lower > -.greatestFiniteMagnitude {
            parts.append((includesLower ? "at least " : "above ") + end(lower))
        }
        if upper < .greatestFiniteMagnitude {
            parts.append((includesUpper ? "at most " : "below ") + end(upper))
        }
        return parts.isEmpty ? "a number" : "a number " + parts.joined(separator: " and ")
    }
}
