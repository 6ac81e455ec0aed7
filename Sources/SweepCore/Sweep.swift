/// A sweep file, read and checked: everything that a coordinator, a worker or a slot needs to know.
///
/// Its JSON form stands in a store's `manifest.json` and travels to the workers, so that YAML is
/// read once only.
package struct Sweep: Sendable, Hashable {
    /// The sweep's name: letters, digits, `-`, `_` and `.`; also its folder under `runs/`.
    package var name: String
    /// Name of the experiment.
    package var experiment: String
    /// Version of the experiment; part of each trial's identity.
    package var experimentVersion: Int
    /// What counts as good, if the sweep says.
    package var metric: MetricGoal?
    /// When to give up.
    package var limits: Limits
    /// All parameters, in the order of the store's columns.
    package var columns: [Column]
    /// Values that hold for every trial, by column name.
    package var fixed: [Assignment]
    /// The axes, outermost first: the last one varies fastest.
    package var axes: [Axis]
    /// Combinations that are left out.
    package var exclusions: [Exclusion]
    /// Absolute path of the sweep file's folder.
    package var directory: String
    /// Where and before what its trials run.
    package var placement = Placement()
    /// The pictures that `windrow plot` draws when it is not told which.
    ///
    /// Not part of the JSON form: no trial depends on them.
    package var plots: [PlotRequest] = []
}

/// A metric and the direction in which it is better.
package struct MetricGoal: Sendable, Hashable, Codable {
    package enum Goal: String, Sendable, Hashable, Codable, CaseIterable {
        case minimize, maximize
    }
    package var name: String
    package var goal: Goal

    /// A metric and its direction.
    package init(name: String, goal: Goal) {
        self.name = name
        self.goal = goal
    }
}

/// When an attempt, a trial, a sweep is given up.
package struct Limits: Sendable, Hashable, Codable {
    /// Seconds that one attempt may take; nil: no limit.
    package var timeout: Double?
    /// How many attempts a trial has before it is recorded as failed.
    package var attempts: Int = 3
    /// How many failed trials stop the sweep.
    package var maxFailures: Int = 20

    package init(timeout: Double? = nil, attempts: Int = 3, maxFailures: Int = 20) {
        self.timeout = timeout
        self.attempts = attempts
        self.maxFailures = maxFailures
    }
}

/// A column that has a value.
package struct Assignment: Sendable, Hashable, Codable {
    package var column: String
    package var value: Value

    /// A column and its value.
    package init(column: String, value: Value) {
        self.column = column
        self.value = value
    }
}
