import Foundation
import Testing

@Suite("windrow run", .serialized)
struct RunTests {
    let windrow: Windrow

    init() throws { windrow = try Windrow() }

    private func noop(_ count: Int, busy: Double = 0, extra: String = "") -> String {
        """
        sweep: noop
        experiment: noop
        metric: {name: value, goal: maximize}
        \(extra)
        axes:
          busy: [\(busy)]
          i: {range: [0, \(count)]}
        """
    }

    private let sgd = """
        sweep: sgd
        experiment: distributed-sgd
        metric: {name: loss, goal: minimize}
        fixed: {problem: least-squares, clients: 4, dimension: 20, sigma: 0.1, rounds: 40, log-every: 10}
        axes:
          seed: {range: [0, 3]}
          step-size: {log: [1e-3, 1e-1, 3]}
          method: [{kind: ec}, {kind: ef21}, {kind: econtrol, eta: [0.05, 0.1]}]
          compressor: [{kind: top-k, k: 2}, {kind: count-sketch, rows: 3, columns: 8, k: 2}]
        """

    @Test("every trial gets one row, and the exit code is 0")
    func everyTrial() throws {
        try windrow.write("s.yaml", noop(100))
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(
            windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted() == Array(0..<100))
        #expect(output.out.contains("99"))
        #expect(output.err.contains("Finished 100 of 100 trials"))
        #expect(windrow.survivors() == [])
    }

    @Test("one slot and several give the same results, byte for byte")
    func slotsDoNotMatter() throws {
        try windrow.write("s.yaml", sgd)
        for slots in [1, 2, 5] {
            let output = try windrow.run(
                "run", "s.yaml", "--slots", "\(slots)", "--store", "s\(slots)")
            #expect(output.code == 0, "\(output.err)")
        }
        #expect(windrow.canonicalResults("s1").count == 73)
        #expect(windrow.canonicalResults("s1") == windrow.canonicalResults("s2"))
        #expect(windrow.canonicalResults("s1") == windrow.canonicalResults("s5"))
    }

    @Test("every level of the kernels gives the same results in either precision, byte for byte")
    func levelsDoNotMatter() throws {
        let data = Windrow.package + "/sweeps/data/"
        try windrow.write(
            "s.yaml",
            """
            sweep: precisions
            experiment: distributed-sgd
            metric: {name: loss, goal: minimize}
            fixed: {clients: 4, rounds: 6, step-size: 0.1, method: ef21, layers: 6,
                    compressor: {kind: top-k, k: 20%}}
            axes:
              precision: [double, single]
              batch: [full, 3]
              zip:
                problem: [logistic-regression, logistic-regression, softmax-regression, mlp]
                regulariser: [l2, nonconvex, l2, l2]
                data: ["\(data)digits-odd.libsvm", "\(data)breast-cancer.libsvm",
                       "\(data)digits.libsvm", "\(data)digits.libsvm"]
            """)
        let doctor = try windrow.run("doctor").out
        let levels = ["portable", "v2", "v3", "v4"].filter { doctor.contains($0) }
        for level in levels {
            let output = try windrow.run(
                "run", "s.yaml", "--slots", "2", "--store", level,
                environment: ["WINDROW_CPU=\(level)"])
            #expect(output.code == 0, "\(output.err)")
            #expect(windrow.canonicalResults(level).count == 17)
            #expect(windrow.canonicalResults(level) == windrow.canonicalResults(levels[0]))
        }
    }

