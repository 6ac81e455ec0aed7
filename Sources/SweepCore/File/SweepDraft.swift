/// What a sweep file assigns, by name, before values are read.
struct SweepDraft {
    /// A parameter with what stands behind its name.
    struct Entry {
        let name: String
        let place: Place
        var tree: YAMLTree
    }

    /// An entry of `axes`.
    enum AxisEntry {
        case parameter(Entry)
        case zip(Place, [Entry])
        case random(Place, YAMLTree)
    }

    var fixed: [Entry] = []
    var axes: [AxisEntry] = []
    /// Where each parameter is assigned.
    private(set) var places: [String: Place] = [:]

    /// Names of all assigned parameters.
    var assigned: Set<String> { Set(places.keys) }
    /// Names in order of appearance, `fixed` first.
    private(set) var names: [String] = []

    /// Collects the entries of `fixed` and `axes`.
    init(_ root: YAMLTree, _ reader: SweepReader) {
        for section in ["fixed", "axes"] {
            guard let node = root[section] else { continue }
            guard let entries = node.map else {
                reader.report(
                    node.place, "expected a map of parameters, but found \(node.kind)")
                continue
            }
            for entry in entries {
                if section == "fixed" {
                    let item = Entry(
                        name: entry.key, place: entry.keyPlace, tree: entry.value)
                    if assign(item.name, item.place, reader) { fixed.append(item) }
                } else {
                    addAxis(entry, reader)
                }
            }
        }
    }

    private mutating func addAxis(_ entry: YAMLTree.Entry, _ reader: SweepReader) {
        switch entry.key {
        case "zip":
            for map in SweepDraft.maps(entry.value, "zip", reader) {
                var tracks: [Entry] = []
                for track in map.map ?? [] {
                    guard assign(track.key, track.keyPlace, reader) else { continue }
                    tracks.append(
                        Entry(name: track.key, place: track.keyPlace, tree: track.value))
                }
                axes.append(.zip(map.place, tracks))
            }
        case "random":
            for map in SweepDraft.maps(entry.value, "random", reader) {
                for drawn in map.map ?? [] where !RandomKeys.all.contains(drawn.key) {
                    _ = assign(drawn.key, drawn.keyPlace, reader)
                }
                axes.append(.random(map.place, map))
            }
        default:
            let item = Entry(name: entry.key, place: entry.keyPlace, tree: entry.value)
            if assign(item.name, item.place, reader) { axes.append(.parameter(item)) }
        }
    }

    /// `zip` and `random` stand for one map, or a list of them.
    private static func maps(
        _ node: YAMLTree, _ name: String, _ reader: SweepReader
    ) -> [YAMLTree] {
        let all = node.list ?? [node]
        if all.isEmpty { reader.report(node.place, "'\(name)' has no entries") }
        return all.filter { map in
            guard let entries = map.map, !entries.isEmpty else {
                reader.report(
                    map.place,
                    "'\(name)' needs a map of parameters, or a list of such maps, but this is "
                        + map.kind)
                return false
            }
            return true
        }
    }

    /// Notes an assignment; false when the name is unknown or was assigned before.
    private mutating func assign(_ name: String, _ place: Place, _ reader: SweepReader) -> Bool {
        guard reader.isParameter(name, at: place) else { return false }
        if let other = places[name] {
            reader.report(
                place,
                "'\(name)' is assigned here and at \(other.shortDescription); keep one of them")
            return false
        }
        places[name] = place
        names.append(name)
        return true
    }

    /// Where each axis stands, in order.
    var axisPlaces: [Place] {
        axes.map { axis in
            switch axis {
            case .parameter(let entry): entry.tree.place
            case .zip(let place, _), .random(let place, _): place
            }
        }
    }

    /// Notes an assignment that an override brings.
    mutating func replaceAssignment(_ name: String, _ place: Place) {
        places[name] = place
    }
}

/// Keys of a random axis that are no parameters.
enum RandomKeys {
    static let all = SweepFileSection.random.names
}

extension Place {
    /// `12:5` in the file itself, or the override.
    var shortDescription: String {
        switch self {
        case .file(let line, let column): "\(line):\(column)"
        case .override: description(in: "")
        }
    }
}

extension SweepReader {
    /// Whether a name is a parameter of the experiment; reports when it is not.
    func isParameter(_ name: String, at place: Place) -> Bool {
        if experiment.parameters.contains(where: { $0.name == name }) { return true }
        let names = experiment.parameters.map(\.name)
        if experiment.acceptsAnyParameter {
            if UndeclaredName.isValid(name) { return true }
            report(
                place,
                "'\(YAMLTree.short(name))' is no parameter name: expected \(UndeclaredName.rule)")
            return false
        }
        if let dot = name.firstIndex(of: "."), names.contains(String(name[..<dot])) {
            let owner = name[..<dot]
            report(
                place,
                "'\(YAMLTree.short(name))' belongs into its kind: write '\(owner): {kind: …, "
                    + "\(name[name.index(after: dot)...]): …}'")
            return false
        }
        report(
            place,
            Spelling.unknown("parameter", name, among: names)
                + " (windrow experiments \(experiment.name) lists them)")
        return false
    }

    /// The declaration of a parameter.
    func parameter(_ name: String) -> Parameter {
        experiment.parameters.first { $0.name == name }
            ?? Parameter(name, .any, default: .required, help: "")
    }
}
