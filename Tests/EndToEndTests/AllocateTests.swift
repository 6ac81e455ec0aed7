import Foundation
import Glibc
import Testing

/// `windrow worker allocate pbs` with stand-ins for PBS's commands, which run scripts on this machine.
///
/// Slurm is there for real in `scripts/test-slurm`.
@Suite("Allocations", .serialized)
struct AllocateTests {
    /// A batch system in a folder: a job is a folder with its name, state and, if it runs, process.
    private static let standIn = """
        #!/bin/sh
        cd "$PBS_STAND_IN" || exit 1
        case $(basename "$0") in
        qsub)
            echo "qsub $*" >> calls
            if [ -e refuse ]; then echo 'qsub: Unknown queue MSG=requested queue not found' >&2; exit 170; fi
            n=$(($(cat last 2>/dev/null || echo 100) + 1)); echo $n > last
            mkdir jobs/$n; cat > jobs/$n/script
            while [ $# -gt 0 ]; do [ "$1" = -N ] && echo "$2" > jobs/$n/name; shift; done
            echo Q > jobs/$n/state
            echo "$n.stand-in.example" ;;
        qselect)
            states=; name=
            while [ $# -gt 0 ]; do
                case $1 in -s) states=$2; shift ;; -N) name=$2; shift ;; esac; shift
            done
            for job in jobs/*/state; do
                [ -e "$job" ] || continue
                job=$(dirname "$job"); state=$(cat "$job/state")
                [ "$(cat "$job/name")" = "$name" ] || continue
                case $states in '' | *$state*) echo "$(basename "$job").stand-in.example" ;; esac
            done ;;
        qdel)
            echo "qdel $*" >> calls
            for job; do rm -r "jobs/$job"; done ;;
        start)
            # The scheduler: begins a job, as it would on a node.
            echo R > jobs/$1/state
            chmod +x jobs/$1/script
            PBS_JOBID=$1.stand-in.example jobs/$1/script > "jobs/$1/output" 2>&1
            rm -r "jobs/$1" ;;
        esac
        """

    private struct Lab {
        var daemons: Daemons
        var environment: [String]
        var endpoint: String

        var folder: String { daemons.windrow.folder.path }

        /// Jobs by number and state.
        var jobs: [String: String] {
            let names =
                (try? FileManager.default.contentsOfDirectory(atPath: folder + "/jobs")) ?? []
            return names.reduce(into: [:]) {
                $0[$1] = daemons.windrow.lines("jobs/\($1)/state").first
            }
        }

        func allocate(_ more: String...) throws -> Windrow.Output {
            try daemons.windrow.start(words + ["--once"] + more, environment: environment).output()
        }

        var words: [String] {
            [
                "worker", "allocate", "pbs", "--queue", "long", "--slots", "2", "--time", "1h",
                "--idle-exit", "30s", "--max-nodes", "3",
            ]
        }

        /// Whether an allocation's worker has both slots busy.
        func works(_ tag: String) throws -> Bool {
            let words = ["worker", "info", "tag:" + tag, "--json"]
            return try daemons.windrow.start(words, environment: environment).output().out
                .contains("\"running\" : 2")
        }

        /// The scheduler has a node for a job.
        func begin(_ job: String) throws -> Windrow.Running {
            try daemons.windrow.startShell("PBS_STAND_IN='\(folder)' bin/start \(job)")
        }

        func ask(_ words: String...) throws -> String {
            let output = try daemons.windrow.start(words, environment: environment).output()
            #expect(output.code == 0, "\(words): \(output.err)")
            return output.out
        }
    }

