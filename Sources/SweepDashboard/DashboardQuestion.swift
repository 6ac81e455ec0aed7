import SweepCore

/// What a browser, or Prometheus, asks.
enum DashboardQuestion: Sendable, Hashable {
    case page
    /// Shows a token, and is led to the page with a cookie.
    case enter(token: String)
    /// The stream of events: the cluster once a second, and a sweep's finished trials.
    case events(sweep: String?, metric: String?)
    /// The curve of a trial.
    case curve(sweep: String, trial: String, x: String, y: String)
    /// What a trial has printed.
    case log(sweep: String, trial: String)
    /// The trials that were given up.
    case failures(sweep: String)
    case metrics

    /// Why a request is none of them.
    enum Problem: Error, Sendable, Hashable {
        case unknown
        /// Only GET is known.
        case method
        case malformed(String)
    }

    /// Reads a request.
    ///
    /// - Parameter query: the query's items; of a name that stands twice the first counts.
    init(method: String, path: String, query: [(name: String, value: String)]) throws(Problem) {
        guard method == "GET" else { throw .method }
        func value(_ name: String) -> String? {
            query.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
        }
        func needed(_ name: String) throws(Problem) -> String {
            guard let text = value(name) else { throw .malformed("expected \(name)=…") }
            return text
        }
        func trial() throws(Problem) -> String {
            let text = try needed("trial")
            guard TrialID(text) != nil else {
                throw .malformed("trial=\(text): expected t- and 16 digits of 0-9, a-f")
            }
            return text
        }
        switch path {
        case "/":
            if let token = value("token") { self = .enter(token: token) } else { self = .page }
        case "/api/events": self = .events(sweep: value("sweep"), metric: value("metric"))
        case "/api/curve":
            self = .curve(
                sweep: try needed("sweep"), trial: try trial(), x: value("x") ?? "round",
                y: try needed("y"))
        case "/api/log": self = .log(sweep: try needed("sweep"), trial: try trial())
        case "/api/failures": self = .failures(sweep: try needed("sweep"))
        case "/metrics": self = .metrics
        default: throw .unknown
        }
    }
}
