import SweepWire

/// How many nodes the coordinator's sweeps could use beside the workers that there are.
package struct AllocationDemand: Sendable, Hashable {
    /// What the worker of one allocation offers.
    package var slots: Int
    package var tags: [String]
    package var gpus: Int

    package init(slots: Int, tags: [String], gpus: Int) {
        self.slots = slots
        self.tags = tags
        self.gpus = gpus
    }

    /// The nodes that trials wait for.
    ///
    /// A trial counts when it waits for a slot, when an allocation's worker could run it, and when no
    /// worker has a slot free for it. Of two sweeps both count the free slots: what is asked for too
    /// little now is asked for at the next look.
    ///
    /// - Returns: nil while a sweep's store is being opened, and nobody knows.
    /// - Complexity: O(sweeps · workers · tags).
    package func nodes(_ sweeps: [SweepSummary], _ workers: [WorkerSummary]) -> Int? {
        guard !sweeps.contains(where: { $0.state == .opening }) else { return nil }
        var nodes = 0.0
        for sweep in sweeps where sweep.state == .running {
            let room = places(slots, gpus, sweep)
            guard room > 0, sweep.requires.allSatisfy(tags.contains) else { continue }
            let free = workers.reduce(0) { sum, worker in
                guard worker.state == .ready, sweep.requires.allSatisfy(worker.tags.contains)
                else { return sum }
                return sum + places(worker.slots - worker.running, worker.gpus.count, sweep)
            }
            let waiting = max(0, sweep.remaining - sweep.leased - free)
            nodes += Double(waiting) / Double(room)
        }
        return Int(min(nodes.rounded(.up), 1e9))
    }

    /// How many of a sweep's trials so many slots and cards run at once.
    private func places(_ slots: Int, _ gpus: Int, _ sweep: SweepSummary) -> Int {
        let bySlots = max(0, slots) / max(1, sweep.cpus)
        return sweep.gpus > 0 ? min(bySlots, gpus / sweep.gpus) : bySlots
    }
}
