/// A node that a batch system has been asked for, for one worker.
package struct Allocation: Sendable, Hashable {
    package enum State: Sendable, Hashable, CaseIterable {
        /// It waits in the batch system's queue.
        case waiting
        /// Its worker has been started.
        case running
        /// Its worker has ended, and the node is not free yet.
        case ending
    }

    /// As the batch system names it.
    package var id: String
    package var state: State

    package init(id: String, state: State) {
        self.id = id
        self.state = state
    }
}

/// What one allocation is to be.
package struct AllocationOrder: Sendable, Hashable {
    /// By which this user's allocations for one purpose are found again: at most 15 bytes.
    package var name: String
    /// The partition or queue; nil: the batch system's own choice.
    package var queue: String?
    package var slots: Int
    /// Seconds that the batch system grants.
    package var seconds: Int
    /// Seconds that trials have to finish before its end; what still runs goes back to the queue.
    package var grace: Int
    /// Words that the batch system is given as they are.
    package var more: [String] = []
    /// The folder of what allocations print.
    package var logs: String
    /// `windrow worker start` with its options, but for `--tags` and `--grace`.
    package var worker: [String]
    /// The worker's tags, beside that of its allocation.
    package var tags: [String] = []

    package init(
        name: String, slots: Int, seconds: Int, grace: Int, logs: String, worker: [String]
    ) {
        self.name = name
        self.slots = slots
        self.seconds = seconds
        self.grace = grace
        self.logs = logs
        self.worker = worker
    }

    /// The worker's line of shell.
    ///
    /// - Parameter allocation: what the shell knows its allocation's id by.
    func line(_ allocation: String) -> String {
        let words = worker + ["--grace", "\(grace)s"]
        return words.map(shellWord).joined(separator: " ") + " --tags "
            + ([allocation] + tags.map(shellWord)).joined(separator: ",")
    }
}

/// A word for a line of shell.
func shellWord(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
}
