import Yams

extension YAMLTree {
    /// Larger files are refused: a sweep is a description, not a table.
    static let mostBytes = 4 << 20
    private static let mostNodes = 1_500_000
    private static let mostDepth = 32
    /// Aliases multiply; so few of them cannot multiply by more than a few hundred.
    private static let mostAliases = 16

    /// Parses one YAML document.
    ///
    /// - Parameter origin: the override that the text comes from; nil for the sweep file itself.
    static func parse(_ text: String, origin: Place? = nil) throws(YAMLProblem) -> YAMLTree {
        guard text.utf8.count <= mostBytes else {
            throw YAMLProblem(
                origin, 1, 1,
                "the file has \(text.utf8.count) bytes; at most 4 MiB are read. Use range, linear, "
                    + "log or random instead of long lists")
        }
        try refuseManyAliases(text, origin)
        let root: Node?
        do {
            // The basic resolver guesses no types, and so resolves nothing by regular expression.
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw YAMLProblem(error, in: text, origin)
        } catch {
            throw YAMLProblem(origin, 1, 1, "this is not YAML: \(error)")
        }
        guard let root else {
            throw YAMLProblem(origin, 1, 1, "the file is empty; \(YAMLProblem.start)")
        }
        var nodes = 0
        return try convert(root, depth: 0, &nodes, origin)
    }

    private static func refuseManyAliases(_ text: String, _ origin: Place?) throws(YAMLProblem) {
        var aliases = 0
        var hasAnchor = false
        var before = UInt8(ascii: "\n")
        var mark: UInt8 = 0
        for byte in text.utf8 {
            // A mark, a name after it, and nothing or a separator before it.
            let isName =
                byte >= 0x30 && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "]")
                && byte != UInt8(ascii: "}")
            if isName, mark == UInt8(ascii: "*") { aliases += 1 }
            if isName, mark == UInt8(ascii: "&") { hasAnchor = true }
            let isMark = byte == UInt8(ascii: "*") || byte == UInt8(ascii: "&")
            let separates = before <= 0x20 || "[{,:-?".utf8.contains(before)
            mark = isMark && separates ? byte : 0
            before = byte
        }
        if hasAnchor, aliases > mostAliases {
            throw YAMLProblem(
                origin, 1, 1,
                "the file has \(aliases) aliases (*name); at most \(mostAliases) are allowed. Write "
                    + "the values out")
        }
    }

    private static func convert(
        _ node: Node, depth: Int, _ nodes: inout Int, _ origin: Place?
    ) throws(YAMLProblem) -> YAMLTree {
        let place =
            origin
            ?? .file(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        nodes += 1
        guard nodes <= mostNodes else {
            throw YAMLProblem(place, "the file has more than \(mostNodes) values")
        }
        guard depth < mostDepth else {
            throw YAMLProblem(place, "lists and maps are nested more than \(mostDepth) deep")
        }
        switch node {
        case .scalar(let scalar):
            try refuseTag(scalar.tag, place, .str)
            let isQuoted = scalar.style != .plain && scalar.style != .any
            return YAMLTree(place: place, content: .scalar(scalar.string, isQuoted: isQuoted))
        case .sequence(let sequence):
            try refuseTag(sequence.tag, place, .seq)
            var elements: [YAMLTree] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence {
                elements.append(try convert(element, depth: depth + 1, &nodes, origin))
            }
            return YAMLTree(place: place, content: .list(elements))
        case .mapping(let mapping):
            try refuseTag(mapping.tag, place, .map)
            var entries: [Entry] = []
            for (key, value) in mapping {
                let name = try convert(key, depth: depth + 1, &nodes, origin)
                guard let text = name.text else {
                    throw YAMLProblem(name.place, "a key must be a word, not \(name.kind)")
                }
                if text == "<<" {
                    throw YAMLProblem(
                        name.place, "merge keys (<<) are not read; write the entries out")
                }
                entries.append(
                    Entry(
                        key: text, keyPlace: name.place,
                        value: try convert(value, depth: depth + 1, &nodes, origin)))
            }
            return YAMLTree(place: place, content: .map(entries))
        case .alias:
            throw YAMLProblem(place, "this alias leads nowhere")
        }
    }

    /// A value's type is the parameter's, so a tag could only contradict it.
    private static func refuseTag(
        _ tag: Tag, _ place: Place, _ natural: Tag.Name
    ) throws(YAMLProblem) {
        let name = tag.rawValue
        guard name.isEmpty || name == natural.rawValue || name == "!" else {
            throw YAMLProblem(
                place,
                "tags such as '\(short(name))' are not read; the parameter's own type decides")
        }
    }
}

