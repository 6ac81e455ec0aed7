extension SweepReader {
    /// Reads the combinations that are left out.
    func exclusions(_ node: YAMLTree?, axes: [Axis], fixed: [Assignment]) -> [Exclusion] {
        guard let node else { return [] }
        guard let entries = node.list else {
            report(
                node.place,
                "expected a list of combinations such as '[{method: ec, split: sorted}]', but found "
                    + node.kind)
            return []
        }
        let shown = Columns(columns)
        let layout: GridLayout
        do throws(SweepError) {
            layout = try GridLayout(axes, columns: shown, schema: ColumnSchema(columns))
        } catch {
            // The same flaw is found, and told with its place, when the grid is laid out.
            return []
        }
        let onAxes = Set(layout.decidedColumns.map { columns[$0].name })
        var found: [Exclusion] = []
        for entry in entries {
            guard let combination = entry.map, !combination.isEmpty else {
                report(
                    entry.place,
                    "expected a combination such as '{method: ec, split: sorted}', but found "
                        + entry.kind)
                continue
            }
            var reader = ExclusionReader(
                reader: self, columns: shown, layout: layout, onAxes: onAxes, fixed: fixed)
            if let exclusion = reader.exclusion(combination, at: entry.place) {
                found.append(exclusion)
            }
            // A list of ten thousand wrong combinations needs no ten thousand messages.
            if problems.count > 100 { break }
        }
        return found
    }
}

/// Reads one combination.
struct ExclusionReader {
    let reader: SweepReader
    let columns: Columns
    let layout: GridLayout
    let onAxes: Set<String>
    let fixed: [Assignment]

    /// Whether an override has left a condition without its axis, and so possibly without effect.
    private var touchesOverride = false

    init(
        reader: SweepReader, columns: Columns, layout: GridLayout, onAxes: Set<String>,
        fixed: [Assignment]
    ) {
        self.reader = reader
        self.columns = columns
        self.layout = layout
        self.onAxes = onAxes
        self.fixed = fixed
    }

    /// The combination, or nil when it is wrong, or idle because of an override.
    mutating func exclusion(_ entries: [YAMLTree.Entry], at place: Place) -> Exclusion? {
        let before = reader.problems.count
        var conditions: [Exclusion.Condition] = []
        var isIdle = false
        for entry in entries {
            guard let condition = condition(entry) else { continue }
            let owner = entry.key.prefix { $0 != "." }
            let isOverridden =
                reader.overridden.contains(entry.key) || reader.overridden.contains(String(owner))
            if isOverridden, !onAxes.contains(entry.key) {
                // The override has made the axis a single value.
                if !holds(condition) { isIdle = true }
                continue
            }
            if isOverridden { touchesOverride = true }
            conditions.append(condition)
        }
        guard reader.problems.count == before, !isIdle else { return nil }
        guard !conditions.isEmpty else {
            reader.report(
                place,
                "with the overrides, this exclusion leaves everything out; change the overrides or "
                    + "the exclusion")
            return nil
        }
        let exclusion = Exclusion(conditions: conditions)
        do throws(SweepError) {
            let clauses = try Grid.clauses(of: exclusion, columns, layout)
            if clauses.contains(where: \.isPossible) { return exclusion }
            if !touchesOverride {
                reader.report(
                    place, "this exclusion matches no combination of the axes; remove or mend it")
            }
        } catch {
            reader.report(place, error.message)
        }
        return nil
    }

    /// Whether a condition holds for the fixed values.
    private func holds(_ condition: Exclusion.Condition) -> Bool {
        condition.alternatives.contains { matches in
            matches.allSatisfy { match in
                let assigned = fixed.first { $0.column == match.column }?.value
                let fallback = columns.position(of: match.column)
                    .flatMap { columns.all[$0].fallback }
                return match.values.contains { (assigned ?? fallback).isSame(as: $0) }
            }
        }
    }

