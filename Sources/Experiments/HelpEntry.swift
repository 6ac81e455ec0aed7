/// An option of a listing, as far as it has been read.
struct HelpEntry {
    private(set) var option: HelpListing.Option
    private let indent: Int
    /// Where its description begins, once that is known.
    private var column: Int?
    private var description: String

    /// Reads the line on which an option stands; nil when it is none.
    init?(_ line: HelpLine) {
        var rest = line.content
        var indent = line.indent
        var isMarked = false
        if line.isFramed, rest.hasPrefix("*") {
            rest = rest.dropFirst().drop { $0 == " " }
            isMarked = true
            // The mark has a column of its own.
            indent = 0
        }
        guard let names = HelpNames(&rest, isFramed: line.isFramed) else { return nil }
        self.indent = indent
        let words = rest.drop { $0 == " " }
        column = words.isEmpty ? nil : line.indent + line.content.count - words.count
        description = String(words)
        option = HelpListing.Option(
            names: names.names, metavar: names.metavar,
            isFlag: names.isNegatable || names.metavar == nil && !names.isTold,
            takesSeveral: names.takesSeveral, standard: nil, choices: [], isRequired: isMarked,
            help: "")
        settle()
    }

    /// Whether a line goes on with the description.
    func continues(on line: HelpLine) -> Bool {
        guard line.indent > indent else { return false }
        guard line.content.hasPrefix("-") || line.isFramed && line.content.hasPrefix("* ") else {
            return true
        }
        return column.map { line.indent >= $0 } ?? (line.indent > indent + 4)
    }

    mutating func append(_ line: HelpLine) {
        column = column ?? line.indent
        description += (description.isEmpty ? "" : " ") + line.content
        settle()
    }

    /// Reads what the description says of the value.
    private mutating func settle() {
        var said = HelpDescription(description)
        if let metavar = option.metavar, let words = HelpDescription.alternatives(metavar) {
            said.choices = words
        }
        option.choices = option.isFlag ? [] : said.choices
        option.standard = said.standard
        if said.isRequired { option.isRequired = true }
        option.help = said.help
    }
}

/// The names of an option and what stands for its value: `-b N, --batch-size N`.
struct HelpNames {
    private(set) var names: [String] = []
    private(set) var metavar: String?
    /// Whether it has a form that says no: `--[no]shuffle`, `--shuffle / --no-shuffle`.
    private(set) var isNegatable = false
    /// Whether it has a value that has no name: `--lr: the rate`.
    private(set) var isTold = false
    private(set) var takesSeveral = false

    /// Takes names and values from the front of a line; nil when no option stands there.
    init?(_ rest: inout Substring, isFramed: Bool) {
        while let name = Self.name(&rest) {
            if name.isNegatable || name.text.hasPrefix("--no-") && !names.isEmpty {
                isNegatable = true
            }
            names.append(name.text)
            if rest.first == ":" {
                rest = rest.dropFirst().drop { $0 == " " }
                isTold = true
                // The words that it may be stand between its name and its description.
                if rest.hasPrefix("<"), let end = rest.range(of: ">:") {
                    metavar = String(rest[..<end.lowerBound]) + ">"
                    rest = rest[end.upperBound...].drop { $0 == " " }
                }
                return
            }
            takeValue(&rest)
            guard Self.skipsToName(&rest, isFramed: isFramed) else { break }
        }
        guard !names.isEmpty else { return nil }
        if isFramed, metavar == nil { takeFramedValue(&rest) }
    }

    private static func name(_ rest: inout Substring) -> (text: String, isNegatable: Bool)? {
        var text = rest
        let dashes = text.prefix { $0 == "-" }.count
        guard (1...2).contains(dashes) else { return nil }
        text = text.dropFirst(dashes)
        var isNegatable = false
        for mark in ["[no-]", "[no]"] where text.hasPrefix(mark) {
            text = text.dropFirst(mark.count)
            isNegatable = true
        }
        guard let first = text.first, first.isLetter || first.isNumber || first == "?" else {
            return nil
        }
        var word = text.prefix {
            $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." || $0 == "?"
        }
        while word.last == "." { word.removeLast() }
        // A number below zero is no option, and a dash with a word behind it may be an item.
        guard Double("-" + word) == nil else { return nil }
        // `--verbose...` may be given several times.
        rest = text.dropFirst(word.count).drop { $0 == "." }
        return (String(repeating: "-", count: dashes) + word, isNegatable)
    }

    /// `=NUM`, `[=NUM]`, ` NUM`, ` {a,b}`, ` INTEGER RANGE`, ` N [N ...]`.
    private mutating func takeValue(_ rest: inout Substring) {
        if rest.hasPrefix("[=") {
            metavar = String(Self.token(&rest).dropFirst(2).dropLast())
        } else if rest.first == "=" {
            rest = rest.dropFirst()
            metavar = String(Self.token(&rest))
        } else if rest.first == " ", let next = rest.dropFirst().first, !" -/|,(".contains(next) {
            rest = rest.dropFirst()
            takeWords(&rest)
        }
    }

    /// The words that stand for a value or for several, with single blanks between them.
    private mutating func takeWords(_ rest: inout Substring) {
        var words = [String(Self.token(&rest))]
        while rest.first == " ", let next = rest.dropFirst().first, next != " " {
            var ahead = rest.dropFirst()
            let word = Self.token(&ahead)
            let isMore =
                "[{<.".contains(next)
                || word.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
                    && word.contains(where: \.isUppercase)
            guard isMore else { break }
            words.append(String(word))
            rest = ahead
        }
        metavar = words.joined(separator: " ")
        let isRange = words.count == 2 && words[1] == "RANGE"
        takesSeveral = words.count > 1 && !isRange || words.contains { $0.hasSuffix("...") }
    }

    /// Up to a blank or a comma that is not within brackets.
    private static func token(_ rest: inout Substring) -> Substring {
        var depth = 0
        let word = rest.prefix { character in
            if "[{<(".contains(character) { depth += 1 }
            if "]}>)".contains(character) { depth -= 1 }
            return depth > 0 || !(character == " " || character == ",")
        }
        // A bracket that is not closed holds nothing together.
        let taken = depth > 0 ? rest.prefix { $0 != " " && $0 != "," } : word
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// `, --lr`, ` / --no-x`, `/--no-x`, ` | --lr`, and within a frame blanks.
    private static func skipsToName(_ rest: inout Substring, isFramed: Bool) -> Bool {
        let start = rest.drop { $0 == " " }
        var next = start
        if let sign = next.first, ",/|".contains(sign) {
            next = next.dropFirst().drop { $0 == " " }
        } else if !isFramed {
            return false
        }
        guard next.first == "-" else { return false }
        rest = next
        return true
    }

    /// A frame's column of types: `FLOAT`, `[mlp|cnn]`.
    private mutating func takeFramedValue(_ rest: inout Substring) {
        var next = rest.drop { $0 == " " }
        guard let first = next.first, first.isUppercase || "[{<".contains(first) else { return }
        let before = next
        takeWords(&next)
        let isType =
            next.isEmpty
            || next.hasPrefix("  ")
                && metavar?.contains(where: \.isLowercase) == false
            || metavar.flatMap(HelpDescription.alternatives) != nil
        if isType {
            rest = next
        } else {
            rest = before
            metavar = nil
            takesSeveral = false
        }
    }
}
