import Foundation
import Glibc
import Testing

/// Coordinator, workers and operators as daemons and commands of their own.
@Suite("Daemons", .serialized)
struct DaemonTests {
    let windrow: Windrow
    private let runtime: String

    init() throws {
        windrow = try Windrow()
        // Short enough for a socket's name, and this test's own.
        runtime = windrow.folder.path
    }

    /// Keys of the user who runs the tests are none of theirs.
    private var environment: [String] {
        // A folder that is too long for sockets would not be taken.
        let link = "/tmp/we-\(getpid())-\(abs(runtime.hashValue) % 1_000_000)"
        if !FileManager.default.fileExists(atPath: link) { symlink(runtime, link) }
        return ["XDG_RUNTIME_DIR=" + link, "XDG_CONFIG_HOME=" + runtime]
    }

    /// Runs a test's body, and leaves nothing behind.
    private func withDaemons(_ body: () throws -> Void) throws {
        defer {
            for pid in windrow.processes(with: "windrow") { kill(pid, SIGKILL) }
            windrow.wait(until: "its processes are gone") { windrow.survivors().isEmpty }
            if let link = environment.first?.split(separator: "=").last { unlink(String(link)) }
        }
        try body()
    }

    private func start(_ arguments: String...) throws -> Windrow.Running {
        try windrow.start(arguments, environment: environment)
    }

    private func run(_ arguments: String...) throws -> Windrow.Output {
        try windrow.start(arguments, environment: environment).output()
    }

    private func coordinator(_ arguments: String...) throws -> Windrow.Running {
        let daemon = try windrow.start(
            ["coordinator", "start", "--store-root", "st"] + arguments, environment: environment)
        try windrow.wait(until: "the coordinator answers") {
            try run("coordinator", "info").code == 0
        }
        return daemon
    }

    private func sweep(_ name: String, _ count: Int, busy: Double = 0, extra: String = "") throws {
        try windrow.write(
            "\(name).yaml",
            """
            sweep: \(name)
            experiment: noop
            \(extra)
            axes:
              busy: [\(busy)]
              i: {range: [0, \(count)]}
            """)
    }

    private func finished(_ name: String) -> [Int] {
        windrow.column("i", of: "st/\(name)").compactMap(Int.init).sorted()
    }

    @Test("two sweeps and a worker that was there first: every trial gets one row")
    func twoSweeps() throws {
        try withDaemons {
            try sweep("a", 60)
            try sweep("b", 70)
            let worker = try start("worker", "start", "--slots", "2")
            let daemon = try coordinator()
            #expect(try run("submit", "a.yaml").code == 0)
            #expect(try run("submit", "b.yaml").code == 0)
            let waited = try run("wait")
            #expect(waited.code == 0, "\(waited.err)")
            #expect(finished("a") == Array(0..<60))
            #expect(finished("b") == Array(0..<70))
            // The store is free: a run on its own goes on with it.
            #expect(try run("run", "a.yaml", "--store", "st/a").code == 0)
            #expect(try run("worker", "stop", "all").code == 0)
            #expect(worker.output().code == 0)
            #expect(try run("coordinator", "stop").code == 0)
            let output = daemon.output()
            #expect(output.code == 0, "\(output.err)")
            #expect(try run("status").code == 69)
        }
    }

    @Test("a coordinator killed with -9 again and again loses and doubles nothing")
    func coordinatorKilled() throws {
        try withDaemons {
            try sweep("a", 150, busy: 0.005)
            try sweep("b", 50, busy: 0.005)
            var daemon = try coordinator()
            _ = try run("submit", "a.yaml")
            _ = try run("submit", "b.yaml")
            #expect(try run("pause", "b").code == 0)
            // Not before: it might run all of b.
            _ = try start("worker", "start", "--slots", "2")
            for rows in [5, 40, 80] {
                windrow.wait(until: "there are \(rows) rows") { finished("a").count > rows }
                daemon.send(SIGKILL)
                #expect(daemon.output().signal == SIGKILL)
                #expect(try run("status").code == 69)
                daemon = try coordinator()
            }
            #expect(try run("wait", "a").code == 0)
            #expect(finished("a") == Array(0..<150))
            // A paused sweep stays paused.
            let status = try run("status", "b", "--json")
            #expect(status.out.contains("\"state\" : \"paused\""), "\(status.out)")
            #expect(try run("resume", "b").code == 0)
            #expect(try run("wait", "b").code == 0)
            #expect(finished("b") == Array(0..<50))
        }
    }

