import SweepCore
import SweepWire

/// What the worker's shell is told to do.
package enum WorkerDirective: Sendable, Hashable {
    case send(WorkerMessage)
    /// Start the child process of a slot.
    case startSlot(Int)
    case command(SlotCommand, slot: Int)
    /// Let the slot's running trial be the last one of its lease, and answer with
    /// `WorkerInstance.slotTruncated` when that is sure.
    case truncate(slot: Int)
    /// Kill the slot with its whole process group.
    case kill(slot: Int)
    /// Append reports to the spill file.
    case spill([Report])
    /// Read reports back from the spill file, and answer with `WorkerInstance.unspilled`.
    case readSpill(from: UInt64)
    /// Empty the spill file.
    case clearSpill
    /// Leave: nothing more is to be done.
    case exit(WorkerExit)
}

/// Why a worker leaves.
package enum WorkerExit: Sendable, Hashable {
    /// It was told to leave, and the coordinator has all its results.
    case left
    /// The coordinator said farewell.
    case dismissed(reason: String)
    /// The coordinator does not want this worker.
    case refused(reason: String)
    /// Slots die before they run anything.
    case slotsFail(reason: String)
}

/// What a slot is doing, read from the page that it shares with the worker.
package struct SlotActivity: Sendable, Hashable {
    /// The running trial, or nil.
    package var index: Int?
    /// Seconds since it began.
    package var seconds: Double
    /// How far it has come, where it says so.
    package var progress: TrialProgress?

    package init(index: Int?, seconds: Double, progress: TrialProgress? = nil) {
        self.index = index
        self.seconds = seconds
        self.progress = progress
    }
}

/// How a slot's process ended.
package struct SlotEnd: Sendable, Hashable {
    /// What it was doing.
    package var activity: SlotActivity
    package var exitCode: Int32?
    package var signal: Int32?
    /// The last lines that it wrote to standard error.
    package var lastWords: String
    /// Seconds since 1970.
    package var time: Double

    package init(
        activity: SlotActivity, exitCode: Int32?, signal: Int32?, lastWords: String, time: Double
    ) {
        self.activity = activity
        self.exitCode = exitCode
        self.signal = signal
        self.lastWords = lastWords
        self.time = time
    }
}
