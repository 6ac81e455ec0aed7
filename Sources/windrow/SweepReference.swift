import SweepCore

/// All that a sweep file may say, as a page in Markdown: `docs/sweep-reference.md`.
///
/// It is printed from the declarations that the reader of sweep files goes by.
struct SweepReference {
    let experiments: [ExperimentDescription]

    /// The page, without a line feed at its end.
    var text: String {
        var parts = [Self.opening, contents, "## The file's own keys"]
        for section in SweepFileSection.all { parts += Self.section(section) }
        for experiment in experiments { parts += ExperimentChapter(experiment).parts }
        return parts.joined(separator: "\n\n")
    }

    private static let opening = """
        # Sweep files: reference

        What a sweep file may say, key by key, and what each experiment takes. [Sweep files](sweep-files.md) explains how the parts \
        work together, and how values are read.

        This page is what `windrow experiments --reference` prints, from the declarations that check a file; `make pages` writes it, and a \
        test compares.
        """

    private var contents: String {
        (["- [The file's own keys](#the-files-own-keys)"]
            + experiments.map { "- [`\($0.name)`](#\($0.name)): \($0.summary.lowercasedFirst)" })
            .joined(separator: "\n")
    }

    private static func section(_ section: SweepFileSection) -> [String] {
        var table = MarkdownTable(["key", "value", "without it", "example", "meaning"])
        for key in section.keys {
            let fallback =
                switch key.fallback {
                case .required: "required"
                case .value(let value): "`\(value)`"
                case .described(let words): words
                }
            table.append([
                "`\(key.name)`", key.form, fallback, "`\(key.name): \(key.example)`", key.help,
            ])
        }
        return (section.name.map { ["### `\($0)`"] } ?? []) + [section.help, table.text]
    }
}

/// What one experiment takes and gives.
private struct ExperimentChapter {
    let experiment: ExperimentDescription

    init(_ experiment: ExperimentDescription) { self.experiment = experiment }

    var parts: [String] {
        var parts = [
            "## `\(experiment.name)`",
            "\(experiment.summary). Version \(experiment.version), which is part of the trials' names.",
            "### Parameters of `\(experiment.name)`",
        ]
        var table = MarkdownTable(["parameter", "value", "unit", "default", "meaning"])
        for parameter in experiment.parameters {
            table.append(
                ["`\(parameter.name)`"] + Self.cells(parameter, linked: true) + [parameter.help])
        }
        if !table.isEmpty { parts.append(table.text) }
        if experiment.acceptsAnyParameter {
            parts.append(
                "Any other parameter may be assigned, too; [its text](sweep-files.md#values) decides "
                    + "its type.")
        }
        for parameter in experiment.parameters { parts += details(parameter) }
        let refusals = Constraint.digest(of: experiment.constraints)
        if !refusals.isEmpty {
            parts += [
                "### Combinations that `\(experiment.name)` refuses",
                "A grid that holds one of these is refused before anything runs; `exclude` leaves them out.",
                refusals.map { "- \(MarkdownTable.escaped($0))" }.joined(separator: "\n"),
            ]
        }
        return parts + metrics
    }

    /// Value, unit and default of a parameter.
    private static func cells(_ parameter: Parameter, linked: Bool) -> [String] {
        let value: String
        switch parameter.type {
        case .choice(let words) where linked:
            value = "[one of \(words.count) words](#\(parameter.name))"
        case .choice(let words):
            value = words.map { "`\($0.name)` (\($0.help))" }.joined(separator: ", ")
        case .variant(let kinds):
            value = "[one of \(kinds.count) kinds](#\(parameter.name))"
        case let type: value = type.summary
        }
        let fallback: String =
            switch parameter.fallback {
            case .value: "`\(parameter.fallback.summary)`"
            case .required, .derived: parameter.fallback.summary
            }
        return [value, parameter.unit, fallback]
    }

    /// The words or kinds of a parameter, and what belongs to kinds alone.
    private func details(_ parameter: Parameter) -> [String] {
        switch parameter.type {
        case .choice(let words):
            var table = MarkdownTable(["word", "meaning"])
            for word in words { table.append(["`\(word.name)`", word.help]) }
            return ["#### `\(parameter.name)`", parameter.help.capitalizedFirst + ".", table.text]
        case .variant(let kinds):
            var table = MarkdownTable(["kind", "meaning", "its own parameters"])
            var owned: [(parameter: Parameter, kinds: [String])] = []
            for kind in kinds {
                table.append([
                    "`\(kind.kind)`", kind.help,
                    kind.parameters.map { inner in
                        "`\(inner.name)`" + (inner.fallback == .required ? " (required)" : "")
                    }.joined(separator: ", "),
                ])
                for inner in kind.parameters {
                    if let place = owned.firstIndex(where: { $0.parameter == inner }) {
                        owned[place].kinds.append(kind.kind)
                    } else {
                        owned.append((inner, [kind.kind]))
                    }
                }
            }
            var parts = [
                "#### `\(parameter.name)`", parameter.help.capitalizedFirst + ".", table.text,
            ]
            if !owned.isEmpty {
                var inner = MarkdownTable([
                    "parameter", "of kind", "value", "unit", "default", "meaning",
                ])
                for (declared, kinds) in owned {
                    inner.append(
                        [
                            "`\(declared.name)`",
                            kinds.map { "`\($0)`" }.joined(separator: ", "),
                        ] + Self.cells(declared, linked: false) + [declared.help])
                }
                parts.append(inner.text)
            }
            return parts
        case .integer, .count, .real, .flag, .sizes, .text, .path, .words, .any: return []
        }
    }

    private var metrics: [String] {
        let heading = "### Metrics of `\(experiment.name)`"
        guard !experiment.metrics.isEmpty else {
            return [heading, "Whatever the program says."]
        }
        var table = MarkdownTable(["metric", "unit", "meaning"])
        for metric in experiment.metrics {
            table.append(["`\(metric.name)`", metric.unit, metric.help])
        }
        return [heading, table.text]
    }
}

/// A table in Markdown; columns without a single entry are left out.
private struct MarkdownTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    var isEmpty: Bool { rows.isEmpty }

    mutating func append(_ row: [String]) { rows.append(row.map(Self.escaped)) }

    /// A text in which nothing ends a cell.
    static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }

    var text: String {
        let columns = header.indices.filter { column in
            rows.contains { !$0[column].isEmpty }
        }
        func line(_ cells: [String]) -> String {
            "| " + columns.map { cells[$0] }.joined(separator: " | ") + " |"
        }
        let rule = "|" + columns.map { _ in "---|" }.joined()
        return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
    }
}

extension String {
    /// The text as the beginning of a sentence; a formula stays as it is.
    fileprivate var capitalizedFirst: String {
        guard let first, dropFirst().first?.isLetter == true || hasPrefix("a ") else { return self }
        return first.uppercased() + dropFirst()
    }

    /// The text within a sentence; an abbreviation stays as it is.
    fileprivate var lowercasedFirst: String {
        guard let first, dropFirst().first?.isUppercase == false else { return self }
        return first.lowercased() + dropFirst()
    }
}
