import Foundation
import Glibc
import Testing

@Suite("The dashboard", .serialized)
struct DashboardTests {
    private static let scripts = Windrow.package + "/Tests/EndToEndTests/Browser"

    private static func isThere(_ program: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    static let hasBrowser = isThere("chromium") || isThere("chromium-browser")

    /// A Python that reads Prometheus' format; `scripts/readers` installs it.
    static let python = Windrow.package + "/.build/readers/bin/python"
    static let readsMetrics: Bool = {
        let folders = try? FileManager.default.contentsOfDirectory(
            atPath: Windrow.package + "/.build/readers/lib")
        return (folders ?? []).contains {
            access(
                Windrow.package + "/.build/readers/lib/\($0)/site-packages/prometheus_client", F_OK)
                == 0
        }
    }()

    /// Starts a dashboard, and returns its port and its address.
    private func serve(
        _ daemons: Daemons, _ options: [String] = [], environment: [String] = []
    ) throws -> (port: Int, url: String) {
        let dashboard = try daemons.windrow.start(
            ["dashboard", "--port", "0", "--json"] + options,
            environment: daemons.environment + environment)
        var port: Int?
        var url = ""
        daemons.windrow.wait(until: "the dashboard listens") {
            let text = (try? String(contentsOfFile: dashboard.out, encoding: .utf8)) ?? ""
            let json = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let content = json?["content"] as? [String: Any]
            port = content?["port"] as? Int
            url = content?["url"] as? String ?? ""
            return port != nil || dashboard.child.poll() != nil
        }
        return (try #require(port), url)
    }

    private func python(
        _ daemons: Daemons, _ script: String, _ arguments: String..., by program: String = "python3"
    ) throws {
        let words = [program, "\(Self.scripts)/\(script)"] + arguments
        let line = (daemons.environment + ["PYTHONDONTWRITEBYTECODE=1"] + words)
            .map { "'\($0)'" }.joined(separator: " ")
        let output = try daemons.windrow.shell("env " + line)
        #expect(output.code == 0, "\(output.out)\(output.err)")
        if !output.out.isEmpty { print(output.out, terminator: "") }
    }

    @Test("another address than loopback wants a token, and says how to give one")
    func needsToken() throws {
        let windrow = try Windrow()
        for address in ["0.0.0.0", "::", "10.0.0.1"] {
            let output = try windrow.run("dashboard", "--bind", address)
            #expect(output.code == 64)
            for word in ["--new-token", "--token-file", "WINDROW_DASHBOARD_TOKEN"] {
                #expect(output.err.contains(word), "\(output.err)")
            }
        }
        let name = try windrow.run("dashboard", "--bind", "head-node")
        #expect(name.code == 64 && name.err.contains("expected an IP address"))
        try windrow.write("short", "abc\n")
        chmod(windrow.folder.path + "/short", 0o600)
        let short = try windrow.run("dashboard", "--bind", "0.0.0.0", "--token-file", "short")
        #expect(short.code == 64 && short.err.contains("needs at least 16"))
        chmod(windrow.folder.path + "/short", 0o644)
        let loose = try windrow.run("dashboard", "--token-file", "short")
        #expect(loose.code == 64 && loose.err.contains("chmod 600 short"))
        let none = try windrow.run("dashboard", "--token-file", "none")
        #expect(none.code == 64 && none.err.contains("none: cannot be read"))
        let blank = try windrow.run(
            "dashboard", environment: ["WINDROW_DASHBOARD_TOKEN=with a blank in it"])
        #expect(blank.code == 64 && blank.err.contains("no blank"))
    }

    @Test("without a coordinator, and at a port that is taken, it ends with a reason")
    func ends() throws {
        let windrow = try Windrow()
        let alone = try windrow.run(
            "dashboard", environment: ["XDG_RUNTIME_DIR=" + windrow.folder.path])
        #expect(alone.code == 69 && alone.err.contains("windrow coordinator start"))
        try Daemons().run { daemons in
            let first = try serve(daemons)
            let second = try daemons.ask("dashboard", "--port", "\(first.port)")
            #expect(second.code == 69)
            #expect(second.err.contains("Address already in use") && second.err.contains("--port"))
        }
    }

    @Test("loopback answers to loopback's names, and asks for a token where there is one")
    func admits() throws {
        try Daemons().run { daemons in
            let (port, url) = try serve(daemons)
            #expect(url == "http://127.0.0.1:\(port)/")
            try python(daemons, "ask.py", "\(port)")
            let token = "correct-horse-battery-staple"
            let guarded = try serve(daemons, environment: ["WINDROW_DASHBOARD_TOKEN=" + token])
            try python(daemons, "ask.py", "\(guarded.port)", token)
            let made = try serve(daemons, ["--bind", "0.0.0.0", "--new-token"])
            let word = try #require(made.url.split(separator: "=").last.map(String.init))
            #expect(word.count == 32)
            try python(daemons, "ask.py", "\(made.port)", word)
            // Other users see nobody's token.
            #expect(
                !daemons.windrow.survivors().contains { $0.contains(token) || $0.contains(word) })
        }
    }

    @Test(
        "Prometheus reads /metrics",
        .enabled(if: readsMetrics, "scripts/readers installs prometheus_client"))
    func metrics() throws {
        try Daemons().run { daemons in
            try daemons.windrow.write(
                "grid.yaml", "sweep: grid\nexperiment: noop\naxes: {i: {range: [0, 6]}}\n")
            _ = try daemons.start("worker", "start", "--slots", "1")
            try daemons.ask("submit", "grid.yaml")
            #expect(try daemons.ask("wait", "grid").code == 0)
            try python(daemons, "scrape.py", "\(serve(daemons).port)", by: Self.python)
        }
    }

    @Test(
        "a browser shows it: live, narrow, dark, by keyboard, with 100,000 trials",
        .enabled(if: hasBrowser, "needs a browser: apt-get install chromium"),
        arguments: ["live", "looks", "many"])
    func browser(_ scenario: String) throws {
        try Daemons().run { daemons in
            _ = try daemons.start("worker", "start", "--slots", "2")
            try daemons.wait(for: "ready", "worker", "list")
            try python(daemons, "look.py", scenario, serve(daemons).url)
        }
    }
}
