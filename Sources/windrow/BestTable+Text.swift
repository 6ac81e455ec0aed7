import SweepAnswers
import SweepStore

extension BestTable {
    /// The table for a person at the end of a run.
    var text: String {
        let more = rows.count > Self.longest ? "\n… and \(rows.count - Self.longest) more" : ""
        return title + "\n\n" + table(rows.prefix(Self.longest)).text + more
    }

    /// The table with its first rows only.
    func limited(to count: Int) -> BestTable {
        var table = self
        table.rows = Array(rows.prefix(count))
        return table
    }

    /// What the table shows.
    var title: String {
        var title = isTooWide ? "Best trials by \(metric)" : "Best by \(metric)"
        if hasSpread { title += ", mean over seeds" }
        if !tuned.isEmpty, !isTooWide {
            title += ", each row at its best \(tuned.joined(separator: " and "))"
        }
        return title
    }

    private var hasSpread: Bool { rows.contains { $0.deviation != nil } }

    /// Some of its rows in columns; other metrics are shown where they tell the rows apart.
    ///
    /// - Parameter hasNotes: whether trials that failed and values at an edge are shown.
    func table(_ rows: some Collection<Row>, hasNotes: Bool = false) -> TextTable {
        let (header, body) = cells(rows, hasNotes: hasNotes)
        var table = TextTable(header: header)
        for row in body { table.append(row) }
        return table
    }

    /// The header and the cells of some of its rows.
    func cells(
        _ shown: some Collection<Row>, hasNotes: Bool
    ) -> (header: [String], rows: [[String]]) {
        let different = others.indices.filter { column in
            Set(rows.map { $0.others[column].map(Self.short) ?? "" }).count > 1
        }
        var header = Self.short(names: groups + tuned) + [metric]
        if hasSpread { header += ["± std", "seeds"] }
        header += different.map { others[$0] } + ["diverged"]
        if hasNotes { header += ["failed", "at the edge"] }
        let body = shown.map { row -> [String] in
            var cells = row.group + row.setting
            cells.append(row.mean.map(Self.short) ?? (row.diverged > 0 ? "diverged" : "NaN"))
            if hasSpread { cells += [row.deviation.map(Self.short) ?? "", "\(row.seeds)"] }
            cells += different.map { row.others[$0].map(Self.short) ?? "" }
            cells.append(row.diverged > 0 ? "\(row.diverged)/\(row.trials)" : "")
            if hasNotes {
                cells.append(row.failed > 0 ? "\(row.failed)" : "")
                cells.append(
                    row.edges.map { "\($0.end.rawValue) \($0.column)" }.joined(separator: ", "))
            }
            return cells
        }
        return (header, body)
    }

    /// The table as CSV, with numbers as they are.
    var csv: String {
        let header =
            (groups + tuned).map { $0.replacing("-", with: "_").replacing(".", with: "_") } + [
                "\(metric)_mean", "\(metric)_std", "trials_of_setting",
            ] + others + ["diverged", "failed", "trials", "edge"]
        let lines = rows.map { row -> String in
            var cells = row.group + row.setting
            cells += [row.mean, row.deviation].map { $0.map { "\($0)" } ?? "" }
            cells.append("\(row.seeds)")
            cells += row.others.map { $0.map { "\($0)" } ?? "" }
            cells += ["\(row.diverged)", "\(row.failed)", "\(row.trials)"]
            cells.append(
                row.edges.map { "\($0.end.rawValue) \($0.column)" }.joined(separator: "; "))
            return cells.map { $0.isEmpty || Double($0) != nil ? $0 : CSVText.cell($0) }.joined(
                separator: ",")
        }
        return ([header.joined(separator: ",")] + lines).joined(separator: "\n")
    }

    /// The table for a page.
    var markdown: String {
        let (header, body) = cells(rows, hasNotes: true)
        let kept = header.indices.filter { column in body.contains { !$0[column].isEmpty } }
        func line(_ cells: [String]) -> String {
            let shown = kept.map {
                cells[$0].replacing("\\", with: "\\\\").replacing("|", with: "\\|")
            }
            return "| " + shown.joined(separator: " | ") + " |"
        }
        let rule = kept.map { column in
            body.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil } ? "---:|" : "---|"
        }
        return ([line(header), "|" + rule.joined()] + body.map(line)).joined(separator: "\n")
    }

    /// Column names without their owner where that leaves them different: `compressor.k` → `k`.
    static func short(names: [String]) -> [String] {
        let tails = names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
        return zip(names, tails).map { name, tail in
            tails.count { $0 == tail } == 1 ? tail : name
        }
    }

    /// Four significant digits.
    static func short(_ number: Double) -> String {
        guard number.isFinite else { return "\(number)" }
        if let integer = Int(exactly: number), abs(integer) < 100_000 { return "\(integer)" }
        let (scaled, exponent) = decimalExponent(of: number)
        let digits = max(0, 3 - exponent)
        if exponent < -4 || exponent > 4 {
            let mantissa = (scaled * 1000).rounded() / 1000
            return (number < 0 ? "-" : "") + "\(mantissa)e\(exponent)"
        }
        let factor = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        return "\((number * factor).rounded() / factor)"
    }
}
