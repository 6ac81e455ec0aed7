extension SweepReader {
    /// Reads the values behind all names.
    func assignments(_ draft: SweepDraft) -> (fixed: [Assignment], axes: [Axis]) {
        var fixed: [Assignment] = []
        for entry in draft.fixed { fixed += fixedValues(entry) }
        var axes: [Axis] = []
        for entry in draft.axes {
            switch entry {
            case .parameter(let entry):
                if let axis = axis(entry) { axes.append(axis) }
            case .zip(let place, let entries):
                if let axis = zip(entries, at: place) { axes.append(axis) }
            case .random(let place, let tree):
                if let axis = random(tree, at: place) { axes.append(axis) }
            }
        }
        return (fixed, axes)
    }

    private func fixedValues(_ entry: SweepDraft.Entry) -> [Assignment] {
        let parameter = parameter(entry.name)
        switch parameter.type {
        case .variant(let variants):
            guard let branch = branch(entry.tree, of: parameter, variants, isSingle: true) else {
                return []
            }
            return branch.assignments(of: entry.name)
        case .words:
            return words(entry.tree, of: entry.name).map { [Assignment(entry.name, $0)] } ?? []
        default:
            if entry.tree.text == nil {
                report(
                    entry.tree.place,
                    "'\(entry.name)' under 'fixed' needs one value, but found \(entry.tree.kind); "
                        + "what varies belongs under 'axes'")
                return []
            }
            return value(entry.tree, as: parameter.type, of: entry.name)
                .map { [Assignment(entry.name, $0)] } ?? []
        }
    }

    private func axis(_ entry: SweepDraft.Entry) -> Axis? {
        let parameter = parameter(entry.name)
        switch parameter.type {
        case .variant(let variants):
            let entries: [YAMLTree]
            switch entry.tree.content {
            case .list(let elements): entries = elements
            case .map: entries = [entry.tree]
            case .scalar:
                report(
                    entry.tree.place,
                    "the axis '\(entry.name)' needs a list of kinds, but found \(entry.tree.kind); "
                        + "a single kind belongs under 'fixed'")
                return nil
            }
            guard !entries.isEmpty else {
                report(
                    entry.tree.place, "the axis '\(entry.name)' is empty; write at least one kind")
                return nil
            }
            let branches = entries.compactMap {
                branch($0, of: parameter, variants, isSingle: false)
            }
            guard branches.count == entries.count else { return nil }
            return repeatedKind(branches, entries, entry.name)
                ? nil : .variants(VariantAxis(column: entry.name, branches: branches))
        case .words:
            report(
                entry.place, "'\(entry.name)' is a list of words and belongs under 'fixed'")
            return nil
        default:
            return series(entry.tree, as: parameter.type, of: entry.name)
                .map { .column(ColumnSeries(column: entry.name, series: $0)) }
        }
    }

    /// Reports an entry that stands twice; overlapping lists are found when the grid is laid out.
    private func repeatedKind(
        _ branches: [VariantAxis.Branch], _ entries: [YAMLTree], _ name: String
    ) -> Bool {
        var seen: [VariantAxis.Branch: Place] = [:]
        var isRepeated = false
        for (branch, entry) in Swift.zip(branches, entries) {
            var sorted = branch
            sorted.parameters.sort { $0.column < $1.column }
            if let other = seen.updateValue(entry.place, forKey: sorted) {
                report(
                    entry.place,
                    "the axis '\(name)' has the same '\(branch.kind)' twice, here and at "
                        + "\(other.shortDescription); keep one")
                isRepeated = true
            }
        }
        return isRepeated
    }

    /// Reads one kind with its own parameters.
    ///
    /// - Parameter isSingle: whether only one value is possible for each.
    func branch(
        _ node: YAMLTree, of parameter: Parameter, _ variants: [ParameterType.Variant],
        isSingle: Bool
    ) -> VariantAxis.Branch? {
        let kindNode: YAMLTree
        switch node.content {
        case .scalar: kindNode = node
        case .map:
            guard let found = node["kind"] else {
                report(
                    node.place,
                    "'\(parameter.name)' needs a kind here: write '{kind: …}' with one of "
                        + Spelling.list(variants.map(\.kind)))
                return nil
            }
            kindNode = found
        case .list:
            report(
                node.place,
                "'\(parameter.name)' needs one kind here, but found \(node.kind)"
                    + (isSingle ? "; what varies belongs under 'axes'" : ""))
            return nil
        }
        guard case .text(let kind)? = value(kindNode, as: parameter.type, of: parameter.name),
            let variant = variants.first(where: { $0.kind == kind })
        else { return nil }
        let before = problems.count
        var inner: [ColumnSeries] = []
        for entry in node.map ?? [] where entry.key != "kind" {
            guard let declared = variant.parameters.first(where: { $0.name == entry.key }) else {
                reportUnknown(entry, of: variant, parameter, variants)
                continue
            }
            let column = "\(parameter.name).\(entry.key)"
            if entry.value.text != nil {
                if let value = value(entry.value, as: declared.type, of: column) {
                    inner.append(ColumnSeries(column: column, series: .list([value])))
                }
            } else if isSingle {
                report(
                    entry.value.place,
                    "'\(column)' needs one value here, but found \(entry.value.kind)")
            } else if let series = series(entry.value, as: declared.type, of: column) {
                inner.append(ColumnSeries(column: column, series: series))
            }
        }
        for declared in variant.parameters
        where declared.fallback == .required && node[declared.name] == nil {
            report(
                node.place,
                "the kind '\(kind)' needs '\(declared.name)': write '{kind: \(kind), "
                    + "\(declared.name): …}' (\(declared.type.expectation))")
        }
        return problems.count == before ? VariantAxis.Branch(kind: kind, parameters: inner) : nil
    }

    private func reportUnknown(
        _ entry: YAMLTree.Entry, of variant: ParameterType.Variant, _ parameter: Parameter,
        _ variants: [ParameterType.Variant]
    ) {
        let names = variant.parameters.map(\.name)
        var text = Spelling.unknown(
            "parameter", entry.key, among: names, of: " of \(parameter.name) '\(variant.kind)'")
        let others = variants.filter { $0.parameters.contains { $0.name == entry.key } }
        if !others.isEmpty {
            text += "; \(Spelling.list(others.map(\.kind))) has it"
        } else if experiment.parameters.contains(where: { $0.name == entry.key }) {
            text += "; it is a parameter of the experiment and belongs under 'fixed' or 'axes'"
        }
        report(entry.keyPlace, text)
    }
}

extension Assignment {
    /// A column and its value.
    init(_ column: String, _ value: Value) {
        self.init(column: column, value: value)
    }
}

extension VariantAxis.Branch {
    /// The kind and the first value of each of its parameters, as assignments.
    func assignments(of column: String) -> [Assignment] {
        [Assignment(column, .text(kind))]
            + parameters.compactMap { track in
                track.series.value(at: 0).map { Assignment(track.column, $0) }
            }
    }
}
