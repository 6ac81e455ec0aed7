/// Slurm: `squeue`, `sbatch` and `scancel`.
package struct Slurm: BatchSystem {
    package init() {}

    package let name = "Slurm"
    package let tagPrefix = "slurm-"

    /// Seconds by which Slurm may be late with a signal, or a worker with its farewell.
    private static let margin = 30

    package func questions(name: String, user: String) -> [[String]] {
        [
            [
                "squeue", "--noheader", "--user=\(user)", "--name=\(name)",
                "--states=PENDING,CONFIGURING,RUNNING,SUSPENDED,COMPLETING", "--format=%i %T",
            ]
        ]
    }

    package func allocations(_ answers: [String]) throws(BatchProblem) -> [Allocation] {
        var found: [Allocation] = []
        for line in answers.joined(separator: "\n").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, Self.isID(words[0]) else {
                throw BatchProblem("squeue: '\(line)': expected a job's number and state")
            }
            let state: Allocation.State =
                switch words[1] {
                case "PENDING": .waiting
                case "COMPLETING": .ending
                default: .running
                }
            found.append(Allocation(id: String(words[0]), state: state))
        }
        return found
    }

    package func submission(_ order: AllocationOrder) -> (words: [String], script: String) {
        var words = [
            "sbatch", "--parsable", "--job-name=\(order.name)", "--nodes=1", "--ntasks=1",
            "--cpus-per-task=\(order.slots)", "--time=\(Self.time(order.seconds))",
            // To the worker alone: a signal to all processes would end its trials, too.
            "--signal=B:TERM@\(order.grace + Self.margin)", "--no-requeue",
            "--output=\(order.logs)/slurm-%j.log",
        ]
        if let queue = order.queue { words.append("--partition=\(queue)") }
        words += order.more
        return (words, "#!/bin/sh\nexec " + order.line(tagPrefix + "\"$SLURM_JOB_ID\"") + "\n")
    }

    package func identity(_ answer: String) throws(BatchProblem) -> String {
        // With several clusters: NUMBER;CLUSTER.
        let id = answer.prefix { $0 != ";" && !$0.isWhitespace }
        guard Self.isID(id) else {
            throw BatchProblem("sbatch: '\(answer.prefix(200))': expected a job's number")
        }
        return String(id)
    }

    package func cancellation(_ ids: [String], whileWaiting: Bool) -> [String] {
        ["scancel"] + (whileWaiting ? ["--state=PENDING"] : []) + ids
    }

    private static func isID(_ word: some StringProtocol) -> Bool {
        !word.isEmpty && word.utf8.allSatisfy { (48...57).contains($0) }
    }

    /// `DAYS-HH:MM:SS`.
    private static func time(_ seconds: Int) -> String {
        "\(seconds / 86400)-" + clock(seconds % 86400)
    }
}

/// `HH:MM:SS`.
func clock(_ seconds: Int) -> String {
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
}
