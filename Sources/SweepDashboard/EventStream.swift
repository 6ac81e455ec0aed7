import FlyingFox
import FlyingSocks

/// Server-sent events for one reader: the cluster whenever it changes, and a sweep's rows as they come.
struct EventStream: AsyncBufferedSequence {
    typealias Element = UInt8

    let subscription: DashboardHub.Subscription
    let metric: String?

    func makeAsyncIterator() -> Iterator {
        Iterator(subscription: subscription, metric: metric)
    }

    struct Iterator: AsyncBufferedIteratorProtocol {
        private let subscription: DashboardHub.Subscription
        private let metric: String?
        private var position = SweepRows.Position()
        private var version = -1
        private var problem: String?
        private var pending: ArraySlice<UInt8> = []

        fileprivate init(subscription: DashboardHub.Subscription, metric: String?) {
            self.subscription = subscription
            self.metric = metric
        }

        mutating func next() async throws -> UInt8? {
            while pending.isEmpty {
                guard let event = try await nextBuffer(suggested: 1) else { return nil }
                pending = event[...]
            }
            return pending.popFirst()
        }

        /// One event, however long it is.
        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            while true {
                try Task.checkCancellation()
                let hub = subscription.hub
                let event = hub.event
                if event.version > version {
                    version = event.version
                    return Self.event("cluster", event.json)
                }
                if let store = subscription.sweep.flatMap(hub.store(of:)) {
                    let contents = store.contents
                    if contents.problem != problem {
                        problem = contents.problem
                        var json = JSONWriter()
                        json.object { $0.text("problem", problem) }
                        return Self.event("store", json.bytes)
                    }
                    if let news = contents.rows.news(after: position, metric: metric) {
                        position = news.position
                        return Self.event("rows", news.json)
                    }
                }
                await hub.wait(past: version)
            }
        }

        private static func event(_ name: String, _ json: [UInt8]) -> [UInt8] {
            Array("event: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
        }
    }
}
