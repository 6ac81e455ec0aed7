import SweepCore

/// A word of `argv` with `{name}` placeholders; `{{` and `}}` stand for braces.
struct CommandTemplate {
    private enum Part {
        case text(String)
        case parameter(String)
    }

    private let word: String
    private var parts: [Part] = []

    /// Reads a word.
    ///
    /// - Throws: a permanent `TrialFailure` when braces do not match.
    init(_ word: String) throws(TrialFailure) {
        self.word = word
        var text = ""
        var rest = word.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                text.unicodeScalars.append(scalar)
                rest.removeFirst()
            case "{":
                let name = String(rest.prefix { $0 != "}" && $0 != "{" })
                rest.removeFirst(name.unicodeScalars.count)
                guard rest.popFirst() == "}", !name.isEmpty else {
                    throw Self.unmatched(word, "{", "a placeholder is {name}")
                }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.parameter(name))
            case "}": throw Self.unmatched(word, "}", "no { is open")
            default: text.unicodeScalars.append(scalar)
            }
        }
        if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
    }

    /// The word itself when it has no placeholders.
    var constant: String? {
        guard parts.count == 1, case .text(let text) = parts[0] else { return nil }
        return text
    }

    /// Looks for names that are no parameters.
    ///
    /// - Throws: a permanent `TrialFailure` that names what is known.
    func check(against parameters: [String]) throws(TrialFailure) {
        let known = parameters.filter { $0 != "argv" }
        let headers = known.map { Column(name: $0, type: .any, fallback: nil).header }
        for case .parameter(let name) in parts
        where !known.contains(name) && !headers.contains(name) {
            throw unknown(name, known)
        }
    }

    /// The word with each placeholder replaced by the trial's value; empty where a parameter does
    /// not apply.
    ///
    /// - Throws: a permanent `TrialFailure` when a parameter is not known.
    func filled(from trial: Trial) throws(TrialFailure) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .parameter(let name):
                let found = trial.columns.all.firstIndex { column in
                    column.name != "argv" && (column.name == name || column.header == name)
                }
                guard let found else {
                    throw unknown(
                        name, trial.columns.all.map(\.name).filter { $0 != "argv" })
                }
                result += trial.values[found]?.description ?? ""
            }
        }
        return result
    }

    private func unknown(_ name: String, _ names: [String]) -> TrialFailure {
        let known =
            names.isEmpty
            ? "the sweep has no parameters" : "parameters are \(names.joined(separator: ", "))"
        return TrialFailure(
            "argv: '\(word)' names the unknown parameter '\(name)'; \(known). "
                + "For braces as they are, write {{ and }}", isPermanent: true)
    }

    private static func unmatched(
        _ word: String, _ brace: String, _ expected: String
    ) -> TrialFailure {
        TrialFailure(
            "argv: '\(word)' has a '\(brace)' that does not match: \(expected). "
                + "For braces as they are, write {{ and }}", isPermanent: true)
    }
}

extension CommandTemplate {
    /// The words of `argv`: a JSON array of strings.
    static func words(_ value: Value) throws(TrialFailure) -> [String] {
        var reader = JSONReader(value.description)
        let words: [String]
        do {
            words = try reader.strings()
        } catch {
            throw TrialFailure(
                "argv: expected a list of words such as [python3, train.py, \"--seed={seed}\"], "
                    + "got \(value.description)", isPermanent: true)
        }
        guard let first = words.first, !first.isEmpty else {
            throw TrialFailure(
                "argv: the list of words is empty; its first word is the program",
                isPermanent: true)
        }
        if words.contains(where: { $0.utf8.contains(0) }) {
            throw TrialFailure("argv: a word holds a zero byte", isPermanent: true)
        }
        return words
    }
}
