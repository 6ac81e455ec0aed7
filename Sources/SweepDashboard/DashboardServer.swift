import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Processes
import SweepCore
import SweepStore
import SweepView
import Synchronization

/// Serves the page: asks the coordinator once a second, follows the stores that somebody looks at, and
/// answers browsers.
package final class DashboardServer: Sendable {
    /// Asks the coordinator; the error says why there is no answer.
    package typealias Look = @Sendable () throws(Trouble) -> ClusterSnapshot

    /// Why something does not work, in words for the user.
    package struct Trouble: Error {
        package var reason: String

        package init(_ reason: String) { self.reason = reason }
    }

    private let hub = DashboardHub()
    private let access: DashboardAccess
    private let page = DashboardPage()
    private let server: HTTPServer
    private let look: Look
    private let now: @Sendable () -> Double
    /// Wakes the thread that looks.
    private let wanted = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - address: an IP address.
    ///   - port: 0 for any that is free.
    ///   - access: who may come in.
    ///   - first: what is shown until the next look.
    ///   - now: seconds on a clock that never goes back.
    ///   - look: asks the coordinator.
    /// - Throws: when the address is none.
    package init(
        address: String, port: UInt16, access: DashboardAccess, first: ClusterSnapshot,
        now: @escaping @Sendable () -> Double, look: @escaping Look
    ) throws(Trouble) {
        self.access = access
        self.look = look
        self.now = now
        do {
            server =
                address.contains(":")
                ? HTTPServer(
                    address: try .inet6(ip6: address, port: port), timeout: 60, logger: .disabled)
                : HTTPServer(
                    address: try .inet(ip4: address, port: port), timeout: 60, logger: .disabled)
        } catch {
            throw Trouble("'\(address)' is no IP address")
        }
        hub.publish { $0.take(first, now: now()) }
    }

    /// Serves for as long as the process lives.
    ///
    /// - Parameter began: called with the port when connections are taken.
    /// - Throws: when it cannot listen there.
    package func run(began: @escaping @Sendable (UInt16) -> Void) async throws(Trouble) {
        // A reader that has gone is found by the error of a call.
        signal(SIGPIPE, SIG_IGN)
        await server.appendRoute("*") { [self] request in await answer(request) }
        do {
            try startThread { [self] in watch() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [server] in try await server.run() }
                group.addTask { [server] in
                    try await server.waitUntilListening()
                    switch await server.listeningAddress {
                    case .ip4(_, let port), .ip6(_, let port): began(port)
                    default: break
                    }
                }
                try await group.waitForAll()
            }
        } catch let SocketError.failed(_, number, _) {
            throw Trouble("cannot listen there: \(String(cString: strerror(number)))")
        } catch {
            throw Trouble("\(error)")
        }
    }

    /// Looks at coordinator and stores, for ever.
    private func watch() {
        while true {
            for store in hub.followed { store.refresh() }
            do throws(Trouble) {
                let snapshot = try look()
                hub.publish { $0.take(snapshot, now: now()) }
            } catch {
                hub.publish { $0.miss(error.reason) }
            }
            _ = wanted.wait(timeout: .now() + 1)
        }
    }

    // MARK: Answers

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let credentials = DashboardAccess.Credentials(
            host: request.headers[.host], authorization: request.headers[.authorization],
            cookie: request.headers[.cookie])
        let verdict = access.judge(credentials)
        do throws(DashboardQuestion.Problem) {
            let question = try DashboardQuestion(
                method: request.method.rawValue, path: request.path,
                query: request.query.map { ($0.name, $0.value) })
            if case .enter(let token) = question, verdict != .otherHost {
                return http(
                    access.isToken(token)
                        ? .entered(access.setCookie)
                        : verdict == .granted
                            ? pageAnswer : .refused(.needsToken))
            }
            guard verdict == .granted else { return http(.refused(verdict)) }
            if case .events(let sweep, let metric) = question {
                return events(sweep: sweep, metric: metric)
            }
            return http(await answer(question))
        } catch {
            return http(verdict == .granted ? .refused(error) : .refused(verdict))
        }
    }

    private var pageAnswer: DashboardAnswer {
        var generator = SystemRandomNumberGenerator()
        let nonce = DashboardAccess.randomWord(using: &generator)
        return .page(page.bytes(nonce: nonce), nonce: nonce)
    }

    private func events(sweep: String?, metric: String?) -> HTTPResponse {
        guard let subscription = hub.open(sweep: sweep) else {
            return http(
                .text(
                    503, "\(DashboardHub.mostStreams) pages are open already; close one of them"))
        }
        wanted.signal()
        let head = DashboardAnswer.events
        return HTTPResponse(
            statusCode: Self.status(head.status), headers: Self.headers(head),
            body: HTTPBodySequence(from: EventStream(subscription: subscription, metric: metric)))
    }

    private func answer(_ question: DashboardQuestion) async -> DashboardAnswer {
        switch question {
        case .page, .enter, .events: return pageAnswer
        case .metrics:
            let state = hub.state
            return DashboardAnswer(
                200, "text/plain; version=0.0.4; charset=utf-8",
                Array(MetricsText(state.snapshot, problem: state.problem).text.utf8))
        case .curve(let sweep, let trial, let x, let y):
            let running = x == "round" ? hub.state.curve(of: trial, in: sweep) : nil
            return await fromStore(of: sweep) { store in
                let finished = try TrialID(trial).flatMap {
                    try store.curve(of: $0, x: x, y: y)
                }
                var json = JSONWriter()
                json.object { json in
                    json.flag("finished", finished != nil)
                    json.array("points") { json in
                        for point in finished ?? running ?? [] {
                            json.array { json in for cell in point { json.number(nil, cell) } }
                        }
                    }
                }
                return .json(json.bytes)
            }
        case .log(let sweep, let trial):
            return await fromStore(of: sweep) { .text(200, try $0.log(of: trial)) }
        case .failures(let sweep):
            return await fromStore(of: sweep) { .json(try $0.failures()) }
        }
    }

    /// Reads from a store on a thread of its own: the disk may be slow.
    private func fromStore(
        of sweep: String, _ body: @escaping @Sendable (FollowedStore) throws -> DashboardAnswer
    ) async -> DashboardAnswer {
        guard let store = hub.store(of: sweep) else {
            return .text(404, "the coordinator has no sweep '\(sweep)'")
        }
        return await withCheckedContinuation { continuation in
            do throws(SystemError) {
                pthread_detach(
                    try startThread {
                        do {
                            continuation.resume(returning: try body(store))
                        } catch {
                            continuation.resume(returning: .text(500, "\(error)"))
                        }
                    })
            } catch {
                continuation.resume(returning: .text(503, "\(error)"))
            }
        }
    }

    // MARK: HTTP

    private func http(_ answer: DashboardAnswer) -> HTTPResponse {
        HTTPResponse(
            statusCode: Self.status(answer.status), headers: Self.headers(answer),
            body: Data(answer.body))
    }

    private static func headers(_ answer: DashboardAnswer) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
        return headers
    }

    private static func status(_ code: Int) -> HTTPStatusCode {
        let phrase =
            switch code {
            case 200: "OK"
            case 303: "See Other"
            case 400: "Bad Request"
            case 401: "Unauthorized"
            case 404: "Not Found"
            case 405: "Method Not Allowed"
            case 421: "Misdirected Request"
            case 503: "Service Unavailable"
            default: "Internal Server Error"
            }
        return HTTPStatusCode(code, phrase: phrase)
    }
}
