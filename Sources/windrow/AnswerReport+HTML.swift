extension AnswerReport {
    /// The report as one HTML page that needs nothing else: no script, no file from elsewhere.
    var html: String {
        let name = Self.escaped(question.account.name)
        var body = ["<h1>\(name)</h1>", Self.pairs(summary)]
        if let best {
            body.append("<h2>Best settings</h2>")
            body.append("<p>\(Self.escaped(best.title)).</p>")
            body.append(Self.table(best.table))
            body.append(Self.list(best.warnings))
            body.append("<p class=\"asked\"><code>\(Self.escaped(best.asked))</code></p>")
        }
        if !pictures.isEmpty {
            body.append("<h2>Pictures</h2>")
            for (place, picture) in pictures.enumerated() {
                body.append(figure(picture, place + 1))
            }
        }
        if !axes.rows.isEmpty {
            body.append("<h2>Axes</h2>")
            body.append(Self.table(axes))
        }
        if let reasons, let failures {
            body.append("<h2>Failures</h2>")
            body.append(Self.table(reasons))
            body.append("<details><summary>Failed trials</summary>")
            body.append(Self.table(failures))
            body.append("</details>")
        }
        if !omissions.isEmpty {
            body.append("<h2>What is missing</h2>")
            body.append(Self.list(omissions))
        }
        body.append("<h2>Provenance</h2>")
        body.append(Self.pairs(provenance))
        if let sweepFile {
            body.append("<h2>Sweep file</h2>")
            body.append("<pre>\(Self.escaped(sweepFile))</pre>")
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="generator" content="windrow \(Version.text)">
            <title>\(name)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #d8d8d8; --soft: #f4f4f4; --dim: #555; }
        @media (prefers-color-scheme: dark) {
          :root { --line: #444; --soft: #222; --dim: #aaa; }
        }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto;
          padding: 0 1rem; }
        h1 { margin: 0 0 1rem; } h2 { margin: 2.2rem 0 .6rem; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top;
          border-bottom: 1px solid var(--line); }
        td.number, th.number { text-align: right; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0; }
        dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
        figure { margin: 1.2rem 0; }
        figure svg { background: #fff; color: #000; max-width: 100%; height: auto;
          border-radius: 4px; }
        figcaption, .asked { color: var(--dim); }
        pre { background: var(--soft); padding: 1rem; overflow-x: auto; border-radius: 4px; }
        @media print { body { max-width: none; margin: 0; } figure { break-inside: avoid; } }
        """

    private func figure(_ picture: Picture, _ number: Int) -> String {
        let notes = picture.notes.map { " " + Self.escaped($0) }.joined()
        return "<figure>\n" + Self.inlined(picture, number)
            + "\n<figcaption>\(number). \(Self.escaped(picture.caption))\(notes)</figcaption>\n"
            + "</figure>"
    }

    /// A picture's SVG as a part of the page: its names are its own, and a reader is told what it
    /// shows.
    private static func inlined(_ picture: Picture, _ number: Int) -> String {
        guard let start = picture.svg.range(of: "<svg") else { return "" }
        // What refers to a name: id="x", href="#x", url(#x).
        let svg = String(picture.svg[start.lowerBound...])
            .replacing(/(\sid=["']|href=["']#|url\(#)/) { "\($0.1)f\(number)-" }
            .replacing(
                "<title>Gnuplot</title>", with: "<title>\(escaped(picture.caption))</title>")
        return svg.replacing("<svg", with: "<svg role=\"img\"", maxReplacements: 1)
    }

    // MARK: Parts

    private static func table(_ table: Table) -> String {
        let isNumeric = table.header.indices.map { column in
            table.rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil }
        }
        func cells(_ row: [String], _ tag: String) -> String {
            row.enumerated().map { column, text in
                let kind = isNumeric[column] ? " class=\"number\"" : ""
                return "<\(tag)\(kind)>\(escaped(text))</\(tag)>"
            }.joined()
        }
        return "<div class=\"wide\"><table>\n<thead><tr>\(cells(table.header, "th"))</tr></thead>\n"
            + "<tbody>\n" + table.rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
            + "\n</tbody>\n</table></div>"
    }

    private static func pairs(_ pairs: [(String, String)]) -> String {
        "<dl>\n"
            + pairs.map { "<dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd>" }
            .joined(separator: "\n") + "\n</dl>"
    }

    private static func list(_ items: [String]) -> String {
        guard !items.isEmpty else { return "" }
        return "<ul>\n" + items.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n")
            + "\n</ul>"
    }

    /// Text as HTML shows it, whatever it is; control characters become visible.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
