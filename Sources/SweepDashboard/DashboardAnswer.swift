/// What is answered to a request, before it becomes HTTP.
struct DashboardAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    private static let always: [(name: String, value: String)] = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    /// Nothing is loaded, run, framed or sent anywhere.
    private static let closed = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

    init(_ status: Int, _ type: String, _ body: [UInt8], policy: String = Self.closed) {
        self.status = status
        self.body = body
        headers =
            Self.always + [("Content-Type", type), ("Content-Security-Policy", policy)]
    }

    static func text(_ status: Int, _ text: String) -> DashboardAnswer {
        DashboardAnswer(status, "text/plain; charset=utf-8", Array((text + "\n").utf8))
    }

    static func json(_ body: [UInt8]) -> DashboardAnswer {
        DashboardAnswer(200, "application/json", body)
    }

    /// The page: its own script and style and no others, and this server to talk to.
    static func page(_ page: [UInt8], nonce: String) -> DashboardAnswer {
        DashboardAnswer(
            200, "text/html; charset=utf-8", page,
            policy: "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; "
                + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
                + "frame-ancestors 'none'")
    }

    /// The headers of the stream of events.
    static var events: DashboardAnswer { DashboardAnswer(200, "text/event-stream", []) }

    /// Back to the page, with a cookie, so that the token stands in no address bar.
    static func entered(_ cookie: String) -> DashboardAnswer {
        var answer = text(303, "see /")
        answer.headers += [("Location", "/"), ("Set-Cookie", cookie)]
        return answer
    }

    static func refused(_ verdict: DashboardAccess.Verdict) -> DashboardAnswer {
        switch verdict {
        case .granted: return text(500, "granted")
        case .otherHost:
            return text(
                421,
                "this page answers to the names localhost, 127.0.0.1 and [::1] only; from another "
                    + "machine use a tunnel (ssh -L 8650:localhost:8650 HOST), or start windrow "
                    + "dashboard with --bind and a token")
        case .needsToken:
            var answer = text(
                401,
                "a token is needed: open the address that windrow dashboard has printed, "
                    + "http://HOST:PORT/?token=…, or send the header Authorization: Bearer TOKEN")
            answer.headers.append(("WWW-Authenticate", "Bearer realm=\"windrow\""))
            return answer
        }
    }

    static func refused(_ problem: DashboardQuestion.Problem) -> DashboardAnswer {
        switch problem {
        case .unknown: return text(404, "there is no such page")
        case .malformed(let reason): return text(400, reason)
        case .method:
            var answer = text(405, "only GET is answered")
            answer.headers.append(("Allow", "GET"))
            return answer
        }
    }
}
