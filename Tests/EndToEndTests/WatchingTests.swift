import Foundation
import Glibc
import Testing

@Suite("Watching a sweep", .serialized)
struct WatchingTests {
    private func sweep(_ name: String, busy: Double, failing: Bool = false) -> String {
        """
        sweep: \(name)
        experiment: noop
        limits: {attempts: 1}
        axes:
          busy: [\(busy)]
          i: {range: [0, 20]}
        """ + (failing ? "\nfixed: {crash: fail}\n" : "\n")
    }

    @Test("watch tells a sweep's course and end, and a command is told, too")
    func watches() throws {
        try Daemons().run { daemons in
            try daemons.windrow.write("a.yaml", sweep("a", busy: 0.02))
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            let watching = try daemons.start(
                "watch", "a", "--every", "0.2", "--notify",
                "echo $WINDROW_SWEEP $WINDROW_STATE $WINDROW_EXIT $WINDROW_FINISHED > told")
            _ = try daemons.start("worker", "start", "--slots", "2")
            let output = watching.output()
            #expect(output.code == 0, "\(output.err)")
            let lines = output.out.split(separator: "\n")
            let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ a [a-z]+ \d+\/20( .*)?/
            #expect(lines.allSatisfy { $0.wholeMatch(of: form) != nil }, "\(output.out)")
            #expect(lines.first?.contains(" a running ") == true)
            #expect(lines.last?.hasSuffix(" a finished 20/20") == true, "\(output.out)")
            #expect(daemons.windrow.lines("told") == ["a finished 0 20"])
        }
    }

    @Test("watch ends with the exit code of failed trials, and in JSON a line is an object")
    func fails() throws {
        try Daemons().run { daemons in
            try daemons.windrow.write("b.yaml", sweep("b", busy: 0, failing: true))
            _ = try daemons.start("worker", "start", "--slots", "1")
            #expect(try daemons.ask("submit", "b.yaml").code == 0)
            let output = try daemons.ask("watch", "--json", "--notify", "exit 3")
            #expect(output.code == 3, "\(output.err)")
            #expect(output.err.contains("--notify exit 3: ended with exit code 3"))
            for line in output.out.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let content = (object as? [String: Any])?["content"] as? [String: Any]
                #expect((content?["sweep"] as? [String: Any])?["name"] as? String == "b")
            }
            #expect(try daemons.ask("watch", "c").code == 64)
            #expect(try daemons.ask("watch", "--every", "0").code == 64)
        }
    }

    @Test("top shows sweeps and workers, does what keys say, and leaves the terminal as it was")
    func top() throws {
        try Daemons().run { daemons in
            try daemons.windrow.write("a.yaml", sweep("a", busy: 3600))
            _ = try daemons.start("worker", "start", "--slots", "2")
            #expect(try daemons.ask("submit", "a.yaml").code == 0)
            try daemons.wait(for: "\"running\" : 2", "worker", "list", "--json")
            let terminal = try PseudoTerminal(
                command: "windrow top", folder: daemons.windrow.folder.path, hasKeyboard: true,
                environment: daemons.environment)
            let first = terminal.read(until: "q")
            #expect(first.contains("1 worker, 2 of 2 slots busy"), "\(first)")
            #expect(first.contains("SWEEP") && first.contains("TIME LEFT"))
            terminal.type("p")
            #expect(terminal.read(until: "a is paused").contains("a is paused"))
            try daemons.wait(for: "paused", "status")
            terminal.type("cy")
            #expect(terminal.read(until: "a is cancelled").contains("a is cancelled"))
            terminal.type("q")
            // The usual screen, with its cursor.
            #expect(terminal.read(until: "[?1049l").contains("\u{1b}[?25h"))
            #expect(terminal.child.wait() == .code(0))
            #expect(terminal.settings.local & UInt32(ICANON | ECHO | ISIG) != 0)
            #expect(terminal.settings.input & UInt32(ICRNL) != 0)
        }
    }

    @Test("top gives the terminal back while it is stopped, and draws anew when it goes on")
    func suspension() throws {
        try Daemons().run { daemons in
            let terminal = try PseudoTerminal(
                command: "windrow top", folder: daemons.windrow.folder.path, hasKeyboard: true,
                environment: daemons.environment)
            let pid = terminal.child.pid
            let cooked = UInt32(ICANON | ECHO | ISIG)
            _ = terminal.read(until: "TIME LEFT")
            func stop(_ stop: () -> Void) {
                #expect(terminal.settings.local & cooked == 0)
                stop()
                // The usual screen, with its cursor.
                #expect(terminal.read(until: "[?1049l").contains("\u{1b}[?25h"))
                daemons.windrow.wait(until: "top has stopped") { state(of: pid) == "T" }
                #expect(terminal.settings.local & cooked == cooked)
                kill(-pid, SIGCONT)
                let drawn = terminal.read(until: "TIME LEFT")
                #expect(drawn.contains("\u{1b}[?1049h") && drawn.contains("\u{1b}[2J"))
            }
            stop { terminal.type("\u{1a}") }
            stop { kill(pid, SIGTSTP) }
            // Whoever sends SIGSTOP gives it no chance; a shell then sets the terminal up for itself.
            kill(pid, SIGSTOP)
            daemons.windrow.wait(until: "top has stopped") { state(of: pid) == "T" }
            terminal.restore()
            kill(pid, SIGCONT)
            daemons.windrow.wait(until: "top has the terminal again") {
                terminal.settings.local & cooked == 0
            }
            terminal.type("q")
            #expect(terminal.read(until: "[?1049l").contains("TIME LEFT"))
            #expect(terminal.child.wait() == .code(0))
            #expect(terminal.settings.local & cooked == cooked)
        }
    }

    /// What a process does: `S` sleeps, `R` runs, `T` is stopped.
    private func state(of pid: pid_t) -> Character? {
        let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return line?.split(separator: ")").last?.dropFirst().first
    }

    @Test("top says what it needs where there is no terminal, or no coordinator")
    func refuses() throws {
        try Daemons().run { daemons in
            let output = try daemons.ask("top")
            #expect(output.code == 64)
            #expect(output.err.contains("windrow watch"), "\(output.err)")
            #expect(try daemons.ask("top", "--connect", "ipc:///nowhere").code == 69)
        }
    }
}
