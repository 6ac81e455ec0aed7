/// Turns a parsed sweep file into a `Sweep`, and collects what is wrong on the way.
///
/// A piece that is wrong is left out, so that one reading finds several mistakes; the sweep is used
/// only when there is none.
final class SweepReader {
    let experiments: [ExperimentDescription]
    var problems: [SweepFileError.Problem] = []

    /// The experiment that the file names.
    var experiment = ExperimentDescription(
        name: "", version: 0, summary: "", parameters: [], metrics: [])
    /// All columns, once they are known.
    var columns: [Column] = []
    /// Parameters that an override assigns: exclusions about them may become idle.
    var overridden: Set<String> = []

    init(experiments: [ExperimentDescription]) {
        self.experiments = experiments
    }

    /// Notes a mistake.
    func report(_ place: Place, _ text: String) {
        problems.append(SweepFileError.Problem(place: place, text: text))
    }

    /// The keys of a sweep file.
    static let keys = SweepFileSection.file.names

    /// Reads a whole file; nil when something was reported.
    func sweep(_ root: YAMLTree, directory: String, overrides: [Override]) -> Sweep? {
        guard let entries = root.map else {
            report(root.place, "expected a map, but found \(root.kind); \(YAMLProblem.start)")
            return nil
        }
        for entry in entries where !SweepReader.keys.contains(entry.key) {
            report(entry.keyPlace, Spelling.unknown("key", entry.key, among: SweepReader.keys))
        }
        let name = sweepName(root)
        guard let experiment = experimentDescription(root) else { return nil }
        self.experiment = experiment
        let goal = metric(overriding(root["metric"], "metric", overrides))
        let limits = limits(overriding(root["limits"], "limits", overrides))
        let placement = placement(root, overrides)
        var draft = SweepDraft(root, self)
        let undeclared =
            draft.names.map { ($0, draft.places[$0] ?? root.place) }
            + overrides.map { ($0.name, $0.place) }
        guard let columns = columns(undeclared: undeclared, root.place) else { return nil }
        self.columns = columns
        draft.apply(overrides, self)
        let (fixed, axes) = assignments(draft)
        // A misspelled name would be told twice: as unknown, and as missing.
        if problems.isEmpty { checkRequired(draft, root.place) }
        guard problems.isEmpty else { return nil }
        let exclusions = exclusions(root["exclude"], axes: axes, fixed: fixed)
        guard problems.isEmpty else { return nil }
        var sweep = Sweep(
            name: name ?? "", experiment: experiment.name, experimentVersion: experiment.version,
            metric: goal, limits: limits, columns: columns, fixed: fixed, axes: axes,
            exclusions: exclusions, directory: directory, placement: placement)
        sweep.plots = plots(root["plots"])
        guard problems.isEmpty else { return nil }
        let places = draft.axisPlaces
        return layOut(sweep, root["exclude"]?.place, draft) { axis in
            axis.flatMap { places.indices.contains($0) ? places[$0] : nil }
                ?? root["axes"]?.place ?? root.place
        }
    }

    /// The last check: everything together, as a grid.
    private func layOut(
        _ sweep: Sweep, _ exclude: Place?, _ draft: SweepDraft, _ place: (Int?) -> Place
    ) -> Sweep? {
        do throws(SweepError) {
            let grid = try Grid(sweep)
            if grid.count == 0 {
                report(
                    exclude ?? place(nil), "every combination is excluded; nothing is left to run")
            }
            for constraint in try grid.broken(of: experiment.constraints).prefix(20) {
                report(constraint, in: draft, else: place(nil))
            }
        } catch {
            report(place(error.axis), error.message)
        }
        return problems.isEmpty ? sweep : nil
    }

    private func sweepName(_ root: YAMLTree) -> String? {
        guard let node = root["sweep"] else {
            if !isMisspelled("sweep", root) {
                report(root.place, "the key 'sweep' is missing; write 'sweep: NAME'")
            }
            return nil
        }
        guard let name = node.text, SweepName.isValid(name) else {
            report(node.place, "\(node.kind) is no sweep name: expected \(SweepName.rule)")
            return nil
        }
        return name
    }

    /// Whether an unknown key has been reported that was probably meant to be this one.
    private func isMisspelled(_ key: String, _ root: YAMLTree) -> Bool {
        (root.map ?? []).contains {
            !SweepReader.keys.contains($0.key)
                && Spelling.nearest(to: $0.key, among: SweepReader.keys) == key
        }
    }

    private func experimentDescription(_ root: YAMLTree) -> ExperimentDescription? {
        let names = experiments.map(\.name)
        guard let node = root["experiment"] else {
            if !isMisspelled("experiment", root) {
                report(
                    root.place,
                    "the key 'experiment' is missing; write 'experiment: NAME', one of "
                        + Spelling.list(names))
            }
            return nil
        }
        guard let name = node.text else {
            report(node.place, "expected an experiment's name, but found \(node.kind)")
            return nil
        }
        guard let found = experiments.first(where: { $0.name == name }) else {
            report(node.place, Spelling.unknown("experiment", name, among: names))
            return nil
        }
        return found
    }

    private func checkRequired(_ draft: SweepDraft, _ place: Place) {
        for parameter in experiment.parameters
        where !draft.assigned.contains(parameter.name) {
            switch parameter.fallback {
            case .required:
                report(
                    place,
                    "the parameter '\(parameter.name)' is not assigned: add it under 'fixed' or "
                        + "'axes' (\(parameter.type.expectation))")
            case .value(.text(let kind)):
                guard case .variant(let variants) = parameter.type,
                    let variant = variants.first(where: { $0.kind == kind })
                else { continue }
                for inner in variant.parameters where inner.fallback == .required {
                    report(
                        place,
                        "the kind '\(kind)', which '\(parameter.name)' has unless the file says "
                            + "otherwise, needs '\(inner.name)': write '\(parameter.name): {kind: "
                            + "\(kind), \(inner.name): …}'")
                }
            case .value, .derived: continue
            }
        }
    }
}
