import SweepCore

extension ParameterType {
    /// What may be assigned, in a few words.
    var summary: String {
        switch self {
        case .integer(let bounds, let words):
            (["integer" + Self.interval(bounds)] + words).joined(separator: " or ")
        case .count(let bounds): "integer\(Self.interval(bounds)) or percent"
        case .real(let bounds, let words):
            (["real" + Self.interval(bounds)] + words).joined(separator: " or ")
        case .choice: "one of"
        case .flag: "true or false"
        case .sizes(_, let count, let sign):
            "\(count.lowerBound == count.upperBound ? "\(count.lowerBound) " : "")sizes, joined by \(sign)"
        case .text: "text"
        case .path: "file"
        case .words: "list of words"
        case .variant: "kind"
        case .any: "any"
        }
    }

    /// Whole numbers that a sweep file can hold at all need no bound.
    private static let widest: Int64 = 1 << 53 - 1

    private static func interval(_ bounds: ClosedRange<Int64>) -> String {
        switch (bounds.lowerBound > -widest, bounds.upperBound < widest) {
        case (true, true): " \(bounds.lowerBound) … \(bounds.upperBound)"
        case (true, false): " ≥ \(bounds.lowerBound)"
        case (false, true): " ≤ \(bounds.upperBound)"
        case (false, false): ""
        }
    }

    private static func interval(_ bounds: RealBounds) -> String {
        var ends: [String] = []
        if bounds.lower > -.greatestFiniteMagnitude {
            ends.append(
                (bounds.includesLower ? "≥ " : "> ") + Value.real(bounds.lower).canonicalText)
        }
        if bounds.upper < .greatestFiniteMagnitude {
            ends.append(
                (bounds.includesUpper ? "≤ " : "< ") + Value.real(bounds.upper).canonicalText)
        }
        return ends.isEmpty ? "" : " " + ends.joined(separator: ", ")
    }
}

extension Parameter.Fallback {
    /// What holds when a sweep file does not say, in a few words.
    var summary: String {
        switch self {
        case .required: "required"
        case .value(let value): value.canonicalText
        case .derived(let rule): rule
        }
    }
}
