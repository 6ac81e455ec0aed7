import SweepCore

/// Reads the JSON that programs print: objects of scalars, in the order of their keys.
///
/// Whole numbers and reals are kept apart, and `NaN`, `Infinity` and `-Infinity`, which Python
/// prints, are numbers.
struct JSONReader {
    /// What is wrong with a text.
    struct Problem: Error {
        let text: String
    }

    private let bytes: [UInt8]
    private var position = 0

    /// Reads a text.
    init(_ text: String) { bytes = Array(text.utf8) }

    /// Reads UTF-8.
    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Reads the whole text as one object; a key with `null` has no value.
    mutating func object() throws(Problem) -> [(key: String, value: Value?)] {
        var members: [(key: String, value: Value?)] = []
        var keys = Set<String>()
        try expect("{")
        if !skip("}") {
            repeat {
                skipSpace()
                let key = try string()
                guard keys.insert(key).inserted else {
                    throw Problem(text: "the key '\(key)' stands twice")
                }
                try expect(":")
                members.append((key, try scalar(of: key)))
            } while skip(",")
            try expect("}")
        }
        try expectEnd()
        return members
    }

    /// Reads the whole text as one array of strings.
    mutating func strings() throws(Problem) -> [String] {
        var words: [String] = []
        try expect("[")
        if !skip("]") {
            repeat {
                skipSpace()
                words.append(try string())
            } while skip(",")
            try expect("]")
        }
        try expectEnd()
        return words
    }

    /// Reads a number, `true` or `false` as a program in any language may print it; nil for any
    /// other text.
    static func scalar(_ text: String) -> Value? {
        if let integer = Int64(text) { return .integer(integer) }
        switch text {
        case "true", "True", "TRUE": return .flag(true)
        case "false", "False", "FALSE": return .flag(false)
        case "NaN", "nan", "-nan", "NAN": return .real(.nan)
        case "Infinity", "inf", "Inf", "+inf", "+Infinity": return .real(.infinity)
        case "-Infinity", "-inf", "-Inf": return .real(-.infinity)
        default:
            let isDecimal = text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "e"), UInt8(ascii: "E"):
                    true
                default: false
                }
            }
            return isDecimal ? Double(text).map { .real($0) } : nil
        }
    }

    private mutating func scalar(of key: String) throws(Problem) -> Value? {
        skipSpace()
        guard position < bytes.count else { throw unexpected("a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw Problem(
                text:
                    "'\(key)' is \(bytes[position] == UInt8(ascii: "{") ? "an object" : "a list");"
                    + " expected a number, true, false or a text")
        default: break
        }
        let start = position
        while position < bytes.count, !Self.endsScalar(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if word == "null" || word == "None" { return nil }
        guard let value = Self.scalar(word) else {
            throw Problem(
                text: "'\(key)' is \(word.isEmpty ? "missing" : word); "
                    + "expected a number, true, false or a text in quotes")
        }
        return value
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "),
            UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"), UInt8(ascii: "\""):
            true
        default: false
        }
    }

    private mutating func string() throws(Problem) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw unexpected("a text in quotes")
        }
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
        throw Problem(text: "a text has no closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        guard position < bytes.count else { throw unexpected("an escape") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text.append(contentsOf: try unicodeEscape().utf8)
        default: throw Problem(text: "'\\\(Character(UnicodeScalar(byte)))' is no escape")
        }
    }

    /// The character of `\uXXXX`, or of two of them that are a surrogate pair.
    private mutating func unicodeEscape() throws(Problem) -> String {
        var units = [try unit()]
        if units[0] & 0xFC00 == 0xD800, position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            units.append(try unit())
        }
        return String(decoding: units, as: UTF16.self)
    }

    private mutating func unit() throws(Problem) -> UInt16 {
        let end = min(position + 4, bytes.count)
        let digits = String(decoding: bytes[position..<end], as: UTF8.self)
        guard end - position == 4, digits.utf8.first != UInt8(ascii: "+"),
            let unit = UInt16(digits, radix: 16)
        else { throw Problem(text: "'\\u\(digits)' is no escape") }
        position = end
        return unit
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            default: return
            }
        }
    }

    private mutating func skip(_ scalar: UnicodeScalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ scalar: UnicodeScalar) throws(Problem) {
        guard skip(scalar) else { throw unexpected("'\(scalar)'") }
    }

    private mutating func expectEnd() throws(Problem) {
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end") }
    }

    private func unexpected(_ expected: String) -> Problem {
        let rest = String(decoding: bytes[min(position, bytes.count)...].prefix(20), as: UTF8.self)
        return Problem(
            text: "expected \(expected), "
                + (rest.isEmpty ? "but it ends there" : "got '\(rest)'"))
    }
}
