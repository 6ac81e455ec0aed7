extension SweepReader {
    /// Reads `{samples: N, seed: s, step-size: {log-uniform: [a, b]}, …}`.
    func random(_ tree: YAMLTree, at place: Place) -> Axis? {
        let before = problems.count
        let samples = tree["samples"].flatMap {
            wholeNumber($0, in: 1...Int64(RandomAxis.mostSamples), of: "samples")
        }
        if tree["samples"] == nil {
            report(place, "the random axis does not say how many points: write 'samples: 100'")
        }
        let seed = tree["seed"].map {
            wholeNumber($0, in: 0...DecimalRange.largestUnit, of: "seed")
        }
        var parameters: [RandomAxis.Parameter] = []
        for entry in tree.map ?? [] where !RandomKeys.all.contains(entry.key) {
            guard let distribution = distribution(entry) else { continue }
            parameters.append(
                RandomAxis.Parameter(column: entry.key, distribution: distribution))
        }
        guard problems.count == before, let samples else { return nil }
        let axis = RandomAxis(
            samples: Int(samples), seed: UInt64((seed ?? 0) ?? 0), parameters: parameters)
        if let flaw = axis.flaw() {
            report(place, "this random axis \(flaw)")
            return nil
        }
        return .random(axis)
    }

    private func wholeNumber(
        _ node: YAMLTree, in bounds: ClosedRange<Int64>, of name: String
    ) -> Int64? {
        if name == "seed", node.map != nil {
            report(
                node.place,
                "'seed' in a random axis is the seed of the drawing, a whole number; the parameter "
                    + "'seed' can have an axis of its own")
            return nil
        }
        guard case .integer(let number)? = value(node, as: .integer(bounds), of: name) else {
            return nil
        }
        return number
    }

    private func distribution(_ entry: YAMLTree.Entry) -> RandomAxis.Distribution? {
        let names = SweepFileSection.draw.names
        let parameter = parameter(entry.key)
        guard let entries = entry.value.map, entries.count == 1, let rule = entries.first else {
            report(
                entry.value.place,
                "'\(entry.key)' needs a distribution such as '{uniform: [0, 1]}': one of "
                    + Spelling.list(names))
            return nil
        }
        guard let form = SweepFileSection.draw[rule.key]?.form else {
            report(rule.keyPlace, Spelling.unknown("distribution", rule.key, among: names))
            return nil
        }
        guard let arguments = rule.value.list, rule.key == "choice" || arguments.count == 2,
            !arguments.isEmpty
        else {
            report(
                rule.value.place, "expected '\(rule.key): \(form)', but found \(rule.value.kind)")
            return nil
        }
        if rule.key == "choice" { return choice(arguments, parameter) }
        return interval(rule, arguments, parameter)
    }

    private func choice(
        _ arguments: [YAMLTree], _ parameter: Parameter
    ) -> RandomAxis.Distribution? {
        var options: [[Assignment]] = []
        var seen: [[Assignment]: Place] = [:]
        let before = problems.count
        for argument in arguments {
            let option: [Assignment]?
            switch parameter.type {
            case .variant(let variants):
                option = branch(argument, of: parameter, variants, isSingle: true)
                    .map { assignments(of: $0, parameter.name, variants) }
            default:
                option = value(argument, as: parameter.type, of: parameter.name)
                    .map { [Assignment(parameter.name, $0)] }
            }
            guard let option else { continue }
            if let other = seen.updateValue(argument.place, forKey: option) {
                report(
                    argument.place,
                    "'\(parameter.name)' has this choice twice, here and at "
                        + "\(other.shortDescription); keep one")
            }
            options.append(option)
        }
        return problems.count == before ? .choice(options) : nil
    }

    private func interval(
        _ rule: YAMLTree.Entry, _ arguments: [YAMLTree], _ parameter: Parameter
    ) -> RandomAxis.Distribution? {
        let needsInteger = rule.key == "integer"
        switch (parameter.type, needsInteger) {
        case (.real, false), (.integer, true), (.count, true), (.any, _): break
        case (.real, true), (.integer, false), (.count, false):
            report(
                rule.keyPlace,
                "'\(parameter.name)' takes \(parameter.type.expectation): use "
                    + (needsInteger ? "uniform or log-uniform" : "integer"))
            return nil
        default:
            report(
                rule.keyPlace,
                "'\(parameter.name)' is no number, so it cannot be \(rule.key); use choice")
            return nil
        }
        // The ends are numbers, whatever else the parameter may be.
        let type: ParameterType
        switch parameter.type {
        case .integer(let bounds, _), .count(let bounds): type = .integer(bounds)
        case .real(let bounds, _): type = .real(bounds)
        default:
            type =
                needsInteger
                ? .integer(-DecimalRange.largestUnit...DecimalRange.largestUnit)
                : .real(RealBounds())
        }
        let ends = arguments.compactMap { value($0, as: type, of: parameter.name) }
        guard ends.count == 2, let from = ends[0].number, let to = ends[1].number else {
            return nil
        }
        guard needsInteger ? from <= to : from < to else {
            report(
                arguments[1].place,
                "'\(parameter.name)': nothing lies between \(ends[0].canonicalText) and "
                    + ends[1].canonicalText)
            return nil
        }
        if needsInteger { return .integer(from: Int64(from), to: Int64(to)) }
        guard rule.key == "log-uniform" else { return .uniform(from: from, to: to) }
        guard from > 0 else {
            report(
                arguments[0].place,
                "'\(parameter.name)': log-uniform needs ends above zero, but this is "
                    + ends[0].canonicalText)
            return nil
        }
        return .logUniform(from: from, to: to)
    }
}
