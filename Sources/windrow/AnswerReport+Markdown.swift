import SweepAnswers

extension AnswerReport {
    /// The report as Markdown.
    ///
    /// - Parameter folder: where the pictures lie, from the report's own folder.
    func markdown(pictures folder: String) -> String {
        var parts = ["# " + question.account.name.onOneLine, Self.bullets(summary)]
        if let best {
            parts += ["## Best settings", best.title.onOneLine + ".", Self.page(best.table)]
            if !best.warnings.isEmpty { parts.append(Self.items(best.warnings)) }
            parts.append(Self.code(best.asked))
        }
        if !pictures.isEmpty {
            parts.append("## Pictures")
            for picture in pictures {
                parts.append("![\(picture.caption.onOneLine)](\(folder)/\(picture.name).svg)")
                let words = ([picture.caption] + picture.notes).joined(separator: " ")
                parts.append(words.onOneLine)
            }
        }
        if !axes.rows.isEmpty { parts += ["## Axes", Self.page(axes)] }
        if let reasons, let failures {
            parts += ["## Failures", Self.page(reasons), Self.page(failures)]
        }
        if !omissions.isEmpty { parts += ["## What is missing", Self.items(omissions)] }
        parts += ["## Provenance", Self.bullets(provenance)]
        if let sweepFile { parts += ["## Sweep file", Self.code(sweepFile, language: "yaml")] }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func page(_ table: Table) -> String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { cell($0) }.joined(separator: " | ") + " |"
        }
        let rule = table.header.indices.map { column in
            table.rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
                ? "---:|" : "---|"
        }
        return ([line(table.header), "|" + rule.joined()] + table.rows.map(line))
            .joined(separator: "\n")
    }

    private static func bullets(_ pairs: [(String, String)]) -> String {
        pairs.map { "- \(cell($0.0)): \(cell($0.1))" }.joined(separator: "\n")
    }

    private static func items(_ items: [String]) -> String {
        items.map { "- \(cell($0))" }.joined(separator: "\n")
    }

    /// A fence that is longer than any in the text.
    private static func code(_ text: String, language: String = "text") -> String {
        var fence = "```"
        while text.contains(fence) { fence += "`" }
        return fence + language + "\n" + (text.hasSuffix("\n") ? text : text + "\n") + fence
    }

    /// Text in which Markdown and HTML mean nothing.
    private static func cell(_ text: String) -> String {
        var result = ""
        for character in text.onOneLine {
            if "\\|<>*_`[]".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }
}
