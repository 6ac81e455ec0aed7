/// Decides when nodes are asked for and when they are given back.
///
/// It keeps no account of its own: each time it is told which allocations the batch system knows, and
/// decides from that. So neither a restart of the coordinator nor of the program that asks it doubles
/// anything. What it remembers serves only to notice allocations that come to nothing.
package struct AllocationPolicy: Sendable {
    /// Most allocations that wait in the batch system's queue at a time.
    package let nodesAtATime: Int
    /// Most allocations at a time, waiting ones and all.
    package let maximumNodes: Int
    /// Seconds after which an allocation without a worker is taken back.
    package let patience: Double

    /// What is known at one moment.
    package struct Sight: Sendable, Hashable {
        /// Nodes that trials wait for.
        package var needed: Int
        package var allocations: [Allocation]
        /// Allocations whose worker the coordinator knows.
        package var connected: Set<String>

        package init(needed: Int, allocations: [Allocation], connected: Set<String>) {
            self.needed = needed
            self.allocations = allocations
            self.connected = connected
        }
    }

    package enum Directive: Sendable, Hashable {
        /// Ask for so many allocations.
        case submit(Int)
        /// Take these back, unless one has begun by now.
        case cancel([String])
        /// Take these back: they run, and nothing comes of them.
        case end([String])
        /// An allocation is there that was asked for before this policy began.
        case began(String)
        /// An allocation is gone; `isFruitless` if its worker never joined.
        case ended(String, isFruitless: Bool)
        /// So many allocations in a row have come to nothing: more would, too.
        case giveUp(Int)
    }

    /// What was seen of an allocation.
    private struct Memory {
        var hasRun = false
        var hadWorker = false
        var isCancelled = false
        /// Since when it runs without a worker.
        var missingSince: Double?
    }

    private var memory: [String: Memory] = [:]
    private var fruitless = 0

    /// Allocations in a row that may come to nothing.
    package static let tolerance = 3

    package init(nodesAtATime: Int, maximumNodes: Int, patience: Double) {
        self.nodesAtATime = nodesAtATime
        self.maximumNodes = maximumNodes
        self.patience = patience
    }

    /// Decides what to do.
    ///
    /// - Parameters:
    ///   - sight: what the batch system and the coordinator say at this moment.
    ///   - now: seconds of a clock that only goes forward.
    package mutating func decide(_ sight: Sight, now: Double) -> [Directive] {
        var directives = notice(sight, now)
        guard fruitless < Self.tolerance else { return directives + [.giveUp(fruitless)] }

        let waiting = sight.allocations.filter { $0.state == .waiting }
        let running = sight.allocations.filter { $0.state == .running }
        let lost = running.map(\.id).filter { id in
            memory[id]?.missingSince.map { now - $0 >= patience } ?? false
        }
        if !lost.isEmpty {
            for id in lost { memory[id]?.isCancelled = true }
            directives.append(.end(lost))
        }
        // One whose worker is on its way, or comes back after a restart of the coordinator, will
        // take its share of what waits.
        let starting = running.filter { !sight.connected.contains($0.id) && !lost.contains($0.id) }
        let coming = waiting.count + starting.count
        if sight.needed > coming {
            let count = min(
                sight.needed - coming, nodesAtATime - waiting.count,
                maximumNodes - sight.allocations.count)
            if count > 0 { directives.append(.submit(count)) }
        } else if coming > sight.needed, !waiting.isEmpty {
            // Those that were asked for last have waited least.
            let newest = waiting.map(\.id).sorted(by: Self.isOlder).reversed()
            let ids = Array(newest.prefix(coming - sight.needed))
            for id in ids { memory[id]?.isCancelled = true }
            directives.append(.cancel(ids))
        }
        return directives
    }

    /// The batch system has taken an order: what becomes of it will be noticed, also when it is gone
    /// before the next look.
    package mutating func submitted(_ id: String) { memory[id] = Memory() }

    /// What has come and gone since the last look.
    private mutating func notice(_ sight: Sight, _ now: Double) -> [Directive] {
        var directives: [Directive] = []
        let known = Dictionary(
            sight.allocations.map { ($0.id, $0.state) }, uniquingKeysWith: { first, _ in first })
        for (id, seen) in memory.sorted(by: { Self.isOlder($0.key, $1.key) })
        where known[id] == nil {
            memory[id] = nil
            let isFruitless = !seen.hadWorker && !(seen.isCancelled && !seen.hasRun)
            if seen.hadWorker { fruitless = 0 } else if isFruitless { fruitless += 1 }
            directives.append(.ended(id, isFruitless: isFruitless))
        }
        for allocation in sight.allocations {
            let id = allocation.id
            if memory[id] == nil {
                memory[id] = Memory()
                directives.append(.began(id))
            }
            if sight.connected.contains(id) {
                memory[id]?.hadWorker = true
                memory[id]?.missingSince = nil
                fruitless = 0
            } else if allocation.state == .running {
                memory[id]?.hasRun = true
                if memory[id]?.missingSince == nil { memory[id]?.missingSince = now }
            }
        }
        return directives
    }

    /// Whether an id is older than another: both are numbers that the batch system counts up.
    private static func isOlder(_ first: String, _ second: String) -> Bool {
        first.utf8.count == second.utf8.count
            ? first < second : first.utf8.count < second.utf8.count
    }
}
