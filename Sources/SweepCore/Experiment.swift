/// What a sweep runs: a pure function from a trial's parameters to its outcome.
///
/// The same trial must give the same outcome on any machine, in any order, bit for bit; randomness
/// comes from the trial's own parameters (a seed), never from the surroundings.
public protocol Experiment: Sendable {
    /// What a sweep file may say to this experiment.
    var description: ExperimentDescription { get }

    /// Runs one trial.
    ///
    /// - Throws: `TrialFailure` when the trial has no outcome.
    func run(_ trial: Trial, in context: TrialContext) throws -> TrialOutcome

    /// Looks at what a sweep needs from outside (files, programs) before any trial runs.
    ///
    /// - Parameters:
    ///   - value: one value of a parameter of type `path` or `words` that the sweep uses.
    ///   - parameter: its name.
    ///   - context: where relative paths start, and what the sweep lists.
    /// - Throws: `TrialFailure` with a message that names file, line and what was expected.
    func check(_ value: Value, of parameter: String, in context: TrialContext) throws

    /// The absolute paths of the files that are read for a path that a sweep names; a store is not
    /// continued when one of them has changed.
    ///
    /// - Parameters:
    ///   - path: the value's own path, absolute.
    ///   - parameter: the name of the parameter that has it.
    func files(at path: String, of parameter: String) -> [String]
}

extension Experiment {
    /// Nothing is needed from outside.
    public func check(_ value: Value, of parameter: String, in context: TrialContext) throws {}

    /// The file itself.
    public func files(at path: String, of parameter: String) -> [String] { [path] }
}

/// The face of an experiment: its name, parameters and metrics.
public struct ExperimentDescription: Sendable, Hashable, Codable {
    /// Kebab-case name, as in a sweep file's `experiment:`.
    public let name: String
    /// Rises when the same parameters may give another outcome than before.
    ///
    /// Part of trial ids; so is a default, while it holds: changing one needs a new version.
    public let version: Int
    /// One line of help.
    public let summary: String
    /// Declared parameters, in the order of the store's columns.
    public let parameters: [Parameter]
    /// Whether a sweep file may assign parameters that are not declared (type `any`).
    public let acceptsAnyParameter: Bool
    /// Metrics that every outcome carries, in the order of the store's columns.
    public let metrics: [Metric]
    /// Combinations of values with which no trial can run; not part of the coded form.
    public private(set) var constraints: [Constraint] = []

    private enum CodingKeys: String, CodingKey {
        case name, version, summary, parameters, acceptsAnyParameter, metrics
    }

    /// Describes an experiment.
    public init(
        name: String, version: Int, summary: String, parameters: [Parameter],
        acceptsAnyParameter: Bool = false, metrics: [Metric], constraints: [Constraint] = []
    ) {
        self.name = name
        self.version = version
        self.summary = summary
        self.parameters = parameters
        self.acceptsAnyParameter = acceptsAnyParameter
        self.metrics = metrics
        self.constraints = constraints
    }
}

/// A measured quantity of an experiment.
public struct Metric: Sendable, Hashable, Codable {
    /// Column name, snake_case: `grad_norm_sq`.
    public let name: String
    /// Unit, empty when there is none.
    public let unit: String
    /// One line of help.
    public let help: String

    /// Declares a metric.
    public init(_ name: String, unit: String = "", help: String) {
        self.name = name
        self.unit = unit
        self.help = help
    }
}

/// What surrounds a running trial.
public struct TrialContext: Sendable {
    /// Absolute path of the sweep file's folder, where relative paths start.
    public let directory: String
    /// Wall-clock limit of one attempt in seconds, or nil.
    public let timeout: Double?
    /// Names of the sweep's parameters.
    public let parameters: [String]
    /// The metric by which the sweep compares its trials, or nil.
    public let metric: String?
    /// Takes what a program that the trial starts prints, for the sweep's log; or nil.
    public let print: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    /// The values that a sweep lists for a parameter; known before any trial runs, not within one.
    public let values: @Sendable (String) -> [Value]
    /// Bytes of memory that a program which the trial starts may have, or nil.
    public let memory: Int?
    /// Graphics cards that the trial may use; nil: any.
    public package(set) var gpus: [String]?
    /// Takes how far the trial has come, for those who watch it; or nil.
    ///
    /// Cheap: it may be called for every round.
    public package(set) var progress: (@Sendable (TrialProgress) -> Void)?

    /// Describes the surroundings of a trial.
    public init(
        directory: String, timeout: Double? = nil, parameters: [String] = [],
        metric: String? = nil, print: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil,
        memory: Int? = nil,
        values: @escaping @Sendable (String) -> [Value] = { _ in [] }
    ) {
        self.directory = directory
        self.timeout = timeout
        self.parameters = parameters
        self.metric = metric
        self.print = print
        self.memory = memory
        self.values = values
    }
}

/// Why a trial, or a whole sweep, has no outcome.
public struct TrialFailure: Error, Sendable, Hashable {
    /// What is wrong, where, what was expected, what to do; one or more lines.
    public let reason: String
    /// Exit code of the program that failed, if there was one.
    public let exitCode: Int32?
    /// Signal that ended the program, if one did.
    public let signal: Int32?
    /// Whether another attempt would fail in the same way; such a trial is not tried again.
    public let isPermanent: Bool

    /// Describes a failure.
    public init(
        _ reason: String, exitCode: Int32? = nil, signal: Int32? = nil, isPermanent: Bool = false
    ) {
        self.reason = reason
        self.exitCode = exitCode
        self.signal = signal
        self.isPermanent = isPermanent
    }
}
