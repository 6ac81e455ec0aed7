/// Classic mistakes of coordinators, to show that the simulation finds them.
///
/// Each is a switch in `CoordinatorInstance.Settings` that only tests turn on.
package enum PlantedMistake: String, Sendable, CaseIterable {
    /// A report is acknowledged before its rows are on the disk.
    case acknowledgeBeforeSync
    /// A lease that was lost on the way stays open when its worker registers again.
    case forgetLeaseOnReconnect
    /// A failure under an old lease counts against the trial's new attempt.
    case acceptStaleFailure
    /// A report that is sent again counts its failures again.
    case doubleCountAttempt
}
