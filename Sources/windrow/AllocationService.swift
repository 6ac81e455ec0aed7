import Allocations
import Processes
import SweepView
import SweepWire
import ZeroMQ

/// Looks at the coordinator and the batch system again and again, and does what the policy says.
struct AllocationService {
    let system: any BatchSystem
    let order: AllocationOrder
    let demand: AllocationDemand
    /// How the coordinator is asked.
    let ask: @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body
    /// Seconds between two looks.
    let interval: Double
    let console: Console
    var policy: AllocationPolicy

    /// What there is since the last look, and what was done in all.
    struct Report: Encodable, Sendable {
        struct Entry: Encodable, Sendable {
            var allocation: String
            var state: String
        }
        var needed = 0
        var allocations: [Entry] = []
        var submitted: [String] = []
        var cancelled: [String] = []
    }

    private(set) var report = Report()
    /// Whether the batch system has taken an allocation from here.
    private var hasSubmitted = false
    private var told: String?

    /// Seconds that a command of the batch system may take.
    private static let patience = 60.0

    init(
        system: any BatchSystem, order: AllocationOrder, demand: AllocationDemand,
        policy: AllocationPolicy, interval: Double, console: Console,
        ask: @escaping @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body
    ) {
        self.system = system
        self.order = order
        self.demand = demand
        self.policy = policy
        self.interval = interval
        self.console = console
        self.ask = ask
    }

    /// Looks until the task is cancelled.
    ///
    /// - Throws: `OperatorError` when the first look fails, or when allocations come to nothing.
    mutating func run(once: Bool) async throws {
        try look()
        Detachment.isAtWork()
        while !once, !Task.isCancelled {
            try? await Task.sleep(for: .seconds(interval))
            guard !Task.isCancelled else { return }
            do {
                try look()
                told = nil
            } catch let error as OperatorError where error.status == .unreachable {
                tell(error.message)
            } catch let error as BatchProblem {
                tell(error.message)
            }
        }
    }

    /// Says once what is waited for.
    private mutating func tell(_ message: String) {
        guard told != message else { return }
        told = message
        console.say("Waiting", message, .warning)
    }

    /// Looks once, and acts.
    private mutating func look() throws {
        guard case .sweeps(let sweeps) = try ask(.status(name: nil)),
            case .workers(let workers) = try ask(.workers(selection: ""))
        else { throw OperatorError("the coordinator's answer is no list", .internalError) }
        var answers: [String] = []
        for question in system.questions(name: order.name, user: Machine.user) {
            answers.append(try command(question))
        }
        let allocations = try system.allocations(answers)
        report.allocations = allocations.map { .init(allocation: $0.id, state: "\($0.state)") }
        guard let needed = demand.nodes(sweeps, workers) else { return }
        report.needed = needed
        let sight = AllocationPolicy.Sight(
            needed: needed, allocations: allocations,
            connected: Set(workers.compactMap { system.allocation($0.tags) }))
        for directive in policy.decide(sight, now: EventLoop.now()) { try carryOut(directive) }
    }

    private mutating func carryOut(_ directive: AllocationPolicy.Directive) throws {
        switch directive {
        case .submit(let count):
            for _ in 0..<count { try submit() }
        case .cancel(let ids):
            cancel(ids, whileWaiting: true, "nothing waits for")
        case .end(let ids):
            cancel(
                ids, whileWaiting: false,
                "no worker for \(words(forSeconds: policy.patience)) from")
        case .began(let id):
            console.say("Found", "allocation \(id)", .note)
        case .ended(let id, let isFruitless):
            if isFruitless {
                console.say(
                    "Ended", "allocation \(id), whose worker has not joined; see \(order.logs)",
                    .warning)
            } else {
                console.say("Ended", "allocation \(id)", .note)
            }
        case .giveUp(let count):
            throw OperatorError(
                "\(count) allocations in a row have ended without a worker that joined; what they "
                    + "have printed is in \(order.logs). Mend that, and start this again",
                .interrupted)
        }
    }

    private mutating func submit() throws {
        let (words, script) = system.submission(order)
        let id: String
        do {
            id = try system.identity(try command(words, input: .text(script)))
        } catch {
            guard hasSubmitted else { throw OperatorError(error.message, .unreachable) }
            throw error
        }
        hasSubmitted = true
        policy.submitted(id)
        report.submitted.append(id)
        report.allocations.append(.init(allocation: id, state: "\(Allocation.State.waiting)"))
        console.say("Submitted", "allocation \(id)")
    }

    private mutating func cancel(_ ids: [String], whileWaiting: Bool, _ reason: String) {
        for id in ids { console.say("Cancelled", "allocation \(id): \(reason) it", .note) }
        report.cancelled += ids
        report.allocations.removeAll { ids.contains($0.allocation) }
        do {
            _ = try command(system.cancellation(ids, whileWaiting: whileWaiting))
        } catch {
            // It may have ended by itself; the next look tells.
            tell(error.message)
        }
    }

    /// Runs a command of the batch system.
    ///
    /// - Throws: `BatchProblem` with the command's own words.
    private func command(
        _ words: [String], input: CapturedRun.Input = .nothing
    ) throws(BatchProblem) -> String {
        let run: CapturedRun
        do {
            run = try CapturedRun(words, input: input, seconds: Self.patience)
        } catch {
            throw BatchProblem(
                "\(words[0]) cannot be run: \(error); \(system.name) is used from a machine that "
                    + "submits to it")
        }
        guard run.code == 0 else {
            let lines = (run.err + "\n" + run.out).split(whereSeparator: \.isNewline)
            let complaint = lines.last.map(String.init) ?? "no answer"
            throw BatchProblem(
                complaint.hasPrefix(words[0]) ? complaint : "\(words[0]): \(complaint)")
        }
        return run.out
    }
}
