import SweepAnswers
import SweepCore

/// The beginning of a sweep of an experiment: what must be assigned, on axes, and what may be, in
/// comments.
struct ExperimentTemplate {
    private let experiment: ExperimentDescription

    init(_ experiment: ExperimentDescription) { self.experiment = experiment }

    /// The lines of a sweep file from `fixed` to `axes`.
    var lines: [String] {
        var axes: [(name: String, text: String)] = []
        for parameter in experiment.parameters where isVaried(parameter) {
            if let text = series(parameter) { axes.append((parameter.name, text)) }
        }
        if axes.isEmpty, let first = experiment.parameters.first, let text = series(first) {
            axes.append((first.name, text))
        }
        let optional = experiment.parameters.filter { parameter in
            !axes.contains { $0.name == parameter.name }
        }
        // A choice that must be made stands under `fixed`; what need not be assigned is a comment.
        let hasFixed = optional.contains { chosen($0) != nil }
        var lines = [
            (hasFixed ? "" : "# ")
                + "fixed:   # one value for all trials; what stands behind # holds without it"
        ]
        let widest = optional.map { assignment($0).count }.filter { $0 <= 40 }.max() ?? 0
        for parameter in optional {
            let text = chosen(parameter) ?? assignment(parameter)
            let space = String(repeating: " ", count: max(0, widest - text.count))
            let mark = chosen(parameter) == nil ? "#   " : "  "
            lines.append(
                "\(mark)\(text)\(space)   # \(parameter.help)\(choices(parameter.type))"
                    + without(parameter))
        }
        lines.append("axes:   # every combination is a trial")
        return lines + axes.map { "  \($0.name): \($0.text)" }
    }

    private func isVaried(_ parameter: Parameter) -> Bool {
        parameter.fallback == .required && chosen(parameter) == nil || parameter.name == "seed"
    }

    /// The assignment of a choice that must be made.
    private func chosen(_ parameter: Parameter) -> String? {
        guard parameter.fallback == .required, case .choice(let words) = parameter.type,
            let first = words.first
        else { return nil }
        return "\(parameter.name): \(SweepFileText.scalar(first.name))"
    }

    private func assignment(_ parameter: Parameter) -> String {
        let value: String =
            switch parameter.fallback {
            case .value(.text(let text)): SweepFileText.scalar(text)
            case .value(let value): "\(value)"
            case .derived, .required: "…"
            }
        return "\(parameter.name): \(value)"
    }

    private func without(_ parameter: Parameter) -> String {
        if case .derived(let rule) = parameter.fallback { "; without it: \(rule)" } else { "" }
    }

    private func choices(_ type: ParameterType) -> String {
        switch type {
        case .choice(let words): ": " + words.map(\.name).joined(separator: ", ")
        case .variant(let kinds): ": " + kinds.map(\.kind).joined(separator: ", ")
        default: ""
        }
    }

    /// A few values to begin with.
    private func series(_ parameter: Parameter) -> String? {
        if parameter.name == "seed" { return "{range: [0, 3]}" }
        switch parameter.type {
        case .real(let bounds, _):
            if bounds.contains(1e-3), bounds.contains(1) { return "{log: [1e-3, 1, 4]}" }
            let low = max(bounds.lower, -1)
            let high = min(bounds.upper, low + 1)
            return "{linear: [\(low), \(high), 3]}"
        case .integer(let bounds, _), .count(let bounds):
            let low = max(bounds.lowerBound, 0)
            return "{range: [\(low), \(min(low + 4, bounds.upperBound))]}"
        case .choice(let words):
            return
                "[\(words.prefix(2).map { SweepFileText.scalar($0.name) }.joined(separator: ", "))]"
        case .flag: return "[false, true]"
        case .variant(let kinds): return variants(kinds, of: parameter)
        case .sizes(let bounds, _, _): return "[\"\(bounds.lowerBound)\"]"
        case .path, .text, .words, .any: return nil
        }
    }

    /// The first kinds that need nothing else and go with everything else's defaults.
    private func variants(_ kinds: [ParameterType.Variant], of parameter: Parameter) -> String? {
        let others = experiment.parameters.filter {
            $0.fallback == .required && $0.name != parameter.name
        }.compactMap { other -> String? in
            if case .variant = other.type { return nil }
            return chosen(other).map { "  " + $0.replacing(": ", with: ": [") + "]" }
                ?? series(other).map { "  \(other.name): \($0)" }
        }
        let fitting = kinds.filter { kind in
            guard kind.parameters.allSatisfy({ $0.fallback != .required }) else { return false }
            let text =
                "sweep: s\nexperiment: \(experiment.name)\naxes:\n"
                + (others + ["  \(parameter.name): [\(SweepFileText.scalar(kind.kind))]"])
                .joined(separator: "\n")
            let sweep = try? Sweep.read(
                text: text, file: "", directory: "/", overrides: [], experiments: [experiment])
            return sweep != nil
        }
        guard !fitting.isEmpty else { return nil }
        return
            "[\(fitting.prefix(2).map { SweepFileText.scalar($0.kind) }.joined(separator: ", "))]"
    }
}
