import SweepCore
import SweepStore

/// A condition on results rows: `step_size<0.1 and method=econtrol`.
///
/// `or` binds weaker than `and`; parentheses group. Operators are `=`, `!=`, `<`, `<=`, `>` and `>=`.
/// A number is compared as a number where the cell is one, anything else as text, by its bytes. An
/// empty cell meets `column=''` and every `!=` to a value, and nothing else. NaN is only equal to NaN.
indirect enum ResultsFilter {
    case comparison(column: Int, Operator, literal: String, number: Double?)
    case both(ResultsFilter, ResultsFilter)
    case either(ResultsFilter, ResultsFilter)

    enum Operator: String, CaseIterable {
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case notEqual = "!="
        case equal = "="
        case less = "<"
        case greater = ">"
    }

    /// Reads a condition on the columns of a table.
    init(_ text: String, _ table: ResultsTable) throws(InputError) {
        var parser = try Parser(text, table)
        self = try parser.alternatives()
        try parser.expectEnd()
    }

    /// Whether a row meets it.
    func matches(_ table: ResultsTable, row: Int) -> Bool {
        matches { table.text(row: row, column: $0) }
    }

    /// Whether a row meets it, of which a closure tells the cells by the positions of columns.
    func matches(_ text: (Int) -> String?) -> Bool {
        switch self {
        case .both(let left, let right): return left.matches(text) && right.matches(text)
        case .either(let left, let right): return left.matches(text) || right.matches(text)
        case .comparison(let column, let comparison, let literal, let number):
            guard let cell = text(column) else {
                switch comparison {
                case .equal: return literal.isEmpty
                case .notEqual: return !literal.isEmpty
                default: return false
                }
            }
            if let number, let value = cell == "NaN" ? .nan : Double(cell) {
                let isEqual = value == number || value.isNaN && number.isNaN
                switch comparison {
                case .equal: return isEqual
                case .notEqual: return !isEqual
                case .less: return value < number
                case .lessOrEqual: return value <= number
                case .greater: return value > number
                case .greaterOrEqual: return value >= number
                }
            }
            // An empty literal stands for no value.
            switch comparison {
            case .equal: return !literal.isEmpty && cell == literal
            case .notEqual: return literal.isEmpty || cell != literal
            case .less: return cell < literal
            case .lessOrEqual: return cell <= literal
            case .greater: return cell > literal
            case .greaterOrEqual: return cell >= literal
            }
        }
    }

    /// The position of a column, by its name in the file or in the sweep file.
    static func column(_ name: String, in table: ResultsTable) throws(InputError) -> Int {
        let header = name.replacing("-", with: "_").replacing(".", with: "_")
        if let place = table.position(of: name) ?? table.position(of: header) { return place }
        throw InputError(unknown(name, among: table.columns))
    }

    /// What is said of a column that is not there, with the one that was probably meant.
    static func unknown(_ name: String, among columns: [String]) -> String {
        let meant = Spelling.nearest(to: name, among: columns)
        return "no column '\(name)'; " + (meant.map { "did you mean '\($0)'? There" } ?? "there")
            + " are: \(columns.joined(separator: ", "))"
    }

    /// Recursive descent over the words of a condition.
    private struct Parser {
        private let text: String
        private let table: ResultsTable
        private var words: [Word] = []
        private var next = 0

        private struct Word {
            var text: String
            var isQuoted = false
            /// Position of its first character, counted from 1.
            var column: Int
        }

        init(_ text: String, _ table: ResultsTable) throws(InputError) {
            self.text = text
            self.table = table
            try split()
        }

        private mutating func split() throws(InputError) {
            let characters = Array(text)
            var place = 0
            while place < characters.count {
                let start = place
                let character = characters[place]
                if character.isWhitespace {
                    place += 1
                } else if character == "'" || character == "\"" {
                    place += 1
                    var content = ""
                    while place < characters.count, characters[place] != character {
                        content.append(characters[place])
                        place += 1
                    }
                    guard place < characters.count else {
                        throw problem("a quote that is not closed", start + 1)
                    }
                    place += 1
                    words.append(Word(text: content, isQuoted: true, column: start + 1))
                } else if "()".contains(character) {
                    place += 1
                    words.append(Word(text: String(character), column: start + 1))
                } else if "<>=!".contains(character) {
                    while place < characters.count, "<>=!".contains(characters[place]) {
                        place += 1
                    }
                    words.append(Word(text: String(characters[start..<place]), column: start + 1))
                } else {
                    while place < characters.count, !characters[place].isWhitespace,
                        !"<>=!()'\"".contains(characters[place])
                    {
                        place += 1
                    }
                    words.append(Word(text: String(characters[start..<place]), column: start + 1))
                }
            }
        }

        mutating func alternatives() throws(InputError) -> ResultsFilter {
            var result = try conjunction()
            while take("or") { result = .either(result, try conjunction()) }
            return result
        }

        private mutating func conjunction() throws(InputError) -> ResultsFilter {
            var result = try condition()
            while take("and") { result = .both(result, try condition()) }
            return result
        }

        private mutating func condition() throws(InputError) -> ResultsFilter {
            if take("(") {
                let inner = try alternatives()
                guard take(")") else { throw problem("expected ')'", nil) }
                return inner
            }
            let name = try word("a column's name")
            let sign = try word("one of = != < <= > >=")
            guard !sign.isQuoted,
                let comparison = Operator(rawValue: sign.text == "==" ? "=" : sign.text)
            else {
                throw problem(
                    "'\(sign.text)': expected one of = != < <= > >=", sign.column)
            }
            let literal = try word("a value")
            let number = literal.isQuoted ? nil : Self.number(literal.text)
            return .comparison(
                column: try ResultsFilter.column(name.text, in: table), comparison,
                literal: literal.text, number: number)
        }

        private static func number(_ text: String) -> Double? {
            text.lowercased() == "nan" ? .nan : Double(text)
        }

        private mutating func word(_ expected: String) throws(InputError) -> Word {
            guard next < words.count else { throw problem("it ends; expected \(expected)", nil) }
            defer { next += 1 }
            let word = words[next]
            guard word.isQuoted || !"()".contains(word.text) else {
                throw problem("'\(word.text)': expected \(expected)", word.column)
            }
            return word
        }

        private mutating func take(_ text: String) -> Bool {
            guard next < words.count, !words[next].isQuoted,
                words[next].text.lowercased() == text
            else { return false }
            next += 1
            return true
        }

        func expectEnd() throws(InputError) {
            guard next < words.count else { return }
            throw problem(
                "'\(words[next].text)': expected 'and', 'or' or the end", words[next].column)
        }

        private func problem(_ what: String, _ column: Int?) -> InputError {
            InputError(
                "--where \(text)\(column.map { ", character \($0)" } ?? ""): \(what); "
                    + "for example --where 'step_size<0.1 and method=econtrol'")
        }
    }
}