    @Test("a worker that is told to leave finishes what runs, and its trials are not blamed")
    func workerLeaves() throws {
        try withDaemons {
            try sweep("a", 40, busy: 0.05)
            let daemon = try coordinator()
            let first = try start("worker", "start", "--slots", "2")
            _ = try run("submit", "a.yaml")
            windrow.wait(until: "a trial is done") { !finished("a").isEmpty }
            first.send(SIGTERM)
            let left = first.output()
            #expect(left.code == 0, "\(left.err)")
            let done = finished("a").count
            #expect(done < 40)
            _ = try start("worker", "start", "--slots", "4")
            #expect(try run("wait", "a").code == 0)
            #expect(finished("a") == Array(0..<40))
            #expect(Set(windrow.column("attempt", of: "st/a")) == ["1"])
            daemon.send(SIGTERM)
            #expect(daemon.output().code == 0)
        }
    }

    @Test("cancel gives up what runs, frees the store, and a second submission goes on")
    func cancel() throws {
        try withDaemons {
            try sweep("long", 4, busy: 3600)
            let daemon = try coordinator()
            _ = try start("worker", "start", "--slots", "2")
            _ = try run("submit", "long.yaml")
            try windrow.wait(until: "both slots are busy") {
                try run("worker", "list", "--json").out.contains("\"running\" : 2")
            }
            #expect(try run("cancel", "long").code == 0)
            // The store is closed when nothing runs any more: within a moment, not an hour.
            #expect(try run("wait", "long").code == 75)
            try sweep("long", 4)
            #expect(try run("submit", "long.yaml").code == 0)
            #expect(try run("wait", "long").code == 0)
            #expect(finished("long") == Array(0..<4))
            daemon.send(SIGKILL)
            _ = daemon.output()
        }
    }

    @Test("retry runs the failed trials again, and no other")
    func retry() throws {
        try withDaemons {
            try windrow.write(
                "f.yaml",
                """
                sweep: f
                experiment: command
                fixed:
                  argv: [sh, -c, "test {i} != 2 || test -e \(windrow.folder.path)/mended"]
                limits: {attempts: 1}
                axes: {i: {range: [0, 5]}}
                """)
            let daemon = try coordinator()
            _ = try start("worker", "start", "--slots", "1")
            let submitted = try run("submit", "f.yaml")
            #expect(submitted.code == 0, "\(submitted.err)")
            #expect(try run("wait", "f").code == 3)
            // A word of its arguments has commas: rows are counted, not taken apart.
            #expect(windrow.lines("st/f/results.csv").count == 1 + 4)
            try windrow.write("mended", "")
            let before = windrow.lines("st/f/results.csv")
            #expect(try run("retry", "f").code == 0)
            #expect(try run("wait", "f").code == 0)
            #expect(windrow.lines("st/f/results.csv").count == 1 + 5)
            #expect(windrow.lines("st/f/failures.csv").count == 1)
            #expect(Array(windrow.lines("st/f/results.csv").prefix(before.count)) == before)
            daemon.send(SIGKILL)
            _ = daemon.output()
        }
    }

    @Test("drain gives a worker nothing more, undrain gives it trials again")
    func drain() throws {
        try withDaemons {
            try sweep("a", 10)
            let daemon = try coordinator()
            _ = try start("worker", "start", "--slots", "1", "--tags", "fast,gpu")
            try windrow.wait(until: "the worker has joined") {
                try run("worker", "list", "--json").out.contains("\"number\" : 1")
            }
            #expect(try run("worker", "drain", "1").out.contains("draining"))
            _ = try run("submit", "a.yaml")
            #expect(try run("worker", "info", "tag:gpu").out.contains("draining"))
            #expect(finished("a").isEmpty)
            #expect(try run("worker", "undrain", "1-3,7").out.contains("ready"))
            #expect(try run("wait", "a").code == 0)
            #expect(try run("worker", "drain", "99").code == 64)
            #expect(try run("worker", "drain", "3-1").code == 64)
            // The coordinator goes after its workers.
            #expect(try run("coordinator", "stop", "--workers").code == 0)
            #expect(daemon.output().code == 0)
            windrow.wait(until: "the worker is gone") { windrow.survivors().isEmpty }
        }
    }

