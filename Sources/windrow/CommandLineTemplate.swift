import SweepAnswers

/// A command line as the beginning of a sweep: which of its options become parameters.
///
/// Options with a value do (`--lr 0.1`, `--lr=0.1`, `-n 4`, `lr=0.1`), as far as their names can be
/// names of parameters; everything else stays as it is. No shell is involved.
struct CommandLineTemplate {
    /// An option that became a parameter.
    struct Parameter {
        var name: String
        var value: String
        var number: Double? { Double(value).flatMap { $0.isFinite ? $0 : nil } }
    }

    /// The words of `argv`, with `{name}` in the place of values.
    private(set) var words: [String] = []
    private(set) var parameters: [Parameter] = []

    /// Reads a command line.
    init(_ line: String) throws(InputError) {
        let words = try Self.split(line)
        guard !words.isEmpty else {
            throw InputError(
                "--from '': expected a command line such as 'python train.py --lr 0.1'")
        }
        var next = 0
        // Assignments before the program are for its environment.
        if Self.assignment(words[0]) != nil { self.words = ["env"] }
        while next < words.count, Self.assignment(words[next]) != nil {
            self.words.append(Self.literal(words[next]))
            next += 1
        }
        guard next < words.count else {
            throw InputError("--from '\(line)': there is no program behind the assignments")
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
    private mutating func take(_ option: String, _ value: String, isShort: Bool) -> String? {
        let name = String(option.drop { $0 == "-" })
        let isName =
            name.utf8.first.map { (65...90).contains($0) || (97...122).contains($0) } == true
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                    || $0 == 45 || $0 == 95
            }
        func folded(_ name: String) -> String { name.lowercased().replacing("-", with: "_") }
        guard isName, !value.isEmpty, value.utf8.count <= 4096,
            !value.contains(where: \.isNewline), !isShort || Double(value) != nil,
            folded(name) != "argv", !parameters.contains(where: { folded($0.name) == folded(name) })
        else { return nil }
        parameters.append(Parameter(name: name, value: value))
        return name
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
    private static func split(_ line: String) throws(InputError) -> [String] {
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
                    "--from: '\(character)' means something to a shell, and none is involved; put "
                        + "the line into a script, or write --from \"sh -c '…'\"")
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else {
            throw InputError("--from: a quote is not closed, or the line ends in '\\'")
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
                axes.append("  \(name): {range: [\(seed), \(seed + 3)]}   # three repetitions")
            } else if name == tuned, let number = parameter.number {
                axes.append(
                    "  \(name): {log: [\(Self.shifted(number, -1)), \(Self.shifted(number, 1)), 3]}"
                        + "   # around \(parameter.value)")
            } else {
                let isNumber = Int(parameter.value) != nil || parameter.number != nil
                let text = isNumber ? parameter.value : SweepFileText.scalar(parameter.value)
                fixed.append("  \(name): \(text)")
            }
        }
        var lines = ["fixed:   # one value for all trials; move what should vary to axes"] + fixed
        if axes.isEmpty {
            lines += ["# axes:   # every combination is a trial", "#   NAME: [1, 2, 3]"]
        } else {
            lines += ["axes:   # every combination is a trial"] + axes
        }
        return lines
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