    private func withLab(_ body: (Lab) throws -> Void) throws {
        let daemons = try Daemons()
        let folder = daemons.windrow.folder.path
        for name in ["bin", "jobs"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: false)
        }
        for name in ["qsub", "qselect", "qdel", "start"] {
            try daemons.windrow.write("bin/" + name, Self.standIn)
            chmod(folder + "/bin/" + name, 0o755)
        }
        // A trial goes on until a file is there.
        try daemons.windrow.write(
            "square",
            "until [ -e go ]; do sleep 0.01; done; echo \"{\\\"square\\\": $(($1 * $1))}\"\n")
        try daemons.windrow.write(
            "day.yaml",
            """
            sweep: day
            experiment: command
            metric: {name: square, goal: minimize}
            fixed: {argv: [sh, \(folder)/square, "{i}"]}
            axes: {i: {range: [0, 7]}}

            """)
        #expect(try daemons.ask("cluster", "init", "--address", "127.0.0.1").code == 0)
        let environment =
            daemons.environment + [
                "PBS_STAND_IN=" + folder, "PATH=\(folder)/bin:/usr/bin:/bin",
                "XDG_STATE_HOME=" + folder + "/state",
            ]
        try daemons.run(["--bind", "tcp://127.0.0.1:*"]) { daemons in
            let info = try daemons.ask("coordinator", "info", "--json").out
            let endpoint = try #require(info.firstMatch(of: /tcp:\/\/127\.0\.0\.1:[0-9]+/)).0
            // Its port was not known before.
            let join = "config/windrow/lab.join"
            try FileManager.default.removeItem(atPath: folder + "/" + join)
            #expect(try daemons.ask("worker", "invite", "--output", join).code == 0)
            try body(
                Lab(daemons: daemons, environment: environment, endpoint: String(endpoint)))
        }
    }

    @Test("nodes are asked for while trials wait, work, and are given back")
    func life() throws {
        try withLab { lab in
            var look = try lab.allocate()
            #expect(look.code == 0, "\(look.err)")
            #expect(lab.jobs.isEmpty, "nothing waits")
            _ = try lab.ask("submit", "day.yaml")
            look = try lab.allocate("--json")
            #expect(look.err.contains("Submitted allocation 101"), "\(look.err)")
            #expect(look.out.contains("\"needed\" : 4"), "\(look.out)")
            #expect(lab.jobs == ["101": "Q"])
            // A second look, by another process: it knows what there is, and may have one in waiting.
            #expect(try lab.allocate().err.contains("Found allocation 101"))
            #expect(lab.jobs == ["101": "Q"])
            let node = try lab.begin("101")
            try lab.daemons.windrow.wait(until: "its worker works") {
                try lab.works("pbs-101")
            }
            // It has its share: five trials wait for three nodes, and one is asked for at a time.
            #expect(try lab.allocate("--json").out.contains("\"needed\" : 3"))
            #expect(lab.jobs == ["101": "R", "102": "Q"])
            try lab.daemons.windrow.write("go", "")
            #expect(try lab.daemons.ask("wait", "day").code == 0)
            // Nothing waits any more: what waits in the queue is taken back, what runs is not.
            #expect(try lab.allocate().err.contains("Cancelled allocation 102"))
            #expect(lab.jobs == ["101": "R"])
            _ = try lab.ask("worker", "stop", "tag:pbs-101")
            #expect(node.output().code == 0)
            #expect(lab.jobs.isEmpty)
            #expect(lab.daemons.windrow.column("square", of: "runs/day").count == 7)
        }
    }

    @Test("a new coordinator finds its allocations again, and asks for none twice")
    func coordinatorRestart() throws {
        try withLab { lab in
            _ = try lab.ask("submit", "day.yaml")
            _ = try lab.allocate("--nodes", "3")
            #expect(lab.jobs.count == 3)
            let nodes = try lab.jobs.keys.sorted().map { try lab.begin($0) }
            try lab.daemons.windrow.wait(until: "all work") {
                try lab.ask("worker", "list", "--json").matches(of: /"running" : 2/).count == 3
            }
            _ = try lab.ask("coordinator", "stop")
            let dead = try lab.allocate("--nodes", "3")
            #expect(dead.code == 69, "\(dead.err)")
            _ = try lab.daemons.startCoordinator(["--bind", lab.endpoint])
            #expect(try lab.allocate("--nodes", "3").code == 0)
            #expect(lab.jobs.count == 3)
            for job in lab.jobs.keys { #expect(lab.jobs[job] == "R") }
            try lab.daemons.windrow.write("go", "")
            _ = nodes
        }
    }

    @Test("the end of an allocation gives trials back without blame")
    func end() throws {
        try withLab { lab in
            _ = try lab.ask("submit", "day.yaml")
            #expect(try lab.allocate("--grace", "1s").code == 0)
            let script = lab.daemons.windrow.lines("jobs/101/script").joined(separator: "\n")
            #expect(script.contains("timeout --foreground -s TERM 3569 "), "\(script)")
            // An hour is shortened to the moment in which its trials run.
            let node = try lab.begin("101")
            try lab.daemons.windrow.wait(until: "its worker works") {
                try lab.works("pbs-101")
            }
            for pid in lab.daemons.windrow.processes(with: "timeout\0--foreground") {
                kill(pid, SIGTERM)
            }
            _ = node.output()
            #expect(lab.jobs.isEmpty)
            let status = try lab.ask("status", "day", "--json")
            #expect(status.contains("\"failed\" : 0"), "\(status)")
            #expect(status.contains("\"retried\" : 0"), "\(status)")
            #expect(status.contains("\"leased\" : 0"), "\(status)")
            #expect(status.contains("\"finished\" : 0"), "\(status)")
        }
    }

    @Test("it follows the coordinator until it is told to stop; a second one is refused")
    func daemon() throws {
        try withLab { lab in
            _ = try lab.ask("submit", "day.yaml")
            let first = try lab.daemons.windrow.start(
                lab.words + ["--every", "1s"], environment: lab.environment)
            lab.daemons.windrow.wait(until: "it has asked for a node") { lab.jobs.count == 1 }
            let second = try lab.allocate()
            #expect(second.code == 75, "\(second.err)")
            #expect(second.err.contains("does this for 'long' already"), "\(second.err)")
            #expect(try lab.allocate("--name", "other", "--nodes", "2").code == 0)
            #expect(lab.jobs.count == 3, "another name is another purpose")
            first.send(SIGTERM)
            let output = first.output()
            #expect(output.code == 0, "\(output.err)")
            #expect(output.err.contains("Left 1 allocation behind"), "\(output.err)")
        }
    }

    @Test("allocations that come to nothing end it, and say where to look")
    func fruitless() throws {
        try withLab { lab in
            _ = try lab.ask("submit", "day.yaml")
            let looking = try lab.daemons.windrow.start(
                lab.words + ["--every", "1s"], environment: lab.environment)
            for number in 101...103 {
                lab.daemons.windrow.wait(until: "\(number) is there") {
                    lab.jobs["\(number)"] != nil
                }
                try FileManager.default.removeItem(atPath: lab.folder + "/jobs/\(number)")
            }
            let output = looking.output()
            #expect(output.code == 75, "\(output.err)")
            #expect(output.err.contains("3 allocations in a row"), "\(output.err)")
            #expect(output.err.contains(lab.folder + "/state/windrow"), "\(output.err)")
        }
    }

    @Test("what is wrong is said in the batch system's own words, or before it is asked")
    func mistakes() throws {
        try withLab { lab in
            _ = try lab.ask("submit", "day.yaml")
            try lab.daemons.windrow.write("refuse", "")
            let refused = try lab.allocate()
            #expect(refused.code == 69, "\(refused.err)")
            #expect(refused.err.contains("error: qsub: Unknown queue MSG="), "\(refused.err)")
            let absent = try lab.daemons.windrow.start(
                ["worker", "allocate", "slurm", "--slots", "2", "--time", "1h", "--once"],
                environment: lab.environment.map {
                    $0.hasPrefix("PATH=") ? "PATH=\(lab.folder)/bin" : $0
                }
            ).output()
            #expect(absent.code == 69, "\(absent.err)")
            // ThreadSanitizer makes a fork of a vfork, whose parent does not see why it failed.
            if getenv("WINDROW_SANITIZER").map({ String(cString: $0) }) != "thread" {
                #expect(absent.err.contains("squeue cannot be run"), "\(absent.err)")
            }
            let joinless = try lab.allocate("--join", "nowhere.join")
            #expect(joinless.code == 65, "\(joinless.err)")
            #expect(joinless.err.contains("windrow worker invite --output"), "\(joinless.err)")
            for (words, complaint) in [
                (["--time", "2m"], "--time 2m: expected 160s at least"),
                (["--idle-exit", "10s"], "--idle-exit 10s: expected 30s"),
                (["--nodes", "4"], "--max-nodes 3: expected 4"),
                (["--slots", "0"], "--slots 0: expected 1 … 4096"),
                (["--grace", "soon"], "--grace soon: expected a time"),
            ] {
                let output = try lab.daemons.windrow.start(
                    lab.words + words, environment: lab.environment
                ).output()
                #expect(output.code == 64 && output.err.contains(complaint), "\(output.err)")
            }
        }
    }
}
