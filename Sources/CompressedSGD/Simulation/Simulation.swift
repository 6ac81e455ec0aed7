/// A run of distributed SGD: a method on a problem for a number of rounds.
///
/// The run is a pure function of the problem, the method and the plan: sums have a fixed order,
/// random numbers come from counters, so that its records have the same bits on every machine.
public struct Simulation {
    /// How long a run is, how large its steps are, and what is recorded.
    public struct Plan: Sendable, Hashable {
        /// γ.
        public var stepSize: StepSize
        /// How many updates the iterate gets, 0 or more.
        public var rounds: Int
        /// A record is made every so many rounds, besides the first and the last; at least 1.
        public var logEvery: Int

        /// A plan.
        public init(stepSize: StepSize, rounds: Int, logEvery: Int = 1) {
            self.stepSize = stepSize
            self.rounds = rounds
            self.logEvery = logEvery
        }
    }

    /// The state after a number of updates.
    public struct Record: Sendable, Hashable {
        /// t: how many updates the iterate has had.
        public var round: Int
        /// Bits sent by all clients so far.
        public var bitsUp: Int
        /// Bits sent to all clients so far.
        public var bitsDown: Int
        /// Gradients of single examples computed by all clients so far.
        public var gradientEvaluations: Int
        /// f(xᵗ).
        public var loss: Double
        /// ‖∇f(xᵗ)‖².
        public var gradientNormSquared: Double
        /// How good xᵗ is on rows that no client sees, where there are any.
        public var test: Score?
    }

    /// What a run leaves behind.
    public struct Result: Sendable, Hashable {
        /// The start, every `logEvery`-th round, and the last.
        public var records: [Record]
        /// Whether the run was stopped because a number was no longer finite.
        ///
        /// The last record is then that of the round in which this was seen.
        public var hasDiverged: Bool
        /// The share of the clients' rows that the last iterate classifies rightly, where there are
        /// classes.
        public var accuracy: Double?

        /// The last record.
        public var last: Record { records[records.count - 1] }
    }

    /// x* and f(x*) of the problem, where they are known.
    public let optimum: Optimum?

    /// How many updates the iterate gets.
    public var rounds: Int { plan.rounds }

    private let exchange: Exchange
    private let method: any Method
    private let plan: Plan

    /// A run that has not begun.
    ///
    /// - Parameters:
    ///   - problem: what is minimised.
    ///   - method: fresh, made for the problem's dimension and clients.
    ///   - plan: how many rounds, at which step sizes, and what is logged.
    ///   - sampling: who takes part in a round; nil for everybody.
    ///   - optimum: f*, where it is known.
    public init(
        problem: any Problem, method: any Method, plan: Plan, sampling: ClientSampling? = nil,
        optimum: Optimum? = nil
    ) {
        precondition(plan.rounds >= 0 && plan.logEvery >= 1, "a plan of 0 rounds or more")
        precondition(method.iterate.count == problem.dimension, "the method fits the problem")
        if let start = problem.start {
            method.iterate.assign(start)
            if method.answer !== method.iterate { method.answer.assign(start) }
        }
        exchange = Exchange(problem: problem, sampling: sampling)
        self.method = method
        self.optimum = optimum
        self.plan = plan
    }

    /// Runs to the end, or until a number is no longer finite.
    ///
    /// - Parameter observe: sees each record when it is made, on the calling thread.
    /// - Throws: `ExchangeError.malformed` when a compressor cannot read what it wrote.
    /// - Complexity: no memory is allocated from the second round on.
    public func run(observe: ((Record) -> Void)? = nil) throws(ExchangeError) -> Result {
        var records: [Record] = []
        records.reserveCapacity(min(plan.rounds / plan.logEvery, 1 << 20) + 2)
        do throws(ExchangeError) {
            try method.start(over: exchange)
        } catch {
            guard error == .nonFinite else { throw error }
            records.append(diverged(in: 0))
            return Result(records: records, hasDiverged: true)
        }
        records.append(record(0))
        observe?(records[0])
        guard isFinite(records[0]) else { return Result(records: records, hasDiverged: true) }
        for round in 0..<plan.rounds {
            let updates = round + 1
            do throws(ExchangeError) {
                exchange.begin(round: round)
                try method.round(round, stepSize: plan.stepSize.at(round: round), over: exchange)
            } catch {
                guard error == .nonFinite else { throw error }
                records.append(diverged(in: updates))
                return Result(records: records, hasDiverged: true)
            }
            if method.sendsIterate { exchange.broadcastIterate() }
            let isFinite = method.iterate.isFinite
            if !isFinite || updates % plan.logEvery == 0 || updates == plan.rounds {
                records.append(record(updates))
                observe?(records[records.count - 1])
                if !isFinite || !self.isFinite(records[records.count - 1]) {
                    return Result(records: records, hasDiverged: true)
                }
            }
        }
        return Result(
            records: records, hasDiverged: false,
            accuracy: exchange.problem.score(on: .training, at: method.answer)?.accuracy)
    }

    private func record(_ updates: Int) -> Record {
        let state = exchange.problem.evaluate(at: method.answer)
        return Record(
            round: updates, bitsUp: exchange.bitsUp, bitsDown: exchange.bitsDown,
            gradientEvaluations: exchange.gradientEvaluations, loss: state.loss,
            gradientNormSquared: state.gradientNormSquared,
            test: exchange.problem.score(on: .test, at: method.answer))
    }

    /// The record of a round that came to no iterate.
    private func diverged(in updates: Int) -> Record {
        Record(
            round: updates, bitsUp: exchange.bitsUp, bitsDown: exchange.bitsDown,
            gradientEvaluations: exchange.gradientEvaluations, loss: .nan,
            gradientNormSquared: .nan)
    }

    private func isFinite(_ record: Record) -> Bool {
        record.loss.isFinite && record.gradientNormSquared.isFinite
    }
}