    @Test("the same command again runs nothing; a grown and reordered sweep runs what is new")
    func resume() throws {
        try windrow.write("s.yaml", noop(10))
        _ = try windrow.run("run", "s.yaml")
        let before = windrow.lines("runs/noop/results.csv")
        #expect(try windrow.run("run", "s.yaml").code == 0)
        #expect(windrow.lines("runs/noop/results.csv") == before)
        try windrow.write(
            "s.yaml",
            """
            sweep: noop
            experiment: noop
            axes:
              i: [20, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 21]
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(output.err.contains("Resumed 10 done, 2 to go"))
        let after = windrow.lines("runs/noop/results.csv")
        #expect(Array(after.prefix(before.count)) == before)
        #expect(
            Set(windrow.column("i", of: "runs/noop"))
                == Set((0..<10).map(String.init) + ["20", "21"]))
        #expect(after.count == 13)
    }

    @Test("kill -9 of the whole run at any moment loses and doubles nothing, and leaves no orphan")
    func killed() throws {
        try windrow.write("s.yaml", noop(120, busy: 0.002))
        for rows in [0, 1, 7, 30, 60, 90] {
            let run = try windrow.start(["run", "s.yaml"])
            windrow.wait(until: "there are \(rows) rows") {
                windrow.lines("runs/noop/results.csv").count > rows
            }
            run.send(SIGKILL)
            #expect(run.output().signal == SIGKILL)
            windrow.wait(until: "its processes are gone") { windrow.survivors().isEmpty }
        }
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(
            windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted() == Array(0..<120))
    }

    @Test("Ctrl-C lets running trials finish, says how to resume and exits with 75")
    func interrupted() throws {
        try windrow.write("s.yaml", noop(2000, busy: 0.005))
        let run = try windrow.start(["run", "s.yaml"])
        windrow.wait(until: "a trial is done") { windrow.lines("runs/noop/results.csv").count > 1 }
        run.send(SIGINT)
        let output = run.output()
        #expect(output.code == 75, "\(output.err)")
        #expect(output.err.contains("the same command resumes"))
        let rows = windrow.lines("runs/noop/results.csv").count - 1
        #expect(rows > 0 && rows < 2000)
        let plan = try windrow.run("plan", "s.yaml")
        #expect(plan.out.contains("\(rows) done, \(2000 - rows) to go"))
        #expect(windrow.survivors() == [])
    }

    @Test("a worker that is killed is started again, and its running trials count one attempt")
    func workerKilled() throws {
        try windrow.write("s.yaml", noop(60, busy: 0.01))
        let run = try windrow.start(["run", "s.yaml"])
        windrow.wait(until: "a trial is done") { windrow.lines("runs/noop/results.csv").count > 1 }
        windrow.wait(until: "the worker is seen") { !windrow.processes(with: "worker").isEmpty }
        for pid in windrow.processes(with: "worker") { kill(pid, SIGKILL) }
        let output = run.output()
        #expect(output.code == 0, "\(output.err)")
        #expect(output.err.contains("ended by signal 9"), "\(output.err)")
        #expect(windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted() == Array(0..<60))
    }

    @Test("a slot that is killed costs one attempt of the trial that ran in it")
    func slotKilled() throws {
        try windrow.write("s.yaml", noop(40, busy: 0.05))
        let run = try windrow.start(["run", "s.yaml", "--slots", "1"])
        windrow.wait(until: "a trial is done") { windrow.lines("runs/noop/results.csv").count > 1 }
        for pid in windrow.processes(with: "slot\0") { kill(pid, SIGKILL) }
        let output = run.output()
        #expect(output.code == 0, "\(output.err)")
        #expect(windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted() == Array(0..<40))
        #expect(windrow.column("attempt", of: "runs/noop").filter { $0 != "1" }.count <= 1)
    }

    @Test("a program and its children die with the slot that is killed, and nothing else does it")
    func programOfKilledSlot() throws {
        try #require(mkfifo(windrow.folder.path + "/held", 0o600) == 0)
        try windrow.write(
            "s.yaml",
            """
            sweep: long
            experiment: command
            limits: {attempts: 1}
            fixed: {argv: [sh, -c, "exec 9>held; echo $WINDROW_RESULT >&9; sleep 1000 & sleep 1000"]}
            axes: {i: [0]}
            """)
        let run = try windrow.start(["run", "s.yaml", "--slots", "1"])
        // Opens when the program has opened it; ends when all who have it are dead.
        let held = open(windrow.folder.path + "/held", O_RDONLY | O_CLOEXEC)
        try #require(held >= 0)
        defer { close(held) }
        let reader = FileHandle(fileDescriptor: held)
        var said = Data()
        while !said.contains(UInt8(ascii: "\n")) {
            let more = reader.availableData
            guard !more.isEmpty else { break }
            said += more
        }
        // The guard of a slot's programs is in a session of its own, the slot in the test's.
        let slots = windrow.processes(with: "slot\0").filter { getsid($0) == getsid(0) }
        #expect(slots.count == 1)
        for pid in slots { kill(pid, SIGKILL) }
        said += reader.readDataToEndOfFile()
        let output = run.output()
        #expect(output.code == 3, "\(output.err)")
        windrow.wait(until: "its processes are gone") { windrow.survivors().isEmpty }
        let file = String(decoding: said, as: UTF8.self)
        #expect(file.contains("/windrow-command-"))
        // A process that turns into `rm` has no environment for a moment, by which it would be seen.
        windrow.wait(until: "its folder is gone") {
            access((file as NSString).deletingLastPathComponent, F_OK) != 0
        }
    }

    @Test(
        "a trial that dies costs only itself and is recorded with its reason",
        arguments: [
            ("trap", "signal"), ("segfault", "signal 11"), ("exit", "exited with code"),
            ("hang", "timeout"), ("fail", "fail"),
        ])
    func failures(crash: String, reason: String) throws {
        try windrow.write(
            "s.yaml",
            """
            sweep: crash
            experiment: noop
            limits: {attempts: 2, timeout: \(crash == "hang" ? "1s" : "1h")}
            axes:
              crash: [none, \(crash)]
              i: {range: [0, 3]}
            exclude:
              - {crash: \(crash), i: [1, 2]}
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 3, "\(output.err)")
        #expect(windrow.column("i", of: "runs/crash").compactMap(Int.init).sorted() == [0, 1, 2])
        let failures = windrow.lines("runs/crash/failures.csv").joined(separator: "\n")
        #expect(failures.contains(reason), "\(failures)")
        #expect(output.err.contains("1 failed"))
        let again = try windrow.run("run", "s.yaml")
        #expect(again.code == 3)
        #expect(windrow.lines("runs/crash/failures.csv").joined(separator: "\n") == failures)
        #expect(windrow.survivors() == [])
    }

