import SweepCore

/// A sweep as the text of a sweep file that reads back as the same sweep.
///
/// Only the folder is not written: relative paths start where the file is saved.
package struct SweepFileText {
    private let sweep: Sweep
    private let types: [String: ParameterType]
    private var lines: [String] = []

    /// The text, with a comment of some lines in front.
    package static func text(_ sweep: Sweep, comment: [String] = []) -> String {
        var writer = SweepFileText(sweep)
        writer.write()
        return (comment.map { $0.isEmpty ? "#" : "# \($0)" } + writer.lines)
            .joined(separator: "\n") + "\n"
    }

    private init(_ sweep: Sweep) {
        self.sweep = sweep
        types = Dictionary(
            sweep.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func write() {
        lines.append("sweep: \(scalar(sweep.name))")
        lines.append("experiment: \(sweep.experiment)")
        if let metric = sweep.metric {
            lines.append("metric: {name: \(scalar(metric.name)), goal: \(metric.goal.rawValue)}")
        }
        writeLimits()
        writePlacement()
        if !sweep.fixed.isEmpty {
            lines.append("fixed:")
            for (name, text) in assigned(sweep.fixed) { lines.append("  \(name): \(text)") }
        }
        if !sweep.axes.isEmpty {
            lines.append("axes:")
            writeAxes()
        }
        if !sweep.exclusions.isEmpty {
            lines.append("exclude:")
            for exclusion in sweep.exclusions {
                let conditions = exclusion.conditions.map(condition)
                lines.append("  - {\(conditions.joined(separator: ", "))}")
            }
        }
    }

    // MARK: Limits and placement

    private mutating func writeLimits() {
        let limits = sweep.limits
        let standard = Limits()
        var entries: [String] = []
        if let timeout = limits.timeout { entries.append("timeout: \(plain(timeout))s") }
        if limits.attempts != standard.attempts { entries.append("attempts: \(limits.attempts)") }
        if limits.maxFailures != standard.maxFailures {
            entries.append("max-failures: \(limits.maxFailures)")
        }
        if !entries.isEmpty { lines.append("limits: {\(entries.joined(separator: ", "))}") }
    }

    private mutating func writePlacement() {
        let placement = sweep.placement
        if !placement.requires.isEmpty {
            lines.append("requires: [\(placement.requires.map(scalar).joined(separator: ", "))]")
        }
        let standard = Resources()
        var entries: [String] = []
        if placement.resources.cpus != standard.cpus {
            entries.append("cpus: \(placement.resources.cpus)")
        }
        if let memory = placement.resources.memory {
            entries.append("memory: \(Double(memory) / 1024)KiB")
        }
        if placement.resources.gpus != standard.gpus {
            entries.append("gpus: \(placement.resources.gpus)")
        }
        if !entries.isEmpty { lines.append("resources: {\(entries.joined(separator: ", "))}") }
        if placement.priority != 0 { lines.append("priority: \(placement.priority)") }
    }

    /// A number without an exponent and without a fraction that is zero.
    private func plain(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    // MARK: Axes

    private mutating func writeAxes() {
        var zips: [String] = []
        var randoms: [String] = []
        for axis in sweep.axes {
            switch axis {
            case .column(let track):
                lines.append("  \(track.column): \(series(track.series, track.column))")
            case .variants(let variants):
                lines.append("  \(variants.column):")
                for branch in variants.branches {
                    let inner = branch.parameters.map { track in
                        let name = track.column.dropFirst(variants.column.count + 1)
                        let text =
                            track.series.count == 1
                            ? value(track.series.value(at: 0), track.column)
                            : series(track.series, track.column)
                        return ", \(name): \(text)"
                    }
                    lines.append(
                        inner.isEmpty
                            ? "    - \(scalar(branch.kind))"
                            : "    - {kind: \(scalar(branch.kind))\(inner.joined())}")
                }
            case .zip(let tracks): zips.append(together(tracks))
            case .random(let axis): randoms.append(drawn(axis))
            }
        }
        for (key, texts) in [("zip", zips), ("random", randoms)] where !texts.isEmpty {
            if texts.count == 1 {
                lines.append("  \(key): \(texts[0])")
            } else {
                lines.append("  \(key):")
                for text in texts { lines.append("    - \(text)") }
            }
        }
    }

    private func series(_ series: Series, _ column: String) -> String {
        func number(_ number: Double, _ isInteger: Bool) -> String {
            isInteger ? "\(Int64(number))" : "\(number)"
        }
        switch series {
        case .list(let values):
            return "[\(values.map { value($0, column) }.joined(separator: ", "))]"
        case .range(let range):
            func units(_ units: Int64) -> String {
                guard range.scale > 0 else { return "\(units)" }
                let size = String(units.magnitude)
                let digits =
                    String(repeating: "0", count: max(0, range.scale + 1 - size.count)) + size
                return (units < 0 ? "-" : "") + digits.dropLast(range.scale) + "."
                    + digits.suffix(range.scale)
            }
            let below = range.start + Int64(range.count) * range.step
            return "{range: [\(units(range.start)), \(units(below)), \(units(range.step))]}"
        case .linear(let spacing), .log(let spacing):
            let ends = [spacing.first, spacing.last].map { number($0, spacing.isInteger) }
            let rule = if case .linear = series { "linear" } else { "log" }
            return "{\(rule): [\(ends.joined(separator: ", ")), \(spacing.count)]}"
        }
    }

    private func together(_ tracks: [ColumnSeries]) -> String {
        let count = tracks.first?.series.count ?? 0
        let heads = tracks.filter { track in
            !tracks.contains { track.column.hasPrefix($0.column + ".") }
        }
        let entries = heads.map { head in
            let own = tracks.filter { $0.column.hasPrefix(head.column + ".") }
            guard !own.isEmpty else { return "\(head.column): \(series(head.series, head.column))" }
            let values = (0..<count).map { position in
                let assignments = ([head] + own).compactMap { track in
                    track.series.value(at: position).map {
                        Assignment(column: track.column, value: $0)
                    }
                }
                return assigned(assignments).first?.text ?? ""
            }
            return "\(head.column): [\(values.joined(separator: ", "))]"
        }
        return "{\(entries.joined(separator: ", "))}"
    }

    private func drawn(_ axis: RandomAxis) -> String {
        var entries = ["samples: \(axis.samples)", "seed: \(axis.seed)"]
        for parameter in axis.parameters {
            let rule =
                switch parameter.distribution {
                case .uniform(let a, let b): "{uniform: [\(a), \(b)]}"
                case .logUniform(let a, let b): "{log-uniform: [\(a), \(b)]}"
                case .integer(let a, let b): "{integer: [\(a), \(b)]}"
                case .choice(let options):
                    "{choice: ["
                        + options.compactMap { assigned($0).first?.text }
                        .joined(separator: ", ") + "]}"
                }
            entries.append("\(parameter.column): \(rule)")
        }
        return "{\(entries.joined(separator: ", "))}"
    }

    // MARK: Exclusions

    private func condition(_ condition: Exclusion.Condition) -> String {
        guard let name = condition.alternatives.first?.first?.column else { return "" }
        let entries = condition.alternatives.flatMap { matches -> [String] in
            guard let first = matches.first else { return [] }
            if matches.count == 1 { return first.values.map { value($0, first.column) } }
            let inner = matches.dropFirst().map { match in
                let values = match.values.map { value($0, match.column) }
                let text = values.count == 1 ? values[0] : "[\(values.joined(separator: ", "))]"
                return ", \(match.column.dropFirst(name.count + 1)): \(text)"
            }.joined()
            return first.values.map { "{kind: \(value($0, first.column))\(inner)}" }
        }
        return entries.count == 1
            ? "\(name): \(entries[0])" : "\(name): [\(entries.joined(separator: ", "))]"
    }

    // MARK: Values

    /// Assignments with a kind's own parameters inside it.
    private func assigned(_ assignments: [Assignment]) -> [(name: String, text: String)] {
        let names = Set(assignments.map(\.column))
        return assignments.compactMap { assignment in
            let name = assignment.column
            if let dot = name.firstIndex(of: "."), names.contains(String(name[..<dot])) {
                return nil
            }
            let own = assignments.filter { $0.column.hasPrefix(name + ".") }
            let text = value(assignment.value, name)
            guard !own.isEmpty else { return (name, text) }
            let inner = own.map {
                ", \($0.column.dropFirst(name.count + 1)): \(value($0.value, $0.column))"
            }
            return (name, "{kind: \(text)\(inner.joined())}")
        }
    }

    private func value(_ value: Value?, _ column: String) -> String {
        switch value {
        case .text(let text)?:
            if case .words = types[column] { return text }
            return scalar(text)
        case let value?: return "\(value)"
        case nil: return "\"\""
        }
    }

    private func scalar(_ text: String) -> String { Self.scalar(text) }

    /// A text as YAML takes it for this text, in quotes where it might be anything else.
    package static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { (65...90).contains($0) || (97...122).contains($0) } == true
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "-_./".utf8.contains(byte)
            }
            && !["true", "false", "null"].contains(text.lowercased())
        if isPlain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\t": quoted += "\\t"
            default:
                if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
                    let digits = String(scalar.value, radix: 16)
                    quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
