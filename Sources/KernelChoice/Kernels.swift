import Glibc
import KernelInterface

/// The kernels of this process.
///
/// They are of the best level that the machine has, or of the one that the environment variable
/// `WINDROW_CPU` names. All levels give the same bits; the variable is for those who would see it.
package enum Kernels {
    /// The variable that names a level.
    package static let variable = "WINDROW_CPU"

    /// The level in use; the best one when the variable does not name a level of this machine.
    package static let level: KernelLevel = (try? chosen.get()) ?? .best

    /// The kernels in use.
    package static let current: any KernelSet.Type = level.kernels
    /// Those of them that there are in either precision, in double.
    package static let doubles: any ScalarKernels<Double>.Type = level.kernels.doubles
    /// The same in single precision.
    package static let singles: any ScalarKernels<Float>.Type = level.kernels.singles

    /// Which level the environment asks for, or what is wrong with it.
    package static let chosen: Result<KernelLevel, KernelLevelError> = Result(catching: {
        () throws(KernelLevelError) in
        try choose(getenv(variable).map { String(cString: $0) })
    })

    /// The level that a value of the variable stands for; none, and an empty one, for the best.
    package static func choose(_ name: String?) throws(KernelLevelError) -> KernelLevel {
        guard let name, !name.isEmpty else { return .best }
        guard let level = KernelLevel(rawValue: name), KernelLevel.available.contains(level) else {
            throw KernelLevelError(name: name)
        }
        return level
    }
}

/// `WINDROW_CPU` names no level, or one that this machine does not have.
package struct KernelLevelError: Error, Hashable, CustomStringConvertible {
    /// What the variable says.
    package let name: String

    /// What is wrong and what can be said instead.
    package var description: String {
        let levels = KernelLevel.available.map(\.rawValue).joined(separator: ", ")
        let reason =
            KernelLevel(rawValue: name) == nil
            ? "is no level" : "is a level that this machine lacks"
        return "\(Kernels.variable)=\(name) \(reason); it has: \(levels)"
    }
}