    private mutating func condition(_ entry: YAMLTree.Entry) -> Exclusion.Condition? {
        guard let position = columns.position(of: entry.key) else {
            reader.report(
                entry.keyPlace,
                Spelling.unknown("parameter", entry.key, among: onAxes.sorted()))
            return nil
        }
        let owner = String(entry.key.prefix { $0 != "." })
        let isOverridden =
            reader.overridden.contains(entry.key) || reader.overridden.contains(owner)
        guard onAxes.contains(entry.key) || isOverridden else {
            reader.report(
                entry.keyPlace,
                "'\(entry.key)' has no axis, so nothing can be excluded by it; the axes have "
                    + Spelling.list(onAxes.sorted()))
            return nil
        }
        let elements = entry.value.list ?? [entry.value]
        guard !elements.isEmpty else {
            reader.report(entry.value.place, "'\(entry.key)' has an empty list of values")
            return nil
        }
        var values: [Value] = []
        var alternatives: [[Exclusion.Match]] = []
        for element in elements {
            if case .variant(let variants) = columns.all[position].type, element.map != nil {
                guard let matches = matches(element, entry.key, variants) else { continue }
                check(matches, at: element.place, isOverridden)
                alternatives.append(matches)
            } else if let value = reader.value(
                element, as: columns.all[position].type, of: entry.key)
            {
                check(
                    [Exclusion.Match(column: entry.key, values: [value])], at: element.place,
                    isOverridden)
                values.append(value)
            }
        }
        if !values.isEmpty {
            alternatives.insert([Exclusion.Match(column: entry.key, values: values)], at: 0)
        }
        return alternatives.isEmpty ? nil : Exclusion.Condition(alternatives: alternatives)
    }

    /// Reads `{kind: econtrol, eta: [0.1, 0.5]}`.
    private func matches(
        _ node: YAMLTree, _ name: String, _ variants: [ParameterType.Variant]
    ) -> [Exclusion.Match]? {
        guard let kindNode = node["kind"] else {
            reader.report(node.place, "'\(name)' needs a kind here: write '{kind: …}'")
            return nil
        }
        guard case .text(let kind)? = reader.value(kindNode, as: .variant(variants), of: name),
            let variant = variants.first(where: { $0.kind == kind })
        else { return nil }
        var all = [Exclusion.Match(column: name, values: [.text(kind)])]
        for entry in node.map ?? [] where entry.key != "kind" {
            guard let parameter = variant.parameters.first(where: { $0.name == entry.key }) else {
                reader.report(
                    entry.keyPlace,
                    Spelling.unknown(
                        "parameter", entry.key, among: variant.parameters.map(\.name),
                        of: " of \(name) '\(kind)'"))
                return nil
            }
            let column = "\(name).\(entry.key)"
            let elements = entry.value.list ?? [entry.value]
            let values = elements.compactMap {
                reader.value($0, as: parameter.type, of: column)
            }
            guard !values.isEmpty, values.count == elements.count else {
                if elements.isEmpty {
                    reader.report(entry.value.place, "'\(column)' has an empty list of values")
                }
                return nil
            }
            all.append(Exclusion.Match(column: column, values: values))
        }
        return all
    }

    /// Reports a value that stands on no axis.
    private func check(_ matches: [Exclusion.Match], at place: Place, _ isOverridden: Bool) {
        guard !isOverridden else { return }
        var wanted: [Int: [Value]] = [:]
        for match in matches {
            if let column = columns.position(of: match.column) { wanted[column] = match.values }
        }
        guard !GridClause(wanted, layout: layout).isPossible else { return }
        let text = matches.map { match in
            "\(match.column) " + match.values.map(\.canonicalText).joined(separator: ", ")
        }.joined(separator: " with ")
        reader.report(
            place, "this matches nothing: no axis has \(YAMLTree.short(text)); remove or mend it")
    }
}
