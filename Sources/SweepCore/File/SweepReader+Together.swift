extension SweepReader {
    /// Reads axes that move together.
    func zip(_ entries: [SweepDraft.Entry], at place: Place) -> Axis? {
        guard !entries.isEmpty else { return nil }
        let before = problems.count
        var tracks: [ColumnSeries] = []
        var lengths: [(name: String, count: Int)] = []
        for entry in entries {
            let parameter = parameter(entry.name)
            switch parameter.type {
            case .variant(let variants):
                guard let elements = entry.tree.list, !elements.isEmpty else {
                    report(
                        entry.tree.place,
                        "'\(entry.name)' in a zip needs a list of kinds, but found "
                            + entry.tree.kind)
                    continue
                }
                let options = elements.compactMap { element in
                    branch(element, of: parameter, variants, isSingle: true)
                        .map { assignments(of: $0, parameter.name, variants) }
                }
                guard options.count == elements.count else { continue }
                tracks += SweepReader.tracks(options)
                lengths.append((entry.name, options.count))
            case .words:
                report(
                    entry.place, "'\(entry.name)' is a list of words and belongs under 'fixed'")
            default:
                guard let series = zipped(entry, parameter.type) else { continue }
                tracks.append(ColumnSeries(column: entry.name, series: series))
                lengths.append((entry.name, series.count))
            }
        }
        guard problems.count == before, let first = lengths.first else { return nil }
        for other in lengths where other.count != first.count {
            report(
                place,
                "'\(first.name)' has \(first.count) values, but '\(other.name)', which moves "
                    + "together with it, has \(other.count); give both as many")
            return nil
        }
        return .zip(tracks)
    }

    /// A list in which values may come again: only whole rows must differ.
    private func zipped(_ entry: SweepDraft.Entry, _ type: ParameterType) -> Series? {
        guard let elements = entry.tree.list else {
            return series(entry.tree, as: type, of: entry.name)
        }
        guard !elements.isEmpty else {
            report(
                entry.tree.place, "the axis '\(entry.name)' is empty; write at least one value")
            return nil
        }
        let values = elements.compactMap { value($0, as: type, of: entry.name) }
        return values.count == elements.count ? .list(values) : nil
    }

    /// A kind with everything that it decides, defaults included.
    func assignments(
        of branch: VariantAxis.Branch, _ column: String, _ variants: [ParameterType.Variant]
    ) -> [Assignment] {
        var all = branch.assignments(of: column)
        for variant in variants where variant.kind == branch.kind {
            for parameter in variant.parameters {
                let name = "\(column).\(parameter.name)"
                guard !all.contains(where: { $0.column == name }),
                    let value = parameter.fallback.value
                else { continue }
                all.append(Assignment(name, value))
            }
        }
        return all
    }

    /// Points of several columns as columns of several points.
    private static func tracks(_ points: [[Assignment]]) -> [ColumnSeries] {
        var names: [String] = []
        var places: [String: Int] = [:]
        for point in points {
            for assignment in point where places[assignment.column] == nil {
                places[assignment.column] = names.count
                names.append(assignment.column)
            }
        }
        var values = [[Value?]](
            repeating: [Value?](repeating: nil, count: points.count), count: names.count)
        for (index, point) in points.enumerated() {
            for assignment in point {
                if let place = places[assignment.column] { values[place][index] = assignment.value }
            }
        }
        return Swift.zip(names, values).map { ColumnSeries(column: $0, series: .list($1)) }
    }
}
