/// How many trials a lease holds: guided self-scheduling.
///
/// A lease is about `work` seconds long, so that messages cost next to nothing, and never more than
/// a share of what is left, so that all slots finish together. Before the first result a lease
/// holds one trial.
///
/// Source: Polychronopoulos and Kuck, *Guided self-scheduling*, IEEE Trans. Computers 1987.
struct LeaseSize {
    /// Seconds of work in one lease.
    var work = 0.2
    /// Bound of one lease, whatever the trial time.
    var maximum = 16384

    /// The number of trials for the next lease; at least 1.
    ///
    /// - Parameters:
    ///   - secondsPerTrial: smoothed trial time, nil when unknown.
    ///   - waiting: trials that wait.
    ///   - slots: slots of all workers.
    func count(secondsPerTrial: Double?, waiting: Int, slots: Int) -> Int {
        guard let seconds = secondsPerTrial else { return 1 }
        let byTime = seconds > 0 ? work / max(seconds, 1e-7) : Double(maximum)
        let share = waiting / (2 * max(slots, 1))
        return max(1, min(Int(min(byTime, Double(maximum))), share, maximum))
    }
}
