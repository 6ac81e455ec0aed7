import Glibc
import SweepCore

/// What a seed decides once for a life.
package struct LifePlan: Sendable {
    /// Where workers keep reports that are not acknowledged.
    package enum Spill: Int, Sendable, CaseIterable {
        case memory
        case file
        /// It outlives the worker's process.
        case durableFile
    }

    package var seed: UInt64
    package var workers: Int
    /// Of each worker.
    package var slots: Int
    package var sweeps: [SweepPlan]
    /// Mean seconds between faults.
    package var faultsEvery: Double
    /// When the last fault has happened.
    package var faultsUntil: Double
    package var spill: Spill
    /// Bytes of reports in a worker's memory.
    package var memoryLimit: Int
    /// Whether operators pause, drain, cancel, extend and retry.
    package var hasOperators: Bool
    /// Seconds that a disk needs to sync when nothing is wrong with it.
    package var syncSeconds: Double
    /// Rows that may wait for the disk before leasing stops.
    package var maximumUnstored: Int
    /// Numbers of faults that are left out, to find the ones that matter.
    package var skipped: Set<Int> = []

    /// One sweep of a life.
    package struct SweepPlan: Sendable {
        package var name: String
        /// Trials when it is submitted first.
        package var trials: Int
        /// Trials of the grid to which operators extend it.
        package var extended: Int
        package var submittedAt: Double
        /// Seconds of a usual trial.
        package var typicalSeconds: Double
        /// What the longest trials take; one in fifty is longer than usual.
        package var longestSeconds: Double
        /// Trials that always fail.
        package var poison: Set<Int>
        package var attempts: Int
        /// Whether idle slots run copies of trials that take long.
        package var speculates = false
    }

    /// - Parameters:
    ///   - seed: decides everything.
    ///   - maximumWorkers: the bound of a life's workers; most lives have few.
    package init(seed: UInt64, maximumWorkers: Int = 1000) {
        self.seed = seed
        var random = SplitMix(SplitMix.mixed(seed &+ 0x1234_5678))
        let workers = max(
            1, min(maximumWorkers, Int(random.logUniform(1, Double(maximumWorkers) + 0.999))))
        self.workers = workers
        slots = 1 + random.below(4)
        faultsEvery = random.pick([0.5, 5, 60, 1e9])
        // What many workers live through must not take all the time there is.
        faultsUntil = min(120, 12 + 1200 / Double(workers))
        spill = random.pick(Spill.allCases)
        memoryLimit = random.pick([1, 600, 1 << 20])
        hasOperators = random.below(2) == 0
        syncSeconds = random.logUniform(1e-4, 1)
        maximumUnstored = random.pick([4, 50, 200_000])
        sweeps = []
        let isTailHeavy = random.below(4) == 0
        for number in 0..<random.pick([1, 1, 2, 4]) {
            let most = random.below(3) == 0 ? 2 * workers * slots : 150
            let trials = 1 + random.below(max(2, min(most, 3000)))
            let extended = random.below(3) == 0 ? 1 + random.below(trials) : 0
            let typical = random.logUniform(1e-6, workers > 30 ? 4 : 15)
            let poisonMost = random.pick([2, 3, 1 + trials / 3])
            sweeps.append(
                SweepPlan(
                    name: "sweep\(number)", trials: trials, extended: trials + extended,
                    submittedAt: number == 0 ? 0 : (workers > 50 ? 8 : 30) * random.uniform(),
                    typicalSeconds: typical,
                    longestSeconds: isTailHeavy
                        ? min(10_000, 15_000 / Double(workers)) : 10 * typical,
                    poison: Set(
                        (0..<random.below(poisonMost)).map { _ in
                            random.below(trials + extended)
                        }),
                    attempts: random.pick([2, 3, 1_000_000])))
        }
        drawSpeculation()
    }

    /// Which sweeps run copies is drawn apart, so that lives are otherwise the same with and without.
    private mutating func drawSpeculation() {
        var random = SplitMix(SplitMix.mixed(seed &+ 0x5bec))
        for sweep in sweeps.indices { sweeps[sweep].speculates = random.below(2) == 0 }
    }

    /// The same work without a fault.
    package var quiet: LifePlan {
        var plan = self
        plan.faultsEvery = 1e9
        plan.hasOperators = false
        return plan
    }

    /// Workers of one slot with trials of equal length, and nothing that goes wrong.
    package static func quietFleet(workers: Int, trials: Int, seconds: Double) -> LifePlan {
        var plan = LifePlan(seed: 1).quiet
        plan.workers = workers
        plan.slots = 1
        plan.maximumUnstored = 200_000
        plan.syncSeconds = 0.005
        plan.sweeps = [
            SweepPlan(
                name: "sweep0", trials: trials, extended: trials, submittedAt: 0,
                typicalSeconds: seconds, longestSeconds: seconds, poison: [], attempts: 3)
        ]
        return plan
    }

    /// Slots of all workers.
    package var allSlots: Int { workers * slots }

    /// One line.
    package var description: String {
        let sweeps = sweeps.map { sweep in
            "\(sweep.name): \(sweep.trials)"
                + (sweep.extended > sweep.trials ? "-\(sweep.extended)" : "")
                + " trials of \(sweep.typicalSeconds.brief) s, \(sweep.poison.count) poison, "
                + "\(sweep.attempts) attempts"
        }
        return "\(workers) workers of \(slots) slots; "
            + (faultsEvery < 1e6 ? "a fault each \(faultsEvery.brief) s" : "no faults")
            + (hasOperators ? ", operators" : "") + "; reports in \(spill); "
            + sweeps.joined(separator: "; ")
    }
}

extension LifePlan.SweepPlan {
    /// What a trial's result is, wherever and however often it runs.
    package func value(of trial: Int) -> Int64 {
        let word = SplitMix.mixed(UInt64(trial) &+ UInt64(name.utf8.last ?? 0) << 32)
        return Int64(word >> 12)
    }

    /// Seconds that a trial takes, give or take a tenth.
    func seconds(of trial: Int) -> Double {
        var random = SplitMix(UInt64(bitPattern: value(of: trial)))
        let usual = typicalSeconds * (0.5 + random.uniform())
        guard random.below(50) == 0 else { return usual }
        return random.logUniform(usual, max(usual, longestSeconds))
    }
}

extension Double {
    /// Three digits.
    var brief: String {
        if self == 0 { return "0" }
        let digits = max(0, min(9, 2 - Int(log10(abs(self)).rounded(.down))))
        let scale = pow(10, Double(digits))
        let rounded = (self * scale).rounded() / scale
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
