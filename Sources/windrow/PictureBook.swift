import Experiments
import SweepAnswers
import SweepCore
import SweepStore

/// The pictures of a store: which there are, and their numbers.
struct PictureBook {
    let question: StoreQuestion
    private let traces: StoreTraces?
    private let units: [String: String]
    private let memory = Memory()

    /// Observations that pictures share, by their condition and the columns that are named.
    private final class Memory {
        var observations: [String: Observations] = [:]
    }

    /// A picture with the name of its files.
    struct Picture {
        var name: String
        var request: PlotRequest
        var figure: Figure
    }

    init(_ question: StoreQuestion) throws {
        self.question = question
        traces = question.account.traceColumns.isEmpty ? nil : try StoreTraces(question.folder)
        units = Self.units(question.account.experiment)
    }

    /// Units of an experiment's parameters and metrics by their names.
    private static func units(_ name: String) -> [String: String] {
        guard
            let experiment = ExperimentRegistry.builtIn.first(where: {
                $0.description.name == name
            })
        else { return ["duration_s": "s"] }
        var units = ["duration_s": "s", "wall_s": "s"]
        for metric in experiment.description.metrics where !metric.unit.isEmpty {
            units[metric.name] = metric.unit
        }
        for parameter in experiment.description.parameters {
            units[parameter.name] = parameter.unit
            guard case .variant(let variants) = parameter.type else { continue }
            for inner in variants.flatMap(\.parameters) {
                units["\(parameter.name).\(inner.name)"] = inner.unit
            }
        }
        return units
    }

    // MARK: Which

    /// The pictures that the store's sweep file asks for.
    ///
    /// - Throws: when the file can no longer be read as a sweep file.
    func asked() throws -> [PlotRequest] {
        guard let bytes = try StoreAccount.sweepFile(question.folder) else { return [] }
        // Overrides of the command line do not stand in the file: without them it may be wrong.
        let sweep = try? Sweep.read(
            bytes: bytes, file: "\(question.folder)/sweep.yaml",
            directory: question.account.sweep?.directory ?? "", overrides: [],
            experiments: ExperimentRegistry.builtIn.map(\.description))
        return sweep?.plots ?? []
    }

    /// A kind for the axes that are asked for.
    func kind(x: String?, y: String?) -> PlotRequest.Kind {
        let columns = traces?.columns ?? []
        let header = x?.replacing("-", with: "_")
        if let header, columns.contains(header) {
            return header.hasPrefix("bits") ? .bits : .rounds
        }
        let isParameter =
            y.map {
                question.table.parameters.contains(
                    $0.replacing("-", with: "_").replacing(".", with: "_"))
            } ?? false
        return isParameter ? .heatmap : x == nil ? .rounds : .sensitivity
    }

    // MARK: Numbers

    /// Pictures for requests; what cannot be drawn is told to `skip`, or thrown without it.
    func pictures(
        _ requests: [PlotRequest], goal: MetricGoal.Goal?,
        skip: ((PlotRequest, String) -> Void)? = nil
    ) throws -> [Picture] {
        var names: Set<String> = []
        return try requests.compactMap { request in
            do {
                let figure = try figure(request, goal: goal)
                var name = request.name ?? request.kind.rawValue
                var number = 2
                while !names.insert(name).inserted {
                    name = "\(request.name ?? request.kind.rawValue)-\(number)"
                    number += 1
                }
                return Picture(name: name, request: request, figure: figure)
            } catch let problem as FigureMaker.Problem {
                guard let skip else {
                    throw InputError("\(request.kind.rawValue): \(problem.text)")
                }
                skip(request, problem.text)
                return nil
            }
        }
    }

    private func figure(_ request: PlotRequest, goal: MetricGoal.Goal?) throws -> Figure {
        let question = try question.narrowed(to: request.condition)
        var request = request
        func columns(_ names: [String]?, _ flag: String) throws(InputError) -> [String]? {
            try question.parameters(names?.joined(separator: ","), flag)
        }
        let by = try columns(request.by, "--by")
        let facet = try columns(request.facet, "--facet")
        let tune = try columns(request.tune, "--tune")
        let over = try columns(request.over, "--over")
        var others = facet ?? []
        // Axes that are parameters; other names are looked for among what is logged or measured.
        if ![.rounds, .bits].contains(request.kind) {
            for axis in [\PlotRequest.x, \.y] {
                guard let name = request[keyPath: axis],
                    axis == \.x || request.kind == .heatmap
                else { continue }
                let header = try question.parameter(name, axis == \.x ? "--x" : "--y")
                request[keyPath: axis] = header
                others.append(header)
            }
        }
        let metric = try question.goal(by: request.metric, goal)
        let own = Set((facet ?? []) + (tune ?? []) + (over ?? []))
        let per = by.map { $0.filter { !own.contains($0) } }
        let named = Set([per, tune, over].flatMap { $0 ?? [] } + others)
        let key = ([question.condition ?? ""] + named.sorted()).joined(separator: "\n")
        let known = memory.observations[key]
        let (observations, roles) = try question.observations(
            per: per, tune: tune, over: over, others: others, known: known)
        memory.observations[key] = observations
        return try FigureMaker(
            observations, roles: roles,
            facets: facet.map { $0.compactMap { observations.factor($0) } }, goal: metric,
            request: request, traces: traces, units: units, sweep: question.account.sweep
        ).figure()
    }
}
