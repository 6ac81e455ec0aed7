import Synchronization

/// What is known at the moment, and who waits for news of it.
final class DashboardHub: Sendable {
    private struct Known {
        var state = DashboardState()
        /// The event about the cluster, made once for all who listen.
        var event: [UInt8] = []
        var stores: [String: (store: FollowedStore, readers: Int)] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var streams = 0
    }

    private let known = Mutex(Known())

    /// Streams of events at once.
    static let mostStreams = 64

    /// The state at the moment.
    var state: DashboardState { known.withLock { $0.state } }

    /// The event about the cluster, and the version that it tells of.
    var event: (json: [UInt8], version: Int) { known.withLock { ($0.event, $0.state.version) } }

    /// Changes the state and wakes all who wait.
    func publish(_ change: (inout DashboardState) -> Void) {
        let waiting = known.withLock { known in
            change(&known.state)
            known.event = known.state.clusterEvent
            defer { known.waiting = [] }
            return known.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when there is something newer than a version.
    func wait(past version: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = known.withLock { known in
                if known.state.version > version { return true }
                known.waiting.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    // MARK: Stores

    /// Stores that somebody looks at.
    var followed: [FollowedStore] {
        known.withLock { known in known.stores.values.filter { $0.readers > 0 }.map(\.store) }
    }

    /// The store of a sweep that the coordinator knows; nil for any other.
    func store(of sweep: String) -> FollowedStore? {
        known.withLock { known in
            guard let folder = known.state.store(of: sweep) else { return nil }
            if let entry = known.stores[sweep], entry.store.folder == folder { return entry.store }
            let store = FollowedStore(folder: folder)
            known.stores[sweep] = (store, known.stores[sweep]?.readers ?? 0)
            return store
        }
    }

    /// Counts a stream of events; nil when there are too many.
    func open(sweep: String?) -> Subscription? {
        if let sweep { _ = store(of: sweep) }
        return known.withLock { known in
            guard known.streams < Self.mostStreams else { return nil }
            known.streams += 1
            if let sweep, let entry = known.stores[sweep] {
                known.stores[sweep] = (entry.store, entry.readers + 1)
            }
            return Subscription(hub: self, sweep: sweep)
        }
    }

    fileprivate func close(sweep: String?) {
        known.withLock { known in
            known.streams -= 1
            guard let sweep, let entry = known.stores[sweep] else { return }
            known.stores[sweep] = (entry.store, max(0, entry.readers - 1))
        }
    }

    /// A stream of events; it counts for as long as somebody holds it.
    final class Subscription: Sendable {
        let hub: DashboardHub
        let sweep: String?

        fileprivate init(hub: DashboardHub, sweep: String?) {
            self.hub = hub
            self.sweep = sweep
        }

        deinit { hub.close(sweep: sweep) }
    }
}
