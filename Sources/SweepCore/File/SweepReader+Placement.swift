extension SweepReader {
    /// Where and before what the trials run.
    func placement(_ root: YAMLTree, _ overrides: [Override]) -> Placement {
        var placement = Placement()
        if let node = root["requires"] { placement.requires = tags(node) }
        if let node = root["priority"] {
            placement.priority = number(node, in: Placement.priorities) ?? 0
        }
        placement.resources = resources(overriding(root["resources"], "resources", overrides))
        return placement
    }

    /// What one trial takes.
    private func resources(_ node: YAMLTree?) -> Resources {
        var resources = Resources()
        guard let node else { return resources }
        guard let entries = node.map else {
            report(
                node.place,
                "expected a map such as '{cpus: 2, memory: 4GiB, gpus: 1}', but found \(node.kind)")
            return resources
        }
        for entry in entries {
            switch entry.key {
            case "cpus":
                resources.cpus = number(entry.value, in: Resources.cpuBounds) ?? resources.cpus
            case "gpus":
                resources.gpus = number(entry.value, in: Resources.gpuBounds) ?? resources.gpus
            case "memory": resources.memory = memory(entry.value)
            default:
                report(
                    entry.keyPlace,
                    Spelling.unknown(
                        "resource", entry.key, among: SweepFileSection.resources.names))
            }
        }
        return resources
    }

    /// `512MiB`, `4GiB`, `1.5GiB`.
    private func memory(_ node: YAMLTree) -> Int? {
        let expected = Resources.memoryRule
        guard let text = node.text else {
            report(node.place, "expected \(expected), but found \(node.kind)")
            return nil
        }
        for (unit, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
        where text.hasSuffix(unit) {
            let digits = String(text.dropLast(unit.count))
            guard ScalarReader.isDecimal(digits), let number = Double(digits) else { continue }
            let bytes = (number * Double(1 << shift)).rounded()
            let bounds = Resources.memoryBounds
            guard bytes >= Double(bounds.lowerBound), bytes <= Double(bounds.upperBound) else {
                report(
                    node.place,
                    "'\(YAMLTree.short(text))' is out of bounds; expected \(expected)")
                return nil
            }
            return Int(bytes)
        }
        report(node.place, "\(node.kind) is no amount of memory; expected \(expected)")
        return nil
    }

    /// One tag, or a list of them.
    private func tags(_ node: YAMLTree) -> [String] {
        let nodes = node.list ?? [node]
        var tags: [String] = []
        guard nodes.count <= Placement.mostTags else {
            report(node.place, "\(nodes.count) tags; at most \(Placement.mostTags) are possible")
            return []
        }
        for node in nodes {
            guard let tag = node.text, Placement.isTag(tag) else {
                report(
                    node.place, "\(node.kind) is no tag of a worker; expected \(Placement.tagRule)")
                continue
            }
            if tags.contains(tag) {
                report(node.place, "the tag '\(tag)' stands twice; keep one")
            } else {
                tags.append(tag)
            }
        }
        return tags
    }

    private func number(_ node: YAMLTree, in bounds: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        guard let text = node.text else {
            report(node.place, "expected \(expected), but found \(node.kind)")
            return nil
        }
        do throws(ScalarReader.Refusal) {
            let range = Int64(bounds.lowerBound)...Int64(bounds.upperBound)
            return Int(try ScalarReader.integer(text, in: range, expecting: expected, []))
        } catch {
            report(node.place, error.text)
            return nil
        }
    }
}