/// Why a text is no YAML that a sweep can be read from.
struct YAMLProblem: Error {
    let place: Place
    let text: String

    static let start = "a sweep file starts with 'sweep: NAME' and 'experiment: NAME'"

    init(_ place: Place, _ text: String) {
        self.place = place
        self.text = text
    }

    init(_ origin: Place?, _ line: Int, _ column: Int, _ text: String) {
        self.init(origin ?? .file(line: line, column: column), text)
    }

    init(_ error: YamlError, in yaml: String, _ origin: Place?) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            self.init(
                origin, mark.line, mark.column,
                YAMLProblem.explain(problem, context, at: mark, in: yaml))
        case .reader(let problem, let offset, _, _):
            let (line, column) = YAMLProblem.position(offset ?? 0, in: yaml)
            self.init(
                origin, line, column,
                "this character is not allowed (\(problem)); save the file as plain UTF-8 text")
        case .duplicatedKeysInMapping(let keys, let context):
            let name = keys.first ?? ""
            let first = context.mark
            let second = DuplicateKey(name: name, first: first).second(in: yaml)
            let key = YAMLTree.short(name)
            if let second {
                self.init(
                    origin, second.line, second.column,
                    "'\(key)' stands here and at \(first.line):\(first.column); keep one of them")
            } else {
                self.init(
                    origin, first.line, first.column,
                    "'\(key)' stands here and again further down; keep one of them")
            }
        case .memory:
            self.init(origin, 1, 1, "lists and maps are nested too deep")
        default:
            self.init(origin, 1, 1, "this is not YAML: \(error)")
        }
    }

    private static func explain(
        _ problem: String, _ context: YamlError.Context?, at mark: Mark, in yaml: String
    ) -> String {
        if problem.contains("another document") {
            return "a second document starts here (---); a sweep file holds one"
        }
        if problem.contains("nesting level") { return "lists and maps are nested too deep" }
        if problem.contains("undefined alias") {
            return "this alias (*name) names no anchor (&name) before it; quote it if it is text"
        }
        if character(at: mark, in: yaml) == "\t" {
            return "a tab cannot stand here; indent with spaces"
        }
        var text = "this is not YAML: \(problem)"
        if let context { text += ", \(context.text) that starts at \(context.mark)" }
        return text
    }

    private static func character(at mark: Mark, in yaml: String) -> Unicode.Scalar? {
        let lines = yaml.unicodeScalars.split(
            separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false)
        guard mark.line >= 1, mark.line <= lines.count else { return nil }
        return lines[mark.line - 1].dropFirst(mark.column - 1).first
    }

    private static func position(_ offset: Int, in yaml: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for character in yaml.prefix(offset) {
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += character.unicodeScalars.count
            }
        }
        return (line, column)
    }
}

/// Finds where a key that is already known to be repeated stands for the second time.
///
/// The parser names only the first place. With that key's first letter changed, a second reading
/// finds the other one.
private struct DuplicateKey {
    let name: String
    let first: Mark

    func second(in yaml: String) -> Mark? {
        var lines = yaml.unicodeScalars.split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(Array.init)
        guard first.line >= 1, first.line <= lines.count, first.column >= 1,
            first.column <= lines[first.line - 1].count
        else { return nil }
        for letter in "qzxjk".unicodeScalars {
            lines[first.line - 1][first.column - 1] = letter
            var changed = String.UnicodeScalarView()
            changed.append(contentsOf: lines.joined(separator: ["\n"]))
            do {
                let parser = try Parser(yaml: String(changed), resolver: .basic, encoding: .utf8)
                guard let root = try parser.singleRoot() else { return nil }
                if let mark = sibling(in: root) { return mark }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context)
                where keys.first == name
                && (context.mark.line, context.mark.column)
                    > (first.line, first.column)
            {
                return context.mark
            } catch {
                continue
            }
        }
        return nil
    }

    /// The key of the same name in the map that the first one stands in.
    private func sibling(in node: Node) -> Mark? {
        switch node {
        case .mapping(let mapping):
            if mapping.contains(where: { isFirst($0.key.mark) }) {
                return mapping.first { $0.key.scalar?.string == name }?.key.mark
            }
            for (_, value) in mapping {
                if let mark = sibling(in: value) { return mark }
            }
            return nil
        case .sequence(let sequence):
            for element in sequence {
                if let mark = sibling(in: element) { return mark }
            }
            return nil
        case .scalar, .alias: return nil
        }
    }

    private func isFirst(_ mark: Mark?) -> Bool {
        mark?.line == first.line && mark?.column == first.column
    }
}
