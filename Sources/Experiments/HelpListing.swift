/// The options that a program lists when it is asked for `--help`.
///
/// Listings have no grammar; this reads what argparse, click, typer, absl, Swift's ArgumentParser,
/// clap, Go's flag and pflag, docopt and programs with `getopt` print: lines that begin with an
/// option, what stands beside it, and lines that are further to the right.
package struct HelpListing: Sendable, Hashable {
    /// One option.
    package struct Option: Sendable, Hashable {
        /// All its names, as they are typed: `-b`, `--batch-size`.
        package var names: [String]
        /// What stands for its value: `FLOAT`, `{a,b}`; nil when the listing shows none.
        package var metavar: String?
        /// Whether it takes no value.
        package var isFlag: Bool
        /// Whether it takes several values, each a word of its own.
        package var takesSeveral: Bool
        /// The value that holds without it; nil when the listing names none.
        package var standard: String?
        /// The words that it may be; empty when the listing names none.
        package var choices: [String]
        /// Whether the program wants it.
        package var isRequired: Bool
        /// What it is for, in the program's words, on one line.
        package var help: String

        /// The name by which it is known: the first long one, if there is one.
        package var name: String { names.first { $0.hasPrefix("--") } ?? names[0] }
    }

    /// The options in the order of the listing, each once, without those for help and the version.
    package private(set) var options: [Option] = []

    /// Reads a listing; what is none has no options.
    package init(_ text: String) {
        var usage = HelpUsage()
        var entries: [HelpEntry] = []
        var isInEntry = false
        for line in HelpLine.all(in: text) {
            if usage.takes(line) {
                isInEntry = false
                continue
            }
            if line.isBlank { continue }
            if let last = entries.last, isInEntry, last.continues(on: line) {
                entries[entries.count - 1].append(line)
            } else if let entry = HelpEntry(line) {
                entries.append(entry)
                isInEntry = true
            } else {
                isInEntry = false
            }
        }
        var seen: Set<String> = []
        for entry in entries {
            var option = entry.option
            guard Set(option.names).isDisjoint(with: Self.ownNames),
                option.names.allSatisfy({ !seen.contains($0) })
            else { continue }
            seen.formUnion(option.names)
            option.isRequired =
                option.isRequired || option.names.contains(where: usage.wants)
            options.append(option)
        }
    }

    /// Options that are about the listing itself, or the program.
    private static let ownNames: Set<String> = [
        "--help", "-h", "-?", "--helpfull", "--helpshort", "--helpxml", "--help-hidden",
        "--version", "--install-completion", "--show-completion", "--generate-completion-script",
    ]
}

/// A line of a listing, without colours, and without a frame around it.
struct HelpLine {
    /// Columns before the first character.
    var indent: Int
    /// The rest, without blanks at its end.
    var content: Substring
    /// Whether it stood within a frame, where columns are farther apart.
    var isFramed: Bool

    var isBlank: Bool { content.isEmpty }

    static func all(in text: String) -> [HelpLine] {
        let plain = text.replacing(/\u{1b}\[[0-9;?]*[A-Za-z]/, with: "")
        return plain.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            HelpLine($0)
        }
    }

    private init(_ line: Substring) {
        var text = ""
        var isFramed = false
        for character in line {
            switch character {
            case "\t": text += String(repeating: " ", count: 8 - text.count % 8)
            case "│", "┃", "║":
                isFramed = true
                text += " "
            // The upper and lower edge, with a title in it.
            case "╭", "╰", "┌", "└", "┏", "┗":
                self.init(indent: 0, content: "", isFramed: true)
                return
            default: text.append(character)
            }
        }
        var content = text[...]
        while content.last?.isWhitespace == true { content.removeLast() }
        let indent = content.prefix { $0.isWhitespace }.count
        self.init(indent: indent, content: content.dropFirst(indent), isFramed: isFramed)
    }

    private init(indent: Int, content: Substring, isFramed: Bool) {
        self.indent = indent
        self.content = content
        self.isFramed = isFramed
    }
}

/// The block of a listing that opens with `usage:`.
struct HelpUsage {
    private var text = ""
    private var isOpen = false

    /// Takes a line that belongs to the block, up to a blank line or one that is not indented.
    ///
    /// Programs with `getopt` list their options right below it; what argparse wraps is aligned
    /// behind the word.
    mutating func takes(_ line: HelpLine) -> Bool {
        let start = line.content.prefix(6).lowercased()
        if start == "usage:" {
            isOpen = true
            text += " " + line.content.dropFirst(6)
            return true
        }
        let isOption = line.content.hasPrefix("-") && line.indent < 7
        guard isOpen, !line.isBlank, line.indent > 0, !isOption else {
            isOpen = false
            return false
        }
        text += " " + line.content
        return true
    }

    /// Whether an option stands there outside of brackets.
    func wants(_ name: String) -> Bool {
        var depth = 0
        var word = ""
        for character in text + " " {
            switch character {
            case "[", "(": depth += 1
            case "]", ")": depth -= 1
            case _ where character.isLetter || character.isNumber || "-_.".contains(character):
                if depth == 0 { word.append(character) }
                continue
            default: break
            }
            if word == name { return true }
            word = ""
        }
        return false
    }
}
