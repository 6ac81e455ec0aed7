import SweepCore

/// The experiments that a sweep file can name.
public struct ExperimentRegistry: Sendable {
    /// All experiments, in the order in which they are listed.
    public let experiments: [any Experiment]

    /// The experiments that windrow brings along.
    public static let builtIn: [any Experiment] = [
        DistributedSGDExperiment(), CommandExperiment(), NoopExperiment(),
    ]

    /// A registry of the built-in experiments and others.
    public init(adding others: [any Experiment] = []) {
        experiments = Self.builtIn + others
    }

    /// The experiment of a name; nil when there is none.
    public func experiment(named name: String) -> (any Experiment)? {
        experiments.first { $0.description.name == name }
    }
}
