import Glibc
import SweepCore

/// Does nothing, for measuring what everything around a trial costs; and fails on request, for
/// trying out how failures are handled.
public struct NoopExperiment: Experiment {
    /// The experiment.
    public init() {}

    /// Name, parameters and metrics.
    public var description: ExperimentDescription {
        ExperimentDescription(
            name: "noop", version: 1,
            summary: "Nothing: for measuring the cost of a trial, and for trying out failures",
            parameters: [
                Parameter(
                    "i", .integer(-9_007_199_254_740_991...9_007_199_254_740_991),
                    default: .value(.integer(0)), help: "any number; it is also the outcome"),
                Parameter(
                    "busy", .real(RealBounds(from: 0, to: 1e6)), unit: "s",
                    default: .value(.real(0)), help: "computing time to use up"),
                Parameter(
                    "crash", .choice(Crash.allCases.map { .init($0.rawValue, $0.help) }),
                    default: .value(.text(Crash.none.rawValue)),
                    help: "a way to end without an outcome, for trying out what then happens"),
            ],
            metrics: [Metric("value", help: "the parameter i")])
    }

    /// Ways to end.
    private enum Crash: String, CaseIterable {
        case none, fail, exit, trap, segfault, hang

        var help: String {
            switch self {
            case .none: "the trial has an outcome"
            case .fail: "the trial fails and says why"
            case .exit: "the process exits with code 3"
            case .trap: "the process traps"
            case .segfault: "the process writes to memory that it may not write to"
            case .hang: "the trial never ends"
            }
        }
    }

    /// Uses the computing time up, and ends as asked.
    public func run(_ trial: Trial, in context: TrialContext) throws -> TrialOutcome {
        if let seconds = trial["busy"]?.number, seconds > 0 { spin(seconds) }
        if case .text(let word)? = trial["crash"], let crash = Crash(rawValue: word) {
            try end(crash)
        }
        return TrialOutcome(
            status: .ok, metrics: [.init("value", trial["i"] ?? .integer(0))])
    }

    /// Computes for so many seconds of this thread's own time.
    private func spin(_ seconds: Double) {
        let start = threadTime()
        while threadTime() - start < seconds {}
    }

    private func threadTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func end(_ crash: Crash) throws {
        switch crash {
        case .none: return
        case .fail: throw TrialFailure("crash: fail was asked for")
        case .exit: _exit(3)
        case .hang: while true { pause() }
        case .trap:
            // As the machine reports a trap, whatever the compiler makes of one.
            raise(SIGILL)
        case .segfault:
            if let page = mmap(nil, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) {
                memset(page, 1, 1)
            }
        }
        throw TrialFailure("crash: the process did not end")
    }
}
