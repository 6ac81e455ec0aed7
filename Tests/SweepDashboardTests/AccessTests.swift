import Testing

@testable import SweepDashboard

@Suite("Who may see the page")
struct AccessTests {
    private let token = "correct-horse-battery-staple"

    private func judge(
        _ access: DashboardAccess, host: String? = "localhost:8650", authorization: String? = nil,
        cookie: String? = nil
    ) -> DashboardAccess.Verdict {
        access.judge(.init(host: host, authorization: authorization, cookie: cookie))
    }

    @Test(
        "without a token it answers to loopback's names, at any port",
        arguments: [
            "localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8650", "127.3.2.1:80", "[::1]",
            "[::1]:8650",
        ])
    func loopback(_ host: String) {
        #expect(judge(DashboardAccess(token: nil, session: "s"), host: host) == .granted)
    }

    @Test(
        "a name that was pointed here is refused",
        arguments: [
            "evil.example", "evil.example:8650", "localhost.evil.example", "127.0.0.1.evil.example",
            "127.0.0.1.2", "127.0.0", "128.0.0.1", "127.0.0.256", "[::2]", "[::1]evil.example",
            "[::1", "localhost:evil", "localhost:", "", "localhost:99999", "10.0.0.1",
        ])
    func rebinding(_ host: String) {
        let access = DashboardAccess(token: nil, session: "s")
        #expect(judge(access, host: host) == .otherHost)
        #expect(judge(access, host: nil) == .otherHost)
    }

    @Test("with a token it wants the token or the cookie, whole, and nothing else")
    func tokens() {
        let access = DashboardAccess(token: token, session: "0123456789abcdef")
        for host in ["lab.example:8650", "localhost", nil] {
            #expect(judge(access, host: host) == .needsToken)
            #expect(judge(access, host: host, authorization: "Bearer " + token) == .granted)
            #expect(judge(access, host: host, authorization: "bearer " + token) == .granted)
            #expect(
                judge(access, host: host, cookie: "a=b; windrow_dashboard=0123456789abcdef")
                    == .granted)
        }
        let wrong = [
            "", "Bearer", "Bearer ", "Bearer " + token + "x", "Bearer " + token.dropLast(),
            "Bearer " + token + token, "Basic " + token, token, "Bearer  " + token,
        ]
        for text in wrong { #expect(judge(access, authorization: text) == .needsToken, "\(text)") }
        for cookie in [
            "windrow_dashboard=", "windrow_dashboard=" + token, "windrow_dashboard=0123456789abcde",
            "other=0123456789abcdef", "windrow_dashboard", "0123456789abcdef",
        ] {
            #expect(judge(access, cookie: cookie) == .needsToken, "\(cookie)")
        }
        #expect(access.isToken(token) && !access.isToken("") && !access.isToken("0123456789abcdef"))
        #expect(!DashboardAccess(token: nil, session: "s").isToken(""))
        #expect(access.setCookie.contains("HttpOnly; SameSite=Strict"))
    }

    @Test("the comparison agrees with equality, and an empty secret equals nothing")
    func equality() {
        let words: [[UInt8]] = [[], [0], [1], [0, 0], [1, 0], [0, 1], [1, 1], [0, 0, 0]]
        for left in words {
            for right in words {
                #expect(DashboardAccess.areEqual(left, right) == (left == right && !left.isEmpty))
            }
        }
    }

    @Test("a token that could be guessed or not be sent is refused with a reason")
    func tokenProblems() {
        for text in ["", "short", "has a blank in the middle", "umläut-umläut-umläut"] {
            #expect(DashboardAccess.problem(ofToken: text) != nil, "\(text)")
        }
        #expect(DashboardAccess.problem(ofToken: token) == nil)
        var generator = SystemRandomNumberGenerator()
        let words = (0..<100).map { _ in DashboardAccess.randomWord(using: &generator) }
        #expect(Set(words).count == 100)
        #expect(words.allSatisfy { $0.count == 32 && DashboardAccess.problem(ofToken: $0) == nil })
    }
}

@Suite("What a request asks")
struct QuestionTests {
    private func question(
        _ path: String, _ query: [(String, String)] = [], method: String = "GET"
    ) throws(DashboardQuestion.Problem) -> DashboardQuestion {
        try DashboardQuestion(
            method: method, path: path, query: query.map { (name: $0.0, value: $0.1) })
    }

    @Test("paths and queries are read")
    func known() throws {
        let trial = "t-0123456789abcdef"
        #expect(try question("/") == .page)
        #expect(try question("/", [("token", "x")]) == .enter(token: "x"))
        #expect(try question("/metrics") == .metrics)
        #expect(try question("/api/events") == .events(sweep: nil, metric: nil))
        #expect(
            try question("/api/events", [("sweep", "a b"), ("metric", "loss"), ("sweep", "z")])
                == .events(sweep: "a b", metric: "loss"))
        #expect(
            try question("/api/curve", [("sweep", "s"), ("trial", trial), ("y", "loss")])
                == .curve(sweep: "s", trial: trial, x: "round", y: "loss"))
        #expect(
            try question("/api/log", [("sweep", "s"), ("trial", trial)])
                == .log(sweep: "s", trial: trial))
        #expect(try question("/api/failures", [("sweep", "s")]) == .failures(sweep: "s"))
    }

    @Test("anything else is refused, with what was expected")
    func refused() {
        for path in ["", "/x", "/metrics/", "//", "/api", "/../etc/passwd", "/api/events/"] {
            #expect(throws: DashboardQuestion.Problem.unknown) { try question(path) }
        }
        for method in ["POST", "HEAD", "", "DELETE", "get"] {
            #expect(throws: DashboardQuestion.Problem.method) {
                try question("/", method: method)
            }
        }
        for trial in ["", "t-1", "../../x", "t-0123456789ABCDEF", "t-0123456789abcdef0"] {
            #expect(throws: DashboardQuestion.Problem.self) {
                try question("/api/log", [("sweep", "s"), ("trial", trial)])
            }
        }
        #expect(throws: DashboardQuestion.Problem.malformed("expected sweep=…")) {
            try question("/api/failures")
        }
    }

    @Test("each answer forbids what a page does not need, and the page runs its own script only")
    func headers() {
        let page = DashboardPage().bytes(nonce: "abc123")
        let answers = [
            DashboardAnswer.page(page, nonce: "abc123"), .json([]), .text(404, "no"), .events,
            .refused(.needsToken), .refused(.otherHost), .entered("c"),
        ]
        for answer in answers {
            let headers = Dictionary(
                uniqueKeysWithValues: answer.headers.map { ($0.name, $0.value) })
            #expect(headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(headers["X-Content-Type-Options"] == "nosniff")
            #expect(headers["Referrer-Policy"] == "no-referrer")
            #expect(headers["Cache-Control"] == "no-store")
            #expect(headers["Access-Control-Allow-Origin"] == nil)
        }
        let text = String(decoding: page, as: UTF8.self)
        #expect(text.contains("<script nonce=\"abc123\">"))
        #expect(text.contains("<style nonce=\"abc123\">"))
        #expect(!text.contains("NONCE") && !text.contains("/*S"))
        // Nothing from elsewhere.
        for word in ["http:", "https:", "src=", "@import", "url(", "innerHTML", "eval("] {
            #expect(!text.contains(word), "\(word)")
        }
    }
}
