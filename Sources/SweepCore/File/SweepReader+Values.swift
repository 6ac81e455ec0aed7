extension SweepReader {
    /// Reads one scalar; nil when it was refused and reported.
    func value(_ node: YAMLTree, as type: ParameterType, of name: String) -> Value? {
        guard case .scalar(let text, let isQuoted) = node.content else {
            report(
                node.place, "'\(name)' needs \(type.expectation) here, but found \(node.kind)")
            return nil
        }
        do throws(ScalarReader.Refusal) {
            return try ScalarReader.value(text, isQuoted: isQuoted, as: type)
        } catch {
            report(node.place, "'\(name)': \(error.text)")
            return nil
        }
    }

    /// Reads a list of words as the JSON of an array of strings.
    func words(_ node: YAMLTree, of name: String) -> Value? {
        guard let elements = node.list else {
            report(
                node.place,
                "'\(name)' needs a list of words, such as [python3, train.py], but found "
                    + node.kind)
            return nil
        }
        guard !elements.isEmpty else {
            report(node.place, "'\(name)' is an empty list; expected at least a program")
            return nil
        }
        var words: [String] = []
        for element in elements {
            guard let text = element.text else {
                report(element.place, "'\(name)' needs words, but this is \(element.kind)")
                return nil
            }
            words.append(text)
        }
        return .text(WordList.json(words))
    }

    /// The values of one scalar parameter along an axis.
    func series(_ node: YAMLTree, as type: ParameterType, of name: String) -> Series? {
        switch node.content {
        case .list(let elements):
            return list(elements, at: node.place, as: type, of: name).map { .list($0) }
        case .map(let entries):
            return rule(entries, at: node.place, as: type, of: name)
        case .scalar:
            report(
                node.place,
                "the axis '\(name)' needs a list, range, linear or log, but found \(node.kind); a "
                    + "single value belongs under 'fixed'")
            return nil
        }
    }

    private func list(
        _ elements: [YAMLTree], at place: Place, as type: ParameterType, of name: String
    ) -> [Value?]? {
        guard !elements.isEmpty else {
            report(place, "the axis '\(name)' is empty; write at least one value")
            return nil
        }
        var values: [Value?] = []
        var seen: [ValueKey: Place] = [:]
        var isSound = true
        for element in elements {
            guard let value = value(element, as: type, of: name) else {
                isSound = false
                // One wrong element is told; a thousand of the same kind would bury the rest.
                if problems.count > 100 { return nil }
                continue
            }
            if let other = seen.updateValue(element.place, forKey: ValueKey(value)) {
                report(
                    element.place,
                    "the axis '\(name)' has \(value) twice, here and at "
                        + "\(other.shortDescription); keep one")
                isSound = false
            }
            values.append(value)
        }
        return isSound ? values : nil
    }

    private func rule(
        _ entries: [YAMLTree.Entry], at place: Place, as type: ParameterType, of name: String
    ) -> Series? {
        let rules = SweepFileSection.series.names
        guard entries.count == 1, let entry = entries.first else {
            report(place, "the axis '\(name)' needs one of range, linear or log in this map")
            return nil
        }
        guard let form = SweepFileSection.series[entry.key]?.form else {
            report(entry.keyPlace, Spelling.unknown("kind of axis", entry.key, among: rules))
            return nil
        }
        switch type {
        case .integer, .count, .real, .any: break
        default:
            report(
                entry.keyPlace,
                "'\(name)' takes \(type.expectation), so it cannot have a \(entry.key); write a list"
            )
            return nil
        }
        let counts = entry.key == "range" ? 2...3 : 3...3
        guard let arguments = entry.value.list, counts.contains(arguments.count) else {
            report(
                entry.value.place,
                "expected '\(entry.key): \(form)', but found \(entry.value.kind)")
            return nil
        }
        var texts: [String] = []
        for argument in arguments {
            guard let text = argument.text else {
                report(
                    argument.place,
                    "expected a number in '\(entry.key): \(form)', but found \(argument.kind)")
                return nil
            }
            texts.append(text)
        }
        let reader = RuleReader(name: name, type: type, texts: texts)
        do throws(RuleReader.Refusal) {
            return entry.key == "range"
                ? try reader.range() : try reader.spacing(isLog: entry.key == "log")
        } catch {
            report(
                error.argument.map { arguments[$0].place } ?? entry.value.place,
                "'\(name)': \(error.text)")
            return nil
        }
    }
}

/// A program and its arguments as one text.
package enum WordList {
    /// A JSON array of strings, without blanks, with only the escapes that JSON demands.
    package static func json(_ words: [String]) -> String {
        "[" + words.map { "\"" + escaped($0) + "\"" }.joined(separator: ",") + "]"
    }

    private static func escaped(_ word: String) -> String {
        var text = ""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
