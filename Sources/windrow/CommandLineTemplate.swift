import Experiments
import SweepAnswers
import SweepCore

/// A command line as the beginning of a sweep: which of its options become parameters.
///
/// Options with a value do (`--lr 0.1`, `--lr=0.1`, `-n 4`, `lr=0.1`), as far as their names can be
/// names of parameters; everything else stays as it is. No shell is involved.
struct CommandLineTemplate {
    /// An option that became a parameter.
    struct Parameter {
        var name: String
        var value: String
        /// What the program says of it; empty when it was not asked.
        var note = ""
        var number: Double? { Double(value).flatMap { $0.isFinite ? $0 : nil } }
    }

    /// The words of `argv`, with `{name}` in the place of values.
    private(set) var words: [String] = []
    private(set) var parameters: [Parameter] = []
    /// The command line itself, word by word.
    private(set) var program: [String] = []
    /// What else the program takes, as comments.
    private var others: [String] = []

    /// Reads a command line.
    ///
    /// - Parameter option: the option that it is the value of, for messages.
    init(_ line: String, option: String = "--from") throws(InputError) {
        let words = try Self.split(line, option)
        guard !words.isEmpty else {
            throw InputError(
                "\(option) '': expected a command line such as 'python train.py --lr 0.1'")
        }
        program = (Self.assignment(words[0]) == nil ? [] : ["env"]) + words
        var next = 0
        // Assignments before the program are for its environment.
        if Self.assignment(words[0]) != nil { self.words = ["env"] }
        while next < words.count, Self.assignment(words[next]) != nil {
            self.words.append(Self.literal(words[next]))
            next += 1
        }
        guard next < words.count else {
            throw InputError("\(option) '\(line)': there is no program behind the assignments")
        }
        self.words.append(Self.literal(words[next]))
        next += 1
        while next < words.count {
            let word = words[next]
            next += 1
            if let equals = word.firstIndex(of: "=") {
                let name = String(word[..<equals])
                let value = String(word[word.index(after: equals)...])
                if let parameter = take(name, value, isShort: false) {
                    self.words.append("\(Self.literal(name))={\(parameter)}")
                    continue
                }
            } else if word.hasPrefix("-"), next < words.count, Self.isValue(words[next]),
                let parameter = take(word, words[next], isShort: !word.hasPrefix("--"))
            {
                self.words += [Self.literal(word), "{\(parameter)}"]
                next += 1
                continue
            }
            self.words.append(Self.literal(word))
        }
    }

    /// Whether a word is an option's value: no option itself, as `--lr` and `lr=0.1` are, though it
    /// may be a negative number.
    private static func isValue(_ word: String) -> Bool {
        if Double(word) != nil { return true }
        let head = word.prefix { $0 != "=" }
        return !word.hasPrefix("-")
            && (head.count == word.count || !head.allSatisfy { $0.isLetter || $0 == "_" })
    }

