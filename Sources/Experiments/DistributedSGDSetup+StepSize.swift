import CompressedSGD
import SweepCore

extension DistributedSGDSetup {
    /// γ and its schedule.
    static func stepSize(
        _ trial: Trial, _ problem: any Problem, _ compressor: any Compressor, rounds: Int
    ) throws(TrialFailure) -> StepSize {
        let base: Double
        if case .text("theory")? = trial["step-size"] {
            base = try theory(trial, problem, compressor)
        } else {
            base = try trial.positive("step-size")
        }
        let schedule: StepSize.Schedule
        switch try trial.choice(
            "schedule", DistributedSGDExperiment.ScheduleName.self, default: .constant)
        {
        case .constant: schedule = .constant
        case .linear: schedule = .linear(final: try trial.real("schedule.final", default: 0))
        case .inverseTime:
            schedule = .inverseTime(halving: try trial.positive("schedule.halving"))
        case .cosine: schedule = .cosine(final: try trial.real("schedule.final", default: 0))
        case .step:
            schedule = .step(
                every: try trial.integer("schedule.every"),
                factor: try trial.positive("schedule.factor", default: 0.1))
        }
        return StepSize(
            base, schedule, warmUp: try trial.integer("warm-up", atLeast: 0, default: 0),
            rounds: rounds)
    }

    /// The largest step size for which the method's paper proves convergence.
    private static func theory(
        _ trial: Trial, _ problem: any Problem, _ compressor: any Compressor
    ) throws(TrialFailure) -> Double {
        let name = try trial.choice("method", MethodName.self)
        guard let smoothness = problem.smoothness else {
            throw TrialFailure(
                "step-size: theory needs a problem whose L is known; give a number",
                isPermanent: true)
        }
        let size: Double?
        switch name {
        case .sgd: size = TheoreticalStepSize.sgd(smoothness)
        case .ef21:
            size = (compressor as? any ContractiveCompressor).map {
                TheoreticalStepSize.ef21(smoothness, delta: $0.contraction.delta)
            }
        case .ef21SGDM:
            let beta = try trial.real("method.beta", default: 0.1)
            size = (compressor as? any ContractiveCompressor).map {
                TheoreticalStepSize.ef21SGDM(
                    smoothness, delta: $0.contraction.delta, beta: beta)
            }
        case .diana:
            size = (compressor as? any UnbiasedCompressor).map {
                TheoreticalStepSize.diana(
                    smoothness, variance: $0.variance, clients: problem.clients)
            }
        default: size = nil
        }
        guard let size, size > 0, size < .infinity else {
            throw TrialFailure(
                "step-size: theory is known for method: sgd, diana, ef21 and ef21-sgdm with the "
                    + "compressors that they need, not for method: \(name.rawValue) with "
                    + "compressor: \(compressor.name); give a number", isPermanent: true)
        }
        return size
    }
}
