extension Value {
    /// The text that stands for the value in a trial's canonical form, whatever its type.
    ///
    /// Equal numbers have equal text, so an integer and a real parameter agree on `1`; a real is
    /// otherwise the shortest decimal that reads back as the same double (Python's `repr`).
    package var canonicalText: String {
        switch self {
        case .integer(let number): String(number)
        case .real(let number):
            if let whole = Value.whole(number) { String(whole) } else { description }
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// Whether two values have the same canonical text, and so name the same trial.
    package func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a == b
        case (.real(let a), .real(let b)): a == b || (a.isNaN && b.isNaN)
        case (.text(let a), .text(let b)): a == b
        case (.flag(let a), .flag(let b)): a == b
        default: canonicalText == other.canonicalText
        }
    }

    /// The whole number that a double stands for, up to where `repr` takes to exponents.
    static func whole(_ number: Double) -> Int64? {
        guard abs(number) < 1e16, number.rounded(.towardZero) == number else {
            return nil
        }
        return Int64(number)
    }
}

extension Optional<Value> {
    /// Whether both are absent, or both are the same value.
    package func isSame(as other: Value?) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let a?, let b?): a.isSame(as: b)
        default: false
        }
    }
}

/// A value as a key: equal where the canonical texts are.
struct ValueKey: Hashable {
    private enum Content: Hashable {
        case integer(Int64)
        case real(Double)
        case text(String)
    }
    private let content: Content

    init(_ value: Value) {
        switch value {
        case .integer(let number): content = .integer(number)
        case .real(let number):
            content = Value.whole(number).map(Content.integer) ?? .real(number)
        case .flag(let flag): content = .text(flag ? "true" : "false")
        case .text(let text): content = ValueKey.key(ofText: text)
        }
    }

    /// A text that is the canonical text of a number must meet that number.
    private static func key(ofText text: String) -> Content {
        guard let first = text.utf8.first, (48...57).contains(first) || first == 45 else {
            return .text(text)
        }
        if let number = Int64(text), Value.integer(number).canonicalText == text {
            return .integer(number)
        }
        if let number = Double(text), number.isFinite, Value.real(number).canonicalText == text {
            return .real(number)
        }
        return .text(text)
    }
}
