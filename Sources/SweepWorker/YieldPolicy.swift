/// When a worker makes room for the people at its machine: a pure value.
package struct YieldPolicy: Sendable, Hashable {
    /// Somebody's login.
    package struct Session: Sendable, Hashable {
        package var user: String
        /// Seconds since a key was pressed there; nil: not known, as for a desktop.
        package var idle: Double?

        package init(user: String, idle: Double?) {
            self.user = user
            self.idle = idle
        }
    }

    /// Processor time since the machine's start, as `/proc/stat` has it, in any unit.
    package struct ProcessorTime: Sendable, Hashable {
        /// Of programs that are not niced: those of a worker that yields always are.
        package var foreign: Double
        package var total: Double

        package init(foreign: Double, total: Double) {
            self.foreign = foreign
            self.total = total
        }
    }

    /// Seconds without a key after which a login does not count.
    package static let idleLimit = 600.0
    /// Share of the processors that others may take before it rests, and below which it works again.
    package static let highLoad = 0.5
    package static let lowLoad = 0.25
    /// Seconds over which the load is taken.
    package static let window = 30.0

    private var samples: [(at: Double, time: ProcessorTime)] = []
    private var isLoaded = false

    package init() {}

    /// Why the worker should rest now; nil: it may work.
    package mutating func decide(
        _ sessions: [Session], _ time: ProcessorTime, now: Double
    ) -> String? {
        samples.append((now, time))
        // One sample stands before the window.
        while samples.count > 1, samples[1].at <= now - Self.window { samples.removeFirst() }
        if let first = samples.first, now - first.at >= Self.window, time.total > first.time.total {
            let share = (time.foreign - first.time.foreign) / (time.total - first.time.total)
            if share > Self.highLoad { isLoaded = true }
            if share < Self.lowLoad { isLoaded = false }
        }
        if let session = sessions.first(where: { $0.idle ?? 0 < Self.idleLimit }) {
            return "\(session.user) is logged in"
        }
        return isLoaded ? "others need its processors" : nil
    }

    package static func == (left: YieldPolicy, right: YieldPolicy) -> Bool {
        left.isLoaded == right.isLoaded && left.samples.map(\.at) == right.samples.map(\.at)
            && left.samples.map(\.time) == right.samples.map(\.time)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(isLoaded) }
}
