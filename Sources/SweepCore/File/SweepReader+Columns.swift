extension SweepReader {
    /// All columns: declared ones in their order, then undeclared ones in order of appearance.
    func columns(undeclared: [(name: String, place: Place)], _ start: Place) -> [Column]? {
        var columns: [Column] = []
        var headers: [String: String] = [:]
        var isSound = true
        func add(_ column: Column, _ place: Place) {
            if let other = headers.updateValue(
                column.name, forKey: column.header.lowercased())
            {
                report(
                    place,
                    "'\(column.name)' and '\(other)' would share the column '\(column.header)'; "
                        + "rename one")
                isSound = false
            }
            columns.append(column)
        }
        for parameter in experiment.parameters {
            add(
                Column(
                    name: parameter.name, type: parameter.type, fallback: parameter.fallback.value),
                start)
            guard case .variant(let variants) = parameter.type else { continue }
            for column in SweepReader.innerColumns(of: parameter.name, variants) {
                guard let column else {
                    report(
                        start,
                        "the experiment '\(experiment.name)' declares a parameter of "
                            + "'\(parameter.name)' with different types in different kinds")
                    return nil
                }
                add(column, start)
            }
        }
        guard experiment.acceptsAnyParameter else { return isSound ? columns : nil }
        var known = Set(columns.map(\.name))
        for (name, place) in undeclared
        where UndeclaredName.isValid(name) && known.insert(name).inserted {
            add(Column(name: name, type: .any, fallback: nil), place)
        }
        if columns.count > Sweep.mostColumns {
            report(
                start,
                "\(columns.count) parameters; at most \(Sweep.mostColumns) are possible")
            isSound = false
        }
        return isSound ? columns : nil
    }

    /// The columns of the kinds' own parameters; a nil stands for kinds that do not agree.
    private static func innerColumns(
        of owner: String, _ variants: [ParameterType.Variant]
    ) -> [Column?] {
        var names: [String] = []
        var found: [String: [Parameter]] = [:]
        for variant in variants {
            for parameter in variant.parameters {
                if found[parameter.name] == nil { names.append(parameter.name) }
                found[parameter.name, default: []].append(parameter)
            }
        }
        return names.map { name in
            let all = found[name, default: []]
            guard let first = all.first else { return nil }
            var type = first.type
            for parameter in all.dropFirst() {
                guard let joined = type.joined(with: parameter.type) else { return nil }
                type = joined
            }
            let agree = all.allSatisfy { $0.fallback == first.fallback }
            return Column(
                name: "\(owner).\(name)", type: type, fallback: agree ? first.fallback.value : nil)
        }
    }
}

/// What a parameter that no experiment declares may be called.
enum UndeclaredName {
    static let rule = "letters, digits, '-' and '_', starting with a letter, at most 100 of them"
    /// Words with a meaning of their own among the axes.
    static let reserved = ["zip", "random"]

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 100, isLetter(first) else {
            return false
        }
        return !reserved.contains(name)
            && name.utf8.allSatisfy {
                isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension ParameterType {
    /// A type that has the values of both; nil when the two differ in more than their bounds.
    fileprivate func joined(with other: ParameterType) -> ParameterType? {
        switch (self, other) {
        case (.integer(let a, let words), .integer(let b, let more)):
            return .integer(
                min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound),
                words: words + more.filter { !words.contains($0) })
        case (.count(let a), .count(let b)), (.count(let a), .integer(let b, words: [])),
            (.integer(let a, words: []), .count(let b)):
            return .count(
                min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound))
        case (.real(let a, let words), .real(let b, let more)):
            return .real(
                a.joined(with: b), words: words + more.filter { !words.contains($0) })
        case (.choice(let words), .choice(let more)):
            let names = words.map(\.name)
            return .choice(words + more.filter { !names.contains($0.name) })
        default: return self == other ? self : nil
        }
    }
}

extension RealBounds {
    /// The smallest interval around both.
    fileprivate func joined(with other: RealBounds) -> RealBounds {
        let low = min(lower, other.lower)
        let high = max(upper, other.upper)
        return RealBounds(
            from: low,
            including: (lower == low && includesLower)
                || (other.lower == low && other.includesLower),
            to: high,
            including: (upper == high && includesUpper)
                || (other.upper == high && other.includesUpper))
    }
}
