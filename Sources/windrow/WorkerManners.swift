import ArgumentParser
import Glibc
import SweepWorker
import ZeroMQ

/// When a worker works, and when it makes room for others on its machine.
struct WorkerManners: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave after so long without work: 30s, 10m, 1h.", valueName: "time"))
    var idleExit: String?

    @Option(help: ArgumentHelp("How nice trials are to other programs, 0 … 19.", valueName: "n"))
    var nice: Int?

    @Option(
        help: ArgumentHelp(
            "Work in these hours only, by this machine's clock: 20:00-07:00.", valueName: "hours"))
    var only: String?

    @Flag(
        help: ArgumentHelp(
            "Rest while somebody is logged in or other programs need the processors; what runs "
                + "goes back to the queue."))
    var yieldToUsers = false

    @Option(
        help: ArgumentHelp(
            "When it is told to leave, what still runs after so long goes back to the queue: 60s "
                + "(default: what runs may finish).", valueName: "time"))
    var grace: String?

    func validate() throws {
        if let grace, Lifetime(grace) == nil {
            throw ValidationError("--grace \(grace): expected a time such as \(Lifetime.form)")
        }
        if let idleExit, Lifetime(idleExit) == nil {
            throw ValidationError(
                "--idle-exit \(idleExit): expected a time such as \(Lifetime.form)")
        }
        if let nice, !(0...19).contains(nice) {
            throw ValidationError("--nice \(nice): expected 0 … 19")
        }
        if let only, DailySchedule(only) == nil {
            throw ValidationError(
                "--only \(only): expected hours of the day such as 20:00-07:00, or several with "
                    + "commas between them")
        }
    }

    /// Whether a text names hours of the day.
    static func isSchedule(_ text: String) -> Bool { DailySchedule(text) != nil }

    /// Seconds between looks at the clock and the machine.
    private static let interval = 5.0
    /// How nice a worker that yields is at least: its processor time is told apart from others' by
    /// that.
    private static let yieldingNice: Int32 = 10

    /// The options again, for another process.
    var arguments: [String] {
        (idleExit.map { ["--idle-exit", $0] } ?? []) + (nice.map { ["--nice", "\($0)"] } ?? [])
            + (only.map { ["--only", $0] } ?? []) + (yieldToUsers ? ["--yield-to-users"] : [])
            + (grace.map { ["--grace", $0] } ?? [])
    }

    /// Waits until a worker that was told to leave has waited long enough for what runs, and has it
    /// given back.
    func endGrace(_ shell: WorkerShell) async {
        guard let limit = grace.flatMap({ Lifetime($0) }) else { return }
        try? await Task.sleep(for: .seconds(limit.seconds))
        guard !Task.isCancelled else { return }
        await shell.rest("its time is over", givesUp: true)
    }

    /// Makes this process, and the slots that it will start, nice.
    func beNice() {
        let wanted = max(nice.map(Int32.init) ?? 0, yieldToUsers ? Self.yieldingNice : 0)
        guard wanted > 0 else { return }
        // On Linux each thread is as nice as the one that made it; slots inherit it from theirs.
        guard let threads = opendir("/proc/self/task") else { return }
        defer { closedir(threads) }
        while let entry = readdir(threads) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let thread = id_t(name) else { continue }
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), thread, wanted)
        }
    }

    /// Watches the clock and the machine, and tells the worker, until the task is cancelled.
    func watch(_ shell: WorkerShell, _ console: Console) async {
        if let idleExit, let limit = Lifetime(idleExit) {
            await shell.leave(afterIdle: limit.seconds)
        }
        let schedule = only.flatMap { DailySchedule($0) }
        guard schedule != nil || yieldToUsers else { return }
        var policy = YieldPolicy()
        var told: String?
        while !Task.isCancelled {
            var reason: String?
            var givesUp = false
            if let schedule, !schedule.contains(minute: MachineUse.minuteOfDay()) {
                reason = "it works \(schedule.text) only"
            }
            if yieldToUsers,
                let need = policy.decide(
                    MachineUse.sessions(now: Double(time(nil))), MachineUse.processorTime(),
                    now: EventLoop.now())
            {
                givesUp = true
                reason = reason ?? need
            }
            await shell.rest(reason, givesUp: givesUp)
            if reason != told {
                told = reason
                console.say(
                    reason == nil ? "Works" : "Rests", reason ?? "again",
                    reason == nil ? .good : .note)
            }
            try? await Task.sleep(for: .seconds(Self.interval))
        }
    }
}
