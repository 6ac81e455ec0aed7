extension SweepReader {
    /// The pictures that `windrow plot` draws when it is not told which.
    func plots(_ node: YAMLTree?) -> [PlotRequest] {
        guard let node else { return [] }
        guard let entries = node.list else {
            report(
                node.place,
                "expected a list of pictures such as '[rounds, {kind: heatmap, x: step-size}]', "
                    + "but found \(node.kind)")
            return []
        }
        var names: Set<String> = []
        return entries.compactMap { entry in
            guard let plot = plot(entry) else { return nil }
            if let name = plot.name, !names.insert(name).inserted {
                report(entry["name"]?.place ?? entry.place, "another picture is named '\(name)'")
            }
            return plot
        }
    }

    private func plot(_ node: YAMLTree) -> PlotRequest? {
        let kinds = PlotRequest.Kind.allCases.map(\.rawValue)
        guard let entries = node.map else {
            guard let text = node.text else {
                report(node.place, "expected a picture's kind, but found \(node.kind)")
                return nil
            }
            guard let kind = PlotRequest.Kind(rawValue: text) else {
                report(node.place, Spelling.unknown("kind of picture", text, among: kinds))
                return nil
            }
            return PlotRequest(kind)
        }
        guard let kind = node["kind"] else {
            report(
                node.place, "the picture has no kind; write 'kind: ' and \(Spelling.list(kinds))")
            return nil
        }
        guard let text = kind.text, let known = PlotRequest.Kind(rawValue: text) else {
            report(
                kind.place,
                kind.text.map { Spelling.unknown("kind of picture", $0, among: kinds) }
                    ?? "expected \(Spelling.list(kinds)), but found \(kind.kind)")
            return nil
        }
        var plot = PlotRequest(known)
        for entry in entries where entry.key != "kind" { read(entry, into: &plot) }
        return plot
    }

    private func read(_ entry: YAMLTree.Entry, into plot: inout PlotRequest) {
        switch entry.key {
        case "name":
            guard let name = text(entry.value) else { return }
            guard PlotRequest.isName(name) else {
                report(
                    entry.value.place, "\(entry.value.kind) is no file's name: \(SweepName.rule)")
                return
            }
            plot.name = name
        case "title": plot.title = text(entry.value)
        case "by": plot.by = parameters(entry.value)
        case "facet": plot.facet = parameters(entry.value)
        case "tune": plot.tune = parameters(entry.value)
        case "over": plot.over = parameters(entry.value)
        case "x": plot.x = text(entry.value)
        case "y": plot.y = text(entry.value)
        case "where": plot.condition = text(entry.value)
        case "log": plot.logarithmic = axes(entry.value)
        case "target":
            guard let text = text(entry.value) else { return }
            guard let number = Double(text), number.isFinite else {
                report(entry.value.place, "expected a number, but found \(entry.value.kind)")
                return
            }
            plot.target = number
        case "metric":
            guard let name = text(entry.value) else { return }
            let known = experiment.metrics.map(\.name)
            if !experiment.acceptsAnyParameter, !known.contains(name) {
                report(entry.value.place, Spelling.unknown("metric", name, among: known))
            }
            plot.metric = name
        default:
            report(
                entry.keyPlace,
                Spelling.unknown(
                    "key", entry.key, among: SweepFileSection.plot.names, of: " of a picture"))
        }
    }

    private func text(_ node: YAMLTree) -> String? {
        if let text = node.text, !text.isEmpty { return text }
        report(node.place, "expected a text, but found \(node.kind)")
        return nil
    }

    /// One parameter, or a list of them.
    private func parameters(_ node: YAMLTree) -> [String]? {
        let names = columns.map(\.name)
        var found: [String] = []
        for node in node.list ?? [node] {
            guard let name = text(node) else { return nil }
            if !names.contains(name) {
                report(node.place, Spelling.unknown("parameter", name, among: names))
            } else if found.contains(name) {
                report(node.place, "'\(name)' stands twice; keep one")
            }
            found.append(name)
        }
        return found
    }

    /// `x`, `y`, `[x, y]`, or `none`.
    private func axes(_ node: YAMLTree) -> Set<PlotRequest.Axis>? {
        var found: Set<PlotRequest.Axis> = []
        if node.text == "none" { return found }
        for node in node.list ?? [node] {
            guard let axis = node.text.flatMap({ PlotRequest.Axis(rawValue: $0) }) else {
                report(node.place, "expected x, y, [x, y] or none, but found \(node.kind)")
                return nil
            }
            found.insert(axis)
        }
        return found
    }
}
