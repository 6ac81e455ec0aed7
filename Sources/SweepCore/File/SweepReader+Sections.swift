extension SweepReader {
    /// A section of the file with the entries that overrides such as `limits.attempts=5` replace.
    func overriding(
        _ section: YAMLTree?, _ name: String, _ overrides: [Override]
    ) -> YAMLTree? {
        let mine = overrides.filter { $0.name.hasPrefix(name + ".") }
        guard let first = mine.first else { return section }
        if let section, section.map == nil { return section }
        var entries = section?.map ?? []
        for override in mine {
            let key = String(override.name.dropFirst(name.count + 1))
            entries.removeAll { $0.key == key }
            entries.append(
                YAMLTree.Entry(key: key, keyPlace: override.place, value: override.tree))
        }
        return YAMLTree(place: section?.place ?? first.place, content: .map(entries))
    }

    /// The metric and its goal.
    func metric(_ node: YAMLTree?) -> MetricGoal? {
        guard let node else { return nil }
        guard let entries = node.map else {
            report(node.place, "expected '{name: …, goal: minimize}', but found \(node.kind)")
            return nil
        }
        let keys = SweepFileSection.metric.names
        for entry in entries where !keys.contains(entry.key) {
            report(entry.keyPlace, Spelling.unknown("key", entry.key, among: keys))
        }
        let names = experiment.metrics.map(\.name)
        var found: String?
        if let name = node["name"] {
            if let text = name.text, !text.isEmpty {
                if experiment.acceptsAnyParameter || names.contains(text) {
                    found = text
                } else {
                    report(name.place, Spelling.unknown("metric", text, among: names))
                }
            } else {
                report(name.place, "expected a metric's name, but found \(name.kind)")
            }
        } else {
            report(
                node.place,
                "the metric has no name; write '{name: …, goal: minimize}'"
                    + (names.isEmpty ? "" : " with one of " + Spelling.list(names)))
        }
        let goals = MetricGoal.Goal.allCases.map(\.rawValue)
        guard let goal = node["goal"] else {
            report(node.place, "the metric has no goal; write 'goal: minimize' or 'goal: maximize'")
            return nil
        }
        guard let text = goal.text, let direction = MetricGoal.Goal(rawValue: text) else {
            report(
                goal.place,
                goal.text.map { Spelling.unknown("goal", $0, among: goals) }
                    ?? "expected \(Spelling.list(goals)), but found \(goal.kind)")
            return nil
        }
        return found.map { MetricGoal(name: $0, goal: direction) }
    }

    /// When attempts, trials and the sweep are given up.
    func limits(_ node: YAMLTree?) -> Limits {
        var limits = Limits()
        guard let node else { return limits }
        guard let entries = node.map else {
            report(
                node.place,
                "expected a map such as '{timeout: 10m, attempts: 3}', but found \(node.kind)")
            return limits
        }
        for entry in entries {
            switch entry.key {
            case "timeout": limits.timeout = duration(entry.value) ?? limits.timeout
            case "attempts":
                limits.attempts = count(entry.value, in: Limits.attemptBounds) ?? limits.attempts
            case "max-failures":
                limits.maxFailures =
                    count(entry.value, in: Limits.failureBounds) ?? limits.maxFailures
            default:
                report(
                    entry.keyPlace,
                    Spelling.unknown("limit", entry.key, among: SweepFileSection.limits.names))
            }
        }
        return limits
    }

    private func count(_ node: YAMLTree, in bounds: ClosedRange<Int>) -> Int? {
        guard let text = node.text else {
            report(node.place, "expected a whole number, but found \(node.kind)")
            return nil
        }
        do throws(ScalarReader.Refusal) {
            return Int(
                try ScalarReader.integer(
                    text, in: Int64(bounds.lowerBound)...Int64(bounds.upperBound),
                    expecting:
                        "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)", []))
        } catch {
            report(node.place, error.text)
            return nil
        }
    }

    /// `90s`, `10m`, `2h`, `500ms`, or a number of seconds.
    private func duration(_ node: YAMLTree) -> Double? {
        let expected = Limits.timeoutRule
        guard let text = node.text else {
            report(node.place, "expected \(expected), but found \(node.kind)")
            return nil
        }
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = String(text.dropLast(unit.suffix.count))
            guard ScalarReader.isDecimal(digits), let number = Double(digits) else { continue }
            let seconds = unit.suffix == "ms" ? number / 1000 : number * unit.seconds
            guard seconds > 0, seconds <= Limits.longestTimeout else {
                report(
                    node.place,
                    "'\(YAMLTree.short(text))' is out of bounds; expected \(expected), above zero "
                        + "and at most a hundred years")
                return nil
            }
            return seconds
        }
        report(node.place, "\(node.kind) is no duration; expected \(expected)")
        return nil
    }
}
