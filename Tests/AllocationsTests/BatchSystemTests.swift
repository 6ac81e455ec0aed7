import Testing

@testable import Allocations

/// What each batch system must be able to do, with answers in the form of its own commands.
private struct BatchSystemContract: Sendable, CustomTestStringConvertible {
    var system: any BatchSystem
    /// Answers to its questions: 7 waits, 8 runs, 9 is ending.
    var answers: [String]
    /// What it says of a new allocation with the number 123.
    var submitted: [String]
    /// Answers that are none.
    var nonsense: [[String]]
    /// What its commands say of nothing.
    var nothing: [String]

    var testDescription: String { system.name }

    static let all = [
        BatchSystemContract(
            system: Slurm(), answers: ["7 PENDING\n8 RUNNING\n9 COMPLETING\n"],
            submitted: ["123\n", "123;cluster\n"],
            nonsense: [["slurm_load_jobs error\n"], ["8\n"], ["x RUNNING\n"], ["8 RUNNING y\n"]],
            nothing: [""]),
        BatchSystemContract(
            system: PBS(), answers: ["7.pbs\n8.pbs\n9.pbs\n", "7.pbs\n", "9.pbs\n"],
            submitted: ["123.pbs.lab.example\n", "123.pbs"],
            nonsense: [["qselect: cannot connect\n", "", ""], ["8.pbs\n"]],
            nothing: ["", "", ""]),
    ]
}

@Suite("Batch systems")
struct BatchSystemTests {
    private func order(_ change: (inout AllocationOrder) -> Void = { _ in }) -> AllocationOrder {
        var order = AllocationOrder(
            name: "windrow0123abcd", slots: 8, seconds: 7200, grace: 60, logs: "/home/ada/logs",
            worker: ["/opt/wind row/windrow", "worker", "start", "--join", "/it's here/lab.join"])
        change(&order)
        return order
    }

    @Test("answers are read", arguments: BatchSystemContract.all)
    fileprivate func answers(contract: BatchSystemContract) throws {
        let system = contract.system
        #expect(
            try system.allocations(contract.answers) == [
                Allocation(id: "7", state: .waiting), Allocation(id: "8", state: .running),
                Allocation(id: "9", state: .ending),
            ])
        #expect(try system.allocations(contract.nothing) == [])
        for answer in contract.submitted { #expect(try system.identity(answer) == "123") }
        #expect(system.questions(name: "n", user: "ada").count == contract.answers.count)
        for question in system.questions(name: "windrow0123abcd", user: "ada") {
            let line = question.joined(separator: " ")
            #expect(line.contains("windrow0123abcd") && line.contains("ada"))
        }
    }

    @Test(
        "answers that are none are refused, with what they were", arguments: BatchSystemContract.all
    )
    fileprivate func nonsense(contract: BatchSystemContract) {
        for answers in contract.nonsense {
            #expect(throws: BatchProblem.self, "\(answers)") {
                try contract.system.allocations(answers)
            }
        }
        for answer in ["", "\n", "error: no", "x12"] {
            #expect(throws: BatchProblem.self, "\(answer)") {
                try contract.system.identity(answer)
            }
        }
    }

    @Test("a worker's tag leads back to its allocation", arguments: BatchSystemContract.all)
    fileprivate func tags(contract: BatchSystemContract) {
        let system = contract.system
        #expect(system.allocation(["fast", system.tag("123")]) == "123")
        #expect(system.allocation(["fast"]) == nil)
        let others = BatchSystemContract.all.filter { $0.system.name != system.name }
        #expect(!others.isEmpty)
        for other in others { #expect(other.system.allocation([system.tag("123")]) == nil) }
    }

    @Test(
        "an order is for one node, and its script starts a worker",
        arguments: BatchSystemContract.all)
    fileprivate func submission(contract: BatchSystemContract) {
        let (words, script) = contract.system.submission(
            order {
                $0.queue = "long"
                $0.more = ["--account=physics"]
                $0.tags = ["fast"]
            })
        let line = words.joined(separator: " ")
        #expect(line.contains("windrow0123abcd") && line.contains("long"))
        #expect(words.contains("--account=physics"))
        #expect(line.contains("8"))
        // The shell replaces itself: a signal to it reaches the worker.
        #expect(script.hasPrefix("#!/bin/sh\nexec "))
        #expect(script.contains("'/opt/wind row/windrow' 'worker' 'start' '--join'"))
        #expect(script.contains("'/it'\\''s here/lab.join'"))
        #expect(script.contains("'--grace' '60s' --tags \(contract.system.tagPrefix)"))
        #expect(script.hasSuffix(",'fast'\n"))
    }

    @Test("no queue is named unless the user names one", arguments: BatchSystemContract.all)
    fileprivate func noQueue(contract: BatchSystemContract) {
        let words = contract.system.submission(order()).words
        #expect(!words.contains { $0.hasPrefix("--partition") || $0 == "-q" })
    }

    @Test("times are written as each wants them, and leave room for the end")
    func times() {
        let day = order { $0.seconds = 90061 }
        let slurm = Slurm().submission(day)
        #expect(slurm.words.contains("--time=1-01:01:01"))
        #expect(slurm.words.contains("--signal=B:TERM@90"))
        let pbs = PBS().submission(day)
        #expect(pbs.words.contains("walltime=25:01:01"))
        #expect(pbs.script.contains("timeout --foreground -s TERM \(90061 - 90) "))
    }

    @Test("what waits is taken back, and what runs only when that is meant")
    func cancellation() {
        #expect(
            Slurm().cancellation(["7", "8"], whileWaiting: true)
                == ["scancel", "--state=PENDING", "7", "8"])
        #expect(Slurm().cancellation(["7"], whileWaiting: false) == ["scancel", "7"])
        #expect(PBS().cancellation(["7"], whileWaiting: true) == ["qdel", "7"])
    }
}
