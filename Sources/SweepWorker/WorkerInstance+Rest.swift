import SweepWire

/// A worker that takes nothing for now: outside of its hours, or while somebody needs its machine.
extension WorkerInstance {
    /// Rests, and says why; or, with nil, takes leases again.
    ///
    /// What waits goes back to the queue. What runs may finish, as the last of its lease.
    ///
    /// - Parameters:
    ///   - reason: as people are told; nil: it rests no more.
    ///   - givesUp: whether what runs is killed and goes back, too, without blame.
    package mutating func rest(_ reason: String?, givesUp: Bool) -> [WorkerDirective] {
        // The next tick tells the coordinator.
        if reason != resting { lastSent = -.infinity }
        resting = reason
        guard reason != nil else { return [] }
        var directives = giveBackQueue()
        if givesUp {
            for slot in slots.indices where slots[slot].lease != nil && !slots[slot].isAbandoned {
                slots[slot].isAbandoned = true
                directives.append(.kill(slot: slot))
            }
        }
        return directives
    }
}