    @Test("too many failures stop the sweep with a reason")
    func tooManyFailures() throws {
        try windrow.write(
            "s.yaml",
            """
            sweep: crash
            experiment: noop
            limits: {attempts: 1, max-failures: 3}
            fixed: {crash: fail}
            axes: {i: {range: [0, 1000]}}
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 3, "\(output.err)")
        #expect(output.err.contains("max-failures"))
        #expect(windrow.lines("runs/crash/failures.csv").count < 100)
    }

    @Test("a second run on the same store is refused with the first one's pid")
    func locked() throws {
        try windrow.write("s.yaml", noop(2000, busy: 0.005))
        let run = try windrow.start(["run", "s.yaml"])
        windrow.wait(until: "a trial is done") { windrow.lines("runs/noop/results.csv").count > 1 }
        let second = try windrow.run("run", "s.yaml")
        #expect(second.code == 75)
        #expect(second.err.contains("process \(run.child.pid)"))
        run.send(SIGINT)
        #expect(run.output().code == 75)
    }

    @Test("a torn last row is cut, kept and reported, and its trial runs again")
    func torn() throws {
        try windrow.write("s.yaml", noop(5))
        _ = try windrow.run("run", "s.yaml")
        let path = windrow.folder.path + "/runs/noop/results.csv"
        let whole = try #require(FileManager.default.contents(atPath: path))
        try whole.dropLast(20).write(to: URL(fileURLWithPath: path))
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(output.err.contains("Repaired"))
        #expect(windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted() == Array(0..<5))
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: windrow.folder.path + "/runs/noop/lost+found"
            ).count == 1)
    }

    @Test("100,000 trials are run, and the answer comes as JSON")
    func manyTrials() throws {
        try windrow.write("s.yaml", noop(100_000))
        let output = try windrow.run("run", "s.yaml", "--json")
        #expect(output.code == 0, "\(output.err)")
        #expect(windrow.lines("runs/noop/results.csv").count == 100_001)
        #expect(output.out.contains("\"finished\" : 100000"))
    }

    @Test("trials leased behind a long one run in the other slot meanwhile")
    func balance() throws {
        // Enough short trials that a lease holds many; the long one stands among them.
        let count = 40_000
        let busy = (0..<count).map { $0 == count / 2 ? "3" : "0" }.joined(separator: ", ")
        try windrow.write(
            "s.yaml",
            """
            sweep: tail
            experiment: noop
            axes:
              zip:
                busy: [\(busy)]
                i: [\((0..<count).map(String.init).joined(separator: ", "))]
            """)
        let output = try windrow.run("run", "s.yaml", "--slots", "2")
        #expect(output.code == 0, "\(output.err)")
        // Rows are appended as they come: the long trial's row must be the last, or nearly so.
        let place = windrow.column("busy", of: "runs/tail").firstIndex(of: "3.0")
        #expect((place ?? 0) > count - 100)
    }

    @Test(
        "a folder with somebody's files does not become a store",
        arguments: [
            "results.csv", "trace.csv", "failures.csv", "sweep.yaml", "notes.txt",
        ])
    func foreignFolder(name: String) throws {
        try FileManager.default.createDirectory(
            atPath: windrow.folder.path + "/mine", withIntermediateDirectories: true)
        try windrow.write("mine/" + name, "precious\n")
        try windrow.write("s.yaml", noop(2))
        let output = try windrow.run("run", "s.yaml", "--store", "mine")
        #expect(output.code == 65, "\(output.err)")
        #expect(windrow.lines("mine/" + name) == ["precious"])
    }

    @Test("a worker that cannot start its slots ends the run with a reason")
    func noDescriptors() throws {
        try windrow.write("s.yaml", noop(10))
        let output = try windrow.shell("ulimit -n 40; exec windrow run s.yaml --slots 60")
        #expect(output.code == 75, "\(output.err)")
        #expect(output.err.contains("Too many open files"), "\(output.err)")
        #expect(windrow.survivors() == [])
    }

    @Test("an answer that cannot be written is an error")
    func fullOutput() throws {
        try windrow.write("s.yaml", noop(2))
        let output = try windrow.shell("windrow plan s.yaml > /dev/full")
        #expect(output.code == 1)
        #expect(output.err.contains("standard output"))
    }

    @Test("diverged trials are counted, with a metric and without", arguments: [true, false])
    func diverged(hasMetric: Bool) throws {
        try windrow.write(
            "s.yaml",
            """
            sweep: wild
            experiment: distributed-sgd
            \(hasMetric ? "metric: {name: loss, goal: minimize}" : "")
            fixed: {problem: least-squares, clients: 2, dimension: 4, rounds: 2000, method: sgd}
            axes: {step-size: [0.01, 1000]}
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(output.err.contains("2 of 2 trials (1 ok, 1 diverged)"), "\(output.err)")
    }
}
