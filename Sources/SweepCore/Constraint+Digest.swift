extension Constraint {
    /// What constraints say, with those in one sentence that differ in one name only.
    ///
    /// Where the reasons of several constraints differ in the values of parameters alone, and each
    /// of these values goes with each other one, they become one: "method: ec needs …, and
    /// compressor: qsgd does not" and the same of `ef21` become "method: ec or ef21 needs …".
    package static func digest(of constraints: [Constraint]) -> [String] {
        var sentences = constraints.map(Sentence.init)
        var columns: [String] = []
        for sentence in sentences {
            for blank in sentence.blanks where !columns.contains(blank.column) {
                columns.append(blank.column)
            }
        }
        for column in columns.reversed() { sentences = merged(sentences, over: column) }
        return sentences.map(\.text)
    }

    /// Sentences of which those are joined that differ in one column's values.
    private static func merged(_ sentences: [Sentence], over column: String) -> [Sentence] {
        var places: [Sentence: Int] = [:]
        var found: [Sentence] = []
        for sentence in sentences {
            guard let blank = sentence.blanks.firstIndex(where: { $0.column == column }) else {
                found.append(sentence)
                continue
            }
            var key = sentence
            key.blanks[blank].values = []
            if let place = places[key] {
                let known = found[place].blanks[blank].values
                found[place].blanks[blank].values += sentence.blanks[blank].values.filter {
                    !known.contains($0)
                }
            } else {
                places[key] = found.count
                found.append(sentence)
            }
        }
        return found
    }
}

/// The reason of a constraint, with its parameters' values taken out.
private struct Sentence: Hashable {
    /// A place for values.
    struct Blank: Hashable {
        var column: String
        /// The column's name as it stands in the sentence, without the kind's parameter before it.
        var label: String
        var values: [String]
    }

    /// What stands before, between and after the blanks.
    var pieces: [String]
    var blanks: [Blank]

    init(_ constraint: Constraint) {
        pieces = [constraint.reason]
        blanks = []
        for (column, condition) in constraint.conditions {
            guard case .isOneOf(let values) = condition, values.count == 1 else { continue }
            let label = column.split(separator: ".").last.map(String.init) ?? column
            take(Blank(column: column, label: label, values: ["\(values[0])"]))
        }
    }

    /// Cuts the first mention of a value out.
    private mutating func take(_ blank: Blank) {
        let mention = "\(blank.label): \(blank.values[0])"
        for (index, piece) in pieces.enumerated() {
            for range in piece.ranges(of: mention) {
                if let next = piece[range.upperBound...].first,
                    next.isLetter || next.isNumber || next == "-"
                {
                    continue
                }
                pieces.replaceSubrange(
                    index...index,
                    with: [String(piece[..<range.lowerBound]), String(piece[range.upperBound...])])
                blanks.insert(blank, at: index)
                return
            }
        }
    }

    /// The sentence with all values in their places.
    var text: String {
        var text = pieces[0]
        for (blank, piece) in zip(blanks, pieces.dropFirst()) {
            text += "\(blank.label): \(Spelling.list(blank.values))" + piece
        }
        return text
    }
}
