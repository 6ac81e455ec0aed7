import Foundation
import Glibc
import Testing

/// Workers, operators and strangers over TCP, with keys.
@Suite("Admission over TCP", .serialized)
struct AdmissionTests {
    /// Runs a body with a coordinator that listens on a port of this machine.
    ///
    /// - Parameter body: is given the daemons and the endpoint.
    private func withCluster(_ body: (Daemons, String) throws -> Void) throws {
        let daemons = try Daemons()
        #expect(try daemons.ask("cluster", "init", "--address", "127.0.0.1").code == 0)
        try daemons.run(["--bind", "tcp://127.0.0.1:*"]) { daemons in
            try body(daemons, try Self.endpoint(daemons))
        }
    }

    private static func endpoint(_ daemons: Daemons) throws -> String {
        let info = try daemons.ask("coordinator", "info", "--json").out
        return String(try #require(info.firstMatch(of: /tcp:\/\/127\.0\.0\.1:[0-9]+/)).0)
    }

    private func sweep(_ daemons: Daemons, _ count: Int, busy: Double = 0) throws {
        try daemons.windrow.write(
            "a.yaml",
            """
            sweep: a
            experiment: noop
            axes:
              busy: [\(busy)]
              i: {range: [0, \(count)]}
            """)
    }

    private func finished(_ daemons: Daemons) -> [Int] {
        daemons.windrow.column("i", of: "runs/a").compactMap(Int.init).sorted()
    }

    /// A folder of keys as another machine would have it.
    private func otherMachine(_ daemons: Daemons, _ name: String) throws -> [String] {
        let path = daemons.windrow.folder.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return ["XDG_CONFIG_HOME=" + path]
    }

    private func invite(_ daemons: Daemons, _ options: String...) throws -> String {
        let path = "\(UUID().uuidString).join"
        let output = try daemons.windrow.start(
            ["worker", "invite", "--output", path] + options, environment: daemons.environment
        ).output()
        #expect(output.code == 0, "\(output.err)")
        return path
    }

    @Test("a machine joins by a join file in the middle of a sweep, with what the file says")
    func join() throws {
        try withCluster { daemons, endpoint in
            try sweep(daemons, 200, busy: 0.005)
            #expect(try daemons.ask("submit", "a.yaml", "--connect", endpoint).code == 0)
            let file = try invite(daemons, "--slots", "2", "--tags", "fast", "--once")
            let far = try otherMachine(daemons, "far")
            let worker = try daemons.start("worker", "start", "--join", file, environment: far)
            #expect(try daemons.ask("wait", "a", "--connect", endpoint).code == 0)
            #expect(finished(daemons) == Array(0..<200))
            let list = try daemons.ask("worker", "info", "tag:fast", "--json").out
            #expect(list.contains("\"slots\" : 2"), "\(list)")
            #expect(list.contains("\"key\" : \"k-"), "\(list)")
            // The same machine needs no file again; another one cannot use it.
            worker.send(SIGTERM)
            #expect(worker.output().code == 0)
            let other = try daemons.start(
                "worker", "start", "--join", file, environment: try otherMachine(daemons, "third"))
            let refused = other.output()
            #expect(refused.code == 69)
            #expect(refused.err.contains("for one machine, and is used"), "\(refused.err)")
            let again = try daemons.start(
                "worker", "start", "--connect", endpoint, environment: far)
            try daemons.wait(for: "ready", "worker", "info", "tag:fast")
            again.send(SIGTERM)
            #expect(again.output().code == 0)
        }
    }

    @Test("a coordinator that is killed and started again gets its workers back, by their keys")
    func restart() throws {
        try withCluster { daemons, endpoint in
            try sweep(daemons, 150, busy: 0.005)
            let file = try invite(daemons)
            _ = try daemons.start("worker", "start", "--join", file, "--slots", "2")
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            daemons.windrow.wait(until: "there are rows") { finished(daemons).count > 20 }
            for pid in daemons.windrow.processes(with: "coordinator\0start") { kill(pid, SIGKILL) }
            _ = try daemons.startCoordinator(["--bind", endpoint])
            #expect(try daemons.ask("wait", "a").code == 0)
            #expect(finished(daemons) == Array(0..<150))
            let keys = try daemons.ask("worker", "list", "--admitted", "--json").out
            #expect(keys.components(separatedBy: "\"role\" : \"worker\"").count == 2, "\(keys)")
        }
    }

    @Test("a detached worker has joined when the command returns, and leaves when it has idled")
    func detached() throws {
        try withCluster { daemons, _ in
            try sweep(daemons, 20)
            let file = try invite(daemons)
            let output = try daemons.ask(
                "worker", "start", "--join", file, "--slots", "1", "--detach", "--log", "w.log",
                "--idle-exit", "2s", "--nice", "3")
            #expect(output.code == 0, "\(output.err)")
            let list = try daemons.ask("worker", "list", "--json").out
            #expect(list.contains("\"state\" : \"ready\""), "\(list)")
            let pid = try #require(
                daemons.windrow.processes(with: "worker\0start").first)
            #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(pid)) == 3)
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            #expect(try daemons.ask("wait", "a").code == 0)
            #expect(finished(daemons) == Array(0..<20))
            try daemons.waitForNoWorker()
            // What goes wrong is told where the command was given.
            #expect(try daemons.ask("worker", "revoke", "all").code == 64)
            let host = try #require(
                try daemons.ask("worker", "list", "--admitted", "--json").out.firstMatch(
                    of: /"key" : "(k-[0-9a-f]+)",\n[^}]*"role" : "worker"/))
            #expect(try daemons.ask("worker", "revoke", String(host.1)).code == 0)
            let refused = try daemons.ask(
                "worker", "start", "--join", file, "--detach", "--log", "w.log")
            #expect(refused.code == 69)
            #expect(refused.err.contains("does not admit this machine's key"), "\(refused.err)")
        }
    }

    @Test("a revoked worker is cut off at once, its trials run elsewhere, and nobody is blamed")
    func revoke() throws {
        try withCluster { daemons, _ in
            try sweep(daemons, 4, busy: 3600)
            let file = try invite(daemons, "--name", "first")
            let worker = try daemons.start("worker", "start", "--join", file, "--slots", "2")
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            try daemons.wait(for: "\"running\" : 2", "worker", "list", "--json")
            let revoked = try daemons.ask("worker", "revoke", "1")
            #expect(revoked.code == 0, "\(revoked.err)")
            #expect(revoked.err.contains("open invitations: lab, first"), "\(revoked.err)")
            let output = worker.output()
            #expect(output.code == 69)
            #expect(output.err.contains("its key is revoked"), "\(output.err)")
            let status = try daemons.ask("status", "a", "--json").out
            #expect(status.contains("\"leased\" : 0"), "\(status)")
            #expect(status.contains("\"retried\" : 0"), "\(status)")
            // It does not come back with its key, and says why.
            let back = try daemons.start("worker", "start", "--join", file).output()
            #expect(back.code == 69)
            #expect(back.err.contains("does not admit this machine's key"), "\(back.err)")
            try daemons.wait(for: "is revoked", "worker", "list", "--refused")
            // An invitation can be revoked, too.
            #expect(try daemons.ask("worker", "revoke", "first").code == 0)
            let far = try otherMachine(daemons, "far")
            let late = try daemons.start("worker", "start", "--join", file, environment: far)
            #expect(late.output().code == 69)
            #expect(try daemons.ask("worker", "revoke", "nobody").code == 64)
        }
    }

    @Test("a worker's key may run trials, and nothing else")
    func rights() throws {
        try withCluster { daemons, endpoint in
            try sweep(daemons, 4)
            let file = try invite(daemons, "--name", "one")
            let worker = try daemons.start("worker", "start", "--join", file, "--slots", "1")
            try daemons.wait(for: "ready", "worker", "list")
            // Somebody who has a worker's key poses as an operator with it.
            let far = daemons.windrow.folder.path + "/far"
            let keys = far + "/windrow"
            try FileManager.default.createDirectory(
                atPath: keys, withIntermediateDirectories: true)
            let own = daemons.windrow.folder.path + "/config/windrow"
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: own).first {
                    $0.hasPrefix("worker-")
                })
            let text = try String(contentsOfFile: own + "/" + name, encoding: .utf8)
            let path = keys + "/operator.key"
            try text.replacing("owner worker", with: "owner operator").write(
                toFile: path, atomically: false, encoding: .utf8)
            let pose = { (arguments: [String]) in
                try daemons.windrow.start(
                    arguments + ["--connect", endpoint],
                    environment: daemons.environment.dropLast() + ["XDG_CONFIG_HOME=" + far]
                ).output()
            }
            chmod(path, 0o644)
            let loose = try pose(["status"])
            #expect(loose.code == 77)
            #expect(loose.err.contains("chmod 600"), "\(loose.err)")
            // Also where it is the key that says which coordinator is meant.
            let elsewhere = try daemons.windrow.start(
                ["status"], environment: ["XDG_CONFIG_HOME=" + far, "XDG_RUNTIME_DIR=" + far]
            ).output()
            #expect(elsewhere.code == 77)
            #expect(elsewhere.err.contains("chmod 600"), "\(elsewhere.err)")
            chmod(path, 0o600)
            for verb in [
                ["submit", "a.yaml"], ["status"], ["cancel", "a"], ["worker", "list"],
                ["worker", "stop", "all"], ["coordinator", "info"], ["coordinator", "stop"],
                ["worker", "invite"], ["worker", "revoke", "1"], ["worker", "list", "--admitted"],
            ] {
                let output = try pose(verb)
                #expect(output.code == 77, "\(verb): \(output.err)")
                #expect(output.err.contains("a worker's key may not"), "\(verb): \(output.err)")
                #expect(output.out.isEmpty, "\(verb)")
            }
            // Nor does an operator's key run trials.
            let operatorKey = try String(
                contentsOfFile: own + "/operator.key", encoding: .utf8)
            try (operatorKey.replacing("owner operator", with: "owner worker") + "enrolled yes\n")
                .write(toFile: own + "/" + name, atomically: false, encoding: .utf8)
            let posing = try daemons.start("worker", "start", "--connect", endpoint).output()
            #expect(posing.code == 69)
            #expect(posing.err.contains("may not run trials"), "\(posing.err)")
            try daemons.wait(for: "may not submit sweeps", "worker", "list", "--refused")
            worker.send(SIGTERM)
            #expect(worker.output().code == 0)
        }
    }

    @Test("strangers of every kind stay out, are counted, and nobody waits for them")
    func strangers() throws {
        try withCluster { daemons, endpoint in
            try sweep(daemons, 400, busy: 0.002)
            let file = try invite(daemons)
            _ = try daemons.start("worker", "start", "--join", file, "--slots", "2")
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            let port = try #require(endpoint.split(separator: ":").last.flatMap { UInt16($0) })
            var silent: [Stranger] = []
            for round in 0..<200 {
                let stranger = try Stranger(port: port)
                switch round % 4 {
                case 0: stranger.send((0..<500).map { _ in UInt8.random(in: 0...255) })
                case 1: stranger.send(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                // A greeting of ZMTP 3.1 without a key, and then something.
                case 2: stranger.send(Stranger.greeting + [4, 5, 0xff, 0xff])
                default: silent.append(stranger)
                }
            }
            // A key of another cluster's making, and an invitation that was never made here.
            let far = try otherMachine(daemons, "far")
            #expect(
                try daemons.start(
                    "cluster", "init", "--address", String(endpoint.dropFirst(6)), environment: far
                ).output().code == 0)
            let wrong = try daemons.start("status", "--connect", endpoint, environment: far)
                .output()
            #expect(wrong.code == 77)
            #expect(wrong.err.contains("is not the coordinator of this operator's key"))
            #expect(try daemons.ask("wait", "a").code == 0)
            #expect(finished(daemons) == Array(0..<400))
            let list = try daemons.ask("worker", "list", "--refused", "--json").out
            #expect(list.contains("it has shown no key at all"), "\(list)")
            #expect(list.contains("what it has sent is no handshake"), "\(list)")
            #expect(list.contains("another coordinator's key"), "\(list)")
            withExtendedLifetime(silent) {}
        }
    }

    @Test("secrets stand in no process's arguments, log or message, and a code there is refused")
    func secrets() throws {
        try withCluster { daemons, _ in
            let invited = try daemons.ask("worker", "invite")
            let code = invited.out.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(code.hasPrefix("wj1."))
            let typed = try daemons.ask("worker", "start", "--join", code)
            #expect(typed.code == 64)
            #expect(typed.err.contains("--join -"))
            let file = try invite(daemons)
            let worker = try daemons.start("worker", "start", "--join", file, "--slots", "1")
            try daemons.wait(for: "ready", "worker", "list")
            var shown = typed.err + invited.err + worker.messages
            for line in daemons.windrow.survivors() { shown += line }
            shown += try daemons.ask("worker", "list", "--admitted", "--json").out
            shown += try daemons.ask("coordinator", "info", "--json").out
            let folder = daemons.windrow.folder.path
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name.hasSuffix(".err") {
                shown += try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            }
            var secrets = [String(code.dropFirst(4))]
            for name in try FileManager.default.contentsOfDirectory(
                atPath: folder + "/config/windrow")
            {
                let text = try String(
                    contentsOfFile: folder + "/config/windrow/" + name, encoding: .utf8)
                for line in text.split(separator: "\n") {
                    if line.hasPrefix("secret ") { secrets.append(String(line.dropFirst(7))) }
                    if line.hasPrefix("wj1.") { secrets.append(String(line.dropFirst(4))) }
                }
            }
            #expect(secrets.count == 5)
            for secret in secrets { #expect(!shown.contains(secret.prefix(20))) }
            worker.send(SIGTERM)
            #expect(worker.output().code == 0)
        }
    }
}

/// Somebody who reaches the port, and is no windrow program.
private final class Stranger {
    private let descriptor: Int32

    /// 64 bytes: a ZMTP 3.1 greeting with the mechanism NULL.
    static let greeting: [UInt8] =
        [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1] + Array("NULL".utf8)
        + [UInt8](repeating: 0, count: 48)

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let failure = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(failure == 0)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
