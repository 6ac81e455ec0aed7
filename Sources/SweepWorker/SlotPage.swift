import CProcess
import Glibc
import SweepCore

/// The page that a worker and one of its slots share: which trial runs, since when, where to stop,
/// and how far it has come.
///
/// It costs the slot two memory writes for each trial, and tells the worker exactly which trial a
/// dead slot was running. A trial that says how far it has come pays for that itself.
final class SlotPage {
    /// The page's memory file; the slot inherits it.
    let descriptor: Int32
    private let words: UnsafeMutablePointer<windrow_slot_page>

    private static let size = MemoryLayout<windrow_slot_page>.size
    private static let none = UInt64.max

    /// A new page, with nothing running.
    init?() {
        let descriptor = windrow_memfd("windrow-slot", Self.size)
        guard descriptor >= 0, let words = Self.map(descriptor) else { return nil }
        self.descriptor = descriptor
        self.words = words
        rest()
        lift()
    }

    /// A page made by the worker.
    init?(inherited descriptor: Int32) {
        guard let words = Self.map(descriptor) else { return nil }
        self.descriptor = descriptor
        self.words = words
    }

    deinit {
        munmap(words, Self.size)
        close(descriptor)
    }

    private static func map(_ descriptor: Int32) -> UnsafeMutablePointer<windrow_slot_page>? {
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { return nil }
        return memory.assumingMemoryBound(to: windrow_slot_page.self)
    }

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    // MARK: The slot's side

    /// Announces a trial; false when the worker wants the lease to end before it.
    func begin(_ index: Int) -> Bool {
        windrow_store(&words.pointee.started_ns, Self.nanoseconds())
        windrow_store(&words.pointee.current, UInt64(index))
        return UInt64(index) < windrow_load(&words.pointee.limit)
    }

    /// Announces that nothing runs.
    func rest() { windrow_store(&words.pointee.current, Self.none) }

    /// Says how far the running trial has come.
    func tell(_ progress: TrialProgress) {
        let page = words
        let changes = windrow_load(&page.pointee.changes)
        windrow_store(&page.pointee.changes, changes &+ 1)
        windrow_store(&page.pointee.told_by, windrow_load(&page.pointee.started_ns))
        windrow_store(&page.pointee.round, UInt64(clamping: progress.round))
        windrow_store(&page.pointee.rounds, UInt64(clamping: progress.rounds ?? 0))
        windrow_store(&page.pointee.value, (progress.value ?? .nan).bitPattern)
        windrow_store(&page.pointee.changes, changes &+ 2)
    }

    // MARK: The worker's side

    /// Lets the running trial be the lease's last.
    ///
    /// - Returns: the first index that the slot will not begin; nil when the slot is between two
    ///   trials, so that it must be asked again.
    func truncate() -> Int? {
        let current = windrow_load(&words.pointee.current)
        guard current != Self.none, let index = Int(exactly: current) else { return nil }
        windrow_store(&words.pointee.limit, current + 1)
        // The slot announces a trial before it looks at the limit: if it has announced no other one
        // by now, it will see the limit at the next.
        return windrow_load(&words.pointee.current) == current ? index + 1 : nil
    }

    /// Lets a new lease run to its end.
    func lift() { windrow_store(&words.pointee.limit, Self.none) }

    /// What the slot does at the moment.
    var activity: SlotActivity {
        let current = windrow_load(&words.pointee.current)
        guard current != Self.none, let index = Int(exactly: current) else {
            return SlotActivity(index: nil, seconds: 0)
        }
        let now = Self.nanoseconds()
        let started = windrow_load(&words.pointee.started_ns)
        return SlotActivity(
            index: index, seconds: now > started ? Double(now - started) * 1e-9 : 0,
            progress: progress(since: started))
    }

    /// What the trial that began then has told; nil when it has told nothing, or is just telling.
    private func progress(since started: UInt64) -> TrialProgress? {
        let page = words
        let changes = windrow_load(&page.pointee.changes)
        guard changes & 1 == 0, windrow_load(&page.pointee.told_by) == started, changes > 0
        else { return nil }
        let rounds = windrow_load(&page.pointee.rounds)
        let value = Double(bitPattern: windrow_load(&page.pointee.value))
        let progress = TrialProgress(
            round: Int(clamping: windrow_load(&page.pointee.round)),
            rounds: rounds > 0 ? Int(clamping: rounds) : nil, value: value.isNaN ? nil : value)
        return windrow_load(&page.pointee.changes) == changes ? progress : nil
    }
}
