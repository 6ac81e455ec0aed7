/// OpenPBS and PBS Professional: `qselect`, `qsub` and `qdel`.
package struct PBS: BatchSystem {
    package init() {}

    package let name = "PBS"
    package let tagPrefix = "pbs-"

    /// Seconds that a worker has for its farewell.
    private static let margin = 30

    package func questions(name: String, user: String) -> [[String]] {
        // First all, then those that wait: one that starts in between is seen as what it is then.
        let all = ["qselect", "-u", user, "-N", name]
        return [all, all + ["-s", "HQTW"], all + ["-s", "E"]]
    }

    package func allocations(_ answers: [String]) throws(BatchProblem) -> [Allocation] {
        guard answers.count == 3 else { throw BatchProblem("qselect: expected three answers") }
        var ids: [[String]] = []
        for answer in answers {
            var list: [String] = []
            for line in answer.split(separator: "\n") { list.append(try identity(String(line))) }
            ids.append(list)
        }
        return ids[0].map { id in
            Allocation(
                id: id,
                state: ids[2].contains(id) ? .ending : ids[1].contains(id) ? .waiting : .running)
        }
    }

    package func submission(_ order: AllocationOrder) -> (words: [String], script: String) {
        var words = [
            "qsub", "-N", order.name, "-l", "select=1:ncpus=\(order.slots)", "-l",
            "walltime=\(clock(order.seconds))", "-j", "oe", "-o", order.logs + "/", "-r", "n",
        ]
        if let queue = order.queue { words += ["-q", queue] }
        words += order.more
        // PBS tells all processes of its end, and kills them seconds later: the worker leaves before.
        let limit = order.seconds - order.grace - Self.margin
        let script =
            "#!/bin/sh\nexec timeout --foreground -s TERM \(limit) "
            + order.line(tagPrefix + "\"${PBS_JOBID%%.*}\"") + "\n"
        return (words, script)
    }

    package func identity(_ answer: String) throws(BatchProblem) -> String {
        // NUMBER.SERVER
        let word = answer.prefix { !$0.isWhitespace }
        let id = word.prefix { $0 != "." }
        guard !id.isEmpty, id.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw BatchProblem("'\(answer.prefix(200))': expected a job's number, as 123.server")
        }
        return String(id)
    }

    package func cancellation(_ ids: [String], whileWaiting: Bool) -> [String] { ["qdel"] + ids }
}
