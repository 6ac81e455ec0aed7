/// A batch system in words: which commands to run, and what their answers mean.
///
/// It runs nothing itself. A batch system that is added needs five small functions, and
/// `BatchSystemContract` among the tests says what is expected of them.
package protocol BatchSystem: Sendable {
    /// As people call it.
    var name: String { get }

    /// The beginning of a tag by which a worker names its allocation; the id follows.
    var tagPrefix: String { get }

    /// Commands whose answers, in this order, tell of the allocations with a name.
    func questions(name: String, user: String) -> [[String]]

    /// Reads the answers.
    ///
    /// - Throws: `BatchProblem` for an answer that is none.
    func allocations(_ answers: [String]) throws(BatchProblem) -> [Allocation]

    /// A command that asks for an allocation, and the script that it reads from its input.
    func submission(_ order: AllocationOrder) -> (words: [String], script: String)

    /// Reads the id of an allocation from the answer of a submission.
    ///
    /// - Throws: `BatchProblem` for an answer that is none.
    func identity(_ answer: String) throws(BatchProblem) -> String

    /// A command that takes allocations back.
    ///
    /// - Parameters:
    ///   - ids: the batch system's names of the jobs.
    ///   - whileWaiting: whether one that runs by now is to go on.
    func cancellation(_ ids: [String], whileWaiting: Bool) -> [String]
}

extension BatchSystem {
    /// A worker's tag for its allocation.
    package func tag(_ id: String) -> String { tagPrefix + id }

    /// The allocation that a worker's tags name.
    package func allocation(_ tags: [String]) -> String? {
        tags.first { $0.hasPrefix(tagPrefix) }.map { String($0.dropFirst(tagPrefix.count)) }
    }
}

/// An answer of a batch system that is none, in words for the user.
package struct BatchProblem: Error, Sendable, Hashable {
    package var message: String

    package init(_ message: String) { self.message = message }
}
