import ArgumentParser
import SweepStore

/// What `windrow` tells its caller.
enum ExitStatus: Int32 {
    /// All trials are done.
    case done = 0
    case internalError = 1
    /// Done, but some trials have failed.
    case failedTrials = 3
    case usage = 64
    /// A sweep file, data or store is not as it should be.
    case badInput = 65
    case unreachable = 69
    /// Interrupted; the same command resumes.
    case interrupted = 75
    case notPermitted = 77

    /// What a store's error means for the caller.
    init(_ error: StoreError) { self = ExitStatus(rawValue: error.exitCode) ?? .internalError }

    var code: ExitCode { ExitCode(rawValue) }
}
