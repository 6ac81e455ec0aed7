/// What an operator asks of the coordinator.
package struct OperatorRequest: Sendable, Hashable {
    /// Chosen by the operator; the reply has it, too.
    package var number: UInt64
    package var verb: Verb

    package enum Verb: Sendable, Hashable {
        /// Serve this sweep.
        case submit(Submission)
        /// Where sweeps stand; nil: all of them; with so many of each one's latest failures.
        case status(name: String?, failures: Int = 0)
        case act(SweepAction, name: String)
        /// The workers that a selection names; with so many of the trials that they run.
        case workers(selection: String, trials: Int = 0)
        case command(WorkerAction, selection: String)
        case info
        /// Leave; with `workers` let what runs finish first, and send the workers away.
        case stop(workers: Bool)
        /// Let a machine join.
        case invite(Invitation)
        /// Admit keys no more, and cut off who uses them: workers, or keys by id or name.
        case revoke(selection: String)
        /// The keys that are known.
        case keys
        /// Who was refused.
        case refusals
    }

    package init(number: UInt64, verb: Verb) {
        self.number = number
        self.verb = verb
    }
}

/// A sweep file on its way to the coordinator.
package struct Submission: Sendable, Hashable, Codable {
    /// The sweep's name, as the operator reads it.
    package var name: String
    /// The digest of its definition, as the operator computes it.
    package var sweep: SweepDigest
    /// The sweep file's name, for messages.
    package var file: String
    /// Absolute path of its folder: relative paths start there.
    package var directory: String
    package var text: [UInt8]
    package var overrides: [String]
    /// A sweep with a higher number goes first.
    package var priority: Int
    /// Whether idle slots run copies of trials that take long.
    package var speculates = false

    package init(
        name: String, sweep: SweepDigest, file: String, directory: String, text: [UInt8],
        overrides: [String], priority: Int = 0
    ) {
        self.name = name
        self.sweep = sweep
        self.file = file
        self.directory = directory
        self.text = text
        self.overrides = overrides
        self.priority = priority
    }
}

/// What may be done to a sweep that is served.
package enum SweepAction: String, Sendable, Hashable, CaseIterable {
    /// Begin nothing more until `resume`.
    case pause
    case resume
    /// Give up what runs, and close the store.
    case cancel
    /// Try the failed trials again.
    case retry
}

/// What may be done to a worker.
package enum WorkerAction: Sendable, Hashable {
    /// Let what runs finish, and begin nothing more.
    case drain
    case undrain
    /// Send it away when it has drained, or at once.
    case stop(atOnce: Bool)
}