    /// Makes a parameter of an option; nil when it cannot be one.
    ///
    /// - Parameter isShort: whether it has one dash, as `-m module` has: then only a number is a
    ///   parameter.
    private mutating func take(
        _ option: String, _ value: String, isShort: Bool, note: String = ""
    ) -> String? {
        let name = String(option.drop { $0 == "-" }).replacing(".", with: "-")
        let isName =
            name.utf8.first.map { (65...90).contains($0) || (97...122).contains($0) } == true
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || $0 == 45 || $0 == 95
            }
        guard isName, !value.isEmpty, value.utf8.count <= 4096,
            !value.contains(where: \.isNewline), !isShort || Double(value) != nil,
            Self.folded(name) != "argv",
            !parameters.contains(where: { Self.folded($0.name) == Self.folded(name) })
        else { return nil }
        parameters.append(Parameter(name: name, value: value, note: note))
        return name
    }

    /// A name without what programs take for the same.
    private static func folded(_ name: String) -> String {
        name.lowercased().replacing("-", with: "_")
    }

    // MARK: What the program lists

    /// Makes parameters of the options that a program lists, and comments of the rest.
    ///
    /// An option becomes a parameter when the listing says what it is without being given, or which
    /// words it may be; then it stands there with the former, or the first of the latter.
    ///
    /// - Returns: names of options that the program wants, and for which there is no value.
    mutating func add(_ listing: HelpListing) -> [String] {
        var missing: [String] = []
        for option in listing.options where !isGiven(option) {
            let value = option.standard ?? option.choices.first
            let isSingle =
                !option.isFlag && !option.takesSeveral && value?.hasPrefix("[") == false
                && value?.hasPrefix("(") == false
            if let value, isSingle,
                let name = take(option.name, value, isShort: false, note: Self.note(option))
            {
                words +=
                    option.name.count > 2
                    ? ["\(option.name)={\(name)}"] : [option.name, "{\(name)}"]
                continue
            }
            if option.isRequired { missing.append(option.name) }
            let usage = ([option.name] + (option.metavar.map { [$0] } ?? [])).joined(separator: " ")
            let said = [option.isRequired ? "required" : "", Self.note(option)]
            others.append(
                ([usage] + said.filter { !$0.isEmpty }).joined(separator: "   ").onOneLine)
        }
        return missing
    }

    /// Whether the line itself has an option.
    private func isGiven(_ option: HelpListing.Option) -> Bool {
        option.names.contains { name in
            program.contains { $0 == name || $0.hasPrefix(name + "=") }
        }
    }

    /// The words that an option may be, and what it is for, on one line.
    private static func note(_ option: HelpListing.Option) -> String {
        let choices = option.choices.isEmpty ? "" : Spelling.list(option.choices)
        let text = [choices, option.help].filter { !$0.isEmpty }.joined(separator: ": ").onOneLine
        return text.count > 90 ? text.prefix(89) + "…" : text
    }

    private static func assignment(_ word: String) -> String? {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex,
            word[..<equals].utf8.allSatisfy({
                (65...90).contains($0) || (48...57).contains($0) || $0 == 95
            })
        else { return nil }
        return String(word[..<equals])
    }

    /// A word that stays as it is: braces stand for themselves.
    private static func literal(_ word: String) -> String {
        word.replacing("{", with: "{{").replacing("}", with: "}}")
    }

    /// The words of a line as a shell takes them, without anything that only a shell can do.
    private static func split(
        _ line: String, _ option: String
    ) throws(InputError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\", open == "\"" {
                    isEscaped = true
                } else {
                    word = (word ?? "") + String(character)
                }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == "\\" {
                isEscaped = true
            } else if character.isWhitespace {
                if let found = word { words.append(found) }
                word = nil
            } else if "|&;<>$`()".contains(character) {
                throw InputError(
                    "\(option): '\(character)' means something to a shell, and none is involved; put "
                        + "the line into a script, or write \(option) \"sh -c '…'\"")
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else {
            throw InputError("\(option): a quote is not closed, or the line ends in '\\'")
        }
        if let found = word { words.append(found) }
        return words
    }

    // MARK: The sweep

    /// The lines of a sweep file from `fixed` to `axes`.
    var lines: [String] {
        var fixed = ["  argv: [\(words.map(SweepFileText.scalar).joined(separator: ", "))]"]
        var axes: [String] = []
        let tuned = tunedName
        for parameter in parameters {
            let name = parameter.name
            if Self.isSeed(name), let seed = Int(parameter.value), (0...1_000_000).contains(seed) {
                axes.append(
                    "  \(name): {range: [\(seed), \(seed + 3)]}   # three repetitions"
                        + Self.comment(parameter.note, behind: "; "))
            } else if name == tuned, let number = parameter.number {
                axes.append(
                    "  \(name): {log: [\(Self.shifted(number, -1)), \(Self.shifted(number, 1)), 3]}"
                        + "   # around \(parameter.value)"
                        + Self.comment(parameter.note, behind: "; "))
            } else {
                let isNumber = Int(parameter.value) != nil || parameter.number != nil
                let text = isNumber ? parameter.value : SweepFileText.scalar(parameter.value)
                fixed.append("  \(name): \(text)" + Self.comment(parameter.note))
            }
        }
        if !others.isEmpty {
            fixed.append(
                "# The program takes these, too: add them to argv, with a value here or on an axis."
            )
            fixed += others.map { "#   \($0)" }
        }
        var lines = ["fixed:   # one value for all trials; move what should vary to axes"] + fixed
        if axes.isEmpty {
            lines += ["# axes:   # every combination is a trial", "#   NAME: [1, 2, 3]"]
        } else {
            lines += ["axes:   # every combination is a trial"] + axes
        }
        return lines
    }

    private static func comment(_ note: String, behind sign: String = "   # ") -> String {
        note.isEmpty ? "" : sign + note
    }

    private static func isSeed(_ name: String) -> Bool {
        let name = name.lowercased().replacing("_", with: "-")
        return name == "seed" || name.hasSuffix("-seed") || name == "random-state"
    }

    /// The parameter that is varied first: a learning rate by its name, or else the first number
    /// with a fraction.
    private var tunedName: String? {
        let candidates = parameters.filter { ($0.number ?? 0) > 0 && !Self.isSeed($0.name) }
        let rates = ["lr", "learning-rate", "step-size", "eta", "alpha", "gamma"]
        return
            (candidates.first { rates.contains($0.name.lowercased().replacing("_", with: "-")) }
            ?? candidates.first { Int($0.value) == nil })?.name
    }

    /// A number with its decimal point moved, exactly.
    private static func shifted(_ number: Double, _ places: Int) -> Double {
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e") else {
            return Double("\(text)e\(places)") ?? number
        }
        let power = Int(text[text.index(after: exponent)...]) ?? 0
        return Double("\(text[..<exponent])e\(power + places)") ?? number
    }
}