    @Test("what operators have decided about a worker outlives the coordinator")
    func standing() throws {
        try withDaemons {
            try sweep("a", 10)
            var daemon = try coordinator()
            let worker = try start("worker", "start", "--slots", "1")
            windrow.wait(until: "the worker has joined") {
                (try? run("worker", "list", "--json").out.contains("\"number\" : 1")) == true
            }
            #expect(try run("worker", "drain", "1").out.contains("draining"))
            daemon.send(SIGKILL)
            _ = daemon.output()
            daemon = try coordinator()
            _ = try run("submit", "a.yaml")
            windrow.wait(until: "the worker is back") {
                (try? run("worker", "list", "--json").out.contains("\"number\" : 1")) == true
            }
            #expect(try run("worker", "list").out.contains("draining"))
            #expect(finished("a").isEmpty)
            #expect(try run("worker", "undrain", "1").out.contains("ready"))
            #expect(try run("wait", "a").code == 0)
            daemon.send(SIGKILL)
            worker.send(SIGKILL)
            _ = (daemon.output(), worker.output())
        }
    }

    @Test("results of a worker that was killed while no coordinator was there are delivered")
    func spill() throws {
        try withDaemons {
            let log = windrow.folder.path + "/runs.log"
            try windrow.write(
                "c.yaml",
                """
                sweep: c
                experiment: command
                fixed:
                  argv: [sh, -c, "sleep 0.05; echo {i} >> \(log)"]
                axes: {i: {range: [0, 40]}}
                """)
            var daemon = try coordinator()
            let worker = try start("worker", "start", "--slots", "2", "--state", "state")
            #expect(try run("submit", "c.yaml").code == 0)
            windrow.wait(until: "trials run") { windrow.lines("runs.log").count > 4 }
            daemon.send(SIGKILL)
            _ = daemon.output()
            // It goes on with what it has, and keeps the results.
            var quiet = 0
            windrow.wait(until: "the worker has nothing left to run") {
                // Between two trials there is none for a moment, too.
                quiet = windrow.processes(with: "sleep").isEmpty ? quiet + 1 : 0
                return quiet > 100
            }
            windrow.wait(until: "its results are in the file") {
                let size = try? FileManager.default.attributesOfItem(
                    atPath: windrow.folder.path + "/state/reports")[.size]
                return (size as? Int ?? 0) > 0
            }
            let second = try run("worker", "start", "--state", "state")
            #expect(second.code == 75)
            #expect(second.err.contains("--state state: another worker"), "\(second.err)")
            let file = try run("worker", "start", "--state", "c.yaml")
            #expect(file.code == 64)
            #expect(file.err.contains("Not a directory"), "\(file.err)")
            worker.send(SIGKILL)
            _ = worker.output()
            daemon = try coordinator()
            _ = try start("worker", "start", "--slots", "2", "--state", "state")
            #expect(try run("wait", "c").code == 0)
            // Nothing ran twice.
            #expect(windrow.lines("runs.log").compactMap(Int.init).sorted() == Array(0..<40))
            #expect(windrow.lines("st/c/results.csv").count == 41)
            daemon.send(SIGKILL)
            _ = daemon.output()
        }
    }

    @Test("what cannot be served is refused with the reason and what to do")
    func refusals() throws {
        try withDaemons {
            try sweep("a", 10, busy: 3600)
            #expect(try run("status").code == 69)
            #expect(try run("submit", "missing.yaml").code == 65)
            let far = try run("coordinator", "start", "--bind", "tcp://*:5555")
            #expect(far.code == 65)
            #expect(far.err.contains("anybody who reaches the port"), "\(far.err)")
            #expect(far.err.contains("windrow cluster init"), "\(far.err)")
            let keyless = try run("worker", "start", "--connect", "tcp://192.0.2.1:5555")
            #expect(keyless.code == 64)
            #expect(keyless.err.contains("--join FILE"), "\(keyless.err)")
            let daemon = try coordinator()
            let second = try run("coordinator", "start", "--store-root", "other")
            #expect(second.code == 65)
            #expect(second.err.contains("process \(daemon.child.pid)"), "\(second.err)")
            #expect(try run("status", "nope").code == 64)
            #expect(try run("cancel", "nope").code == 64)
            #expect(try run("submit", "a.yaml").code == 0)
            // The same again changes nothing; another one of that name is refused.
            #expect(try run("submit", "a.yaml").code == 0)
            let other = try run("submit", "a.yaml", "i=1,2")
            #expect(other.code == 65)
            #expect(other.err.contains("windrow cancel a"), "\(other.err)")
            // A store that a run has.
            let locked = try run("run", "a.yaml", "--store", "st/a")
            #expect(locked.code == 75)
            #expect(locked.err.contains("process \(daemon.child.pid)"), "\(locked.err)")
            daemon.send(SIGKILL)
            _ = daemon.output()
            let stale = try run("status")
            #expect(stale.code == 69)
            #expect(stale.err.contains("start it again"), "\(stale.err)")
        }
    }
}
