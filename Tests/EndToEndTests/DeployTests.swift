import Foundation
import Glibc
import Testing

/// `windrow worker deploy` through a stand-in for ssh, which runs its commands on this machine in
/// another home.
@Suite("Deployment", .serialized)
struct DeployTests {
    /// What the stand-in says for each host; the last words are real ssh's.
    private static let standIn = """
        #!/bin/sh
        echo "$*" >> "$STAND_IN/calls"
        while [ "$1" != -- ]; do shift; done
        host=$2; line=$3
        fail() { echo "$1" >&2; exit 255; }
        case $host in
        unknown) fail "ssh: Could not resolve hostname unknown: Name or service not known" ;;
        off) fail "ssh: connect to host off port 22: No route to host" ;;
        closed) fail "ssh: connect to host closed port 22: Connection refused" ;;
        silent) fail "ssh: connect to host silent port 22: Connection timed out" ;;
        keyless) fail "ada@keyless: Permission denied (publickey)." ;;
        changed) fail "Host key verification failed." ;;
        esac
        mkdir -p "$STAND_IN/$host/bin"
        for name in uname getconf date; do rm -f "$STAND_IN/$host/bin/$name"; done
        put() { printf '#!/bin/sh\\n%s\\n' "$2" > "$STAND_IN/$host/bin/$1"; chmod +x "$STAND_IN/$host/bin/$1"; }
        put systemctl 'echo "Failed to connect to bus: No such file or directory" >&2; exit 1'
        put loginctl 'exit 0'
        case $host in
        arm) put uname '[ "$1" = -m ] && echo aarch64 || exec /bin/uname "$@"' ;;
        bsd) put uname '[ "$1" = -s ] && echo FreeBSD || exec /bin/uname "$@"' ;;
        old) put getconf 'echo glibc 2.17' ;;
        late) put date 'echo $(($(/bin/date +%s) - 7200))' ;;
        esac
        export HOME="$STAND_IN/$host" PATH="$STAND_IN/$host/bin:$PATH"
        unset XDG_CONFIG_HOME XDG_STATE_HOME
        echo "Welcome to $host"
        exec sh -c "$line"
        """

    private func withCluster(_ body: (Daemons, (String...) throws -> Windrow.Output) throws -> Void)
        throws
    {
        let daemons = try Daemons()
        let folder = daemons.windrow.folder.path
        try FileManager.default.createDirectory(
            atPath: folder + "/bin", withIntermediateDirectories: false)
        try daemons.windrow.write("bin/ssh", Self.standIn)
        chmod(folder + "/bin/ssh", 0o755)
        #expect(try daemons.ask("cluster", "init", "--address", "127.0.0.1").code == 0)
        try daemons.run(["--bind", "tcp://127.0.0.1:*"]) { daemons in
            try body(daemons) { (arguments: String...) in
                try daemons.windrow.start(
                    ["worker", "deploy"] + arguments,
                    environment: daemons.environment + [
                        "STAND_IN=" + folder, "PATH=\(folder)/bin:/usr/bin:/bin",
                    ]
                ).output()
            }
        }
    }

    /// How many invitations would let a machine in; that of `cluster init` is one.
    private func openInvitations(_ daemons: Daemons) throws -> Int {
        let keys = try daemons.ask("worker", "list", "--admitted").out
        return keys.split(separator: "\n").count {
            $0.contains(" invitation ") && !$0.contains(" used ") && !$0.contains(" revoked ")
        }
    }

    @Test("a machine gets the program and joins; a second time changes nothing")
    func deploy() throws {
        try withCluster { daemons, deploy in
            let first = try deploy("pc7", "--slots", "2", "--tags", "fast", "--json")
            #expect(first.code == 0, "\(first.err)")
            #expect(first.err.contains("Joined worker 1"), "\(first.err)")
            #expect(first.out.contains("\"copied\" : true"), "\(first.out)")
            let list = try daemons.ask("worker", "info", "tag:fast", "--json").out
            #expect(list.contains("\"slots\" : 2"), "\(list)")
            let again = try deploy("pc7", "--slots", "2", "--tags", "fast", "--json")
            #expect(again.code == 0, "\(again.err)")
            #expect(again.out.contains("\"was_there\" : true"), "\(again.out)")
            #expect(again.out.contains("\"copied\" : false"), "\(again.out)")
            #expect(
                FileManager.default.contentsEqual(
                    atPath: Windrow.program,
                    andPath: daemons.windrow.folder.path + "/pc7/.local/bin/windrow"))
            // The invitation went over standard input, and nowhere else.
            let calls = daemons.windrow.lines("calls").joined()
            #expect(calls.contains("BatchMode=yes"))
            #expect(!calls.contains("wj1."))
            #expect(try daemons.ask("worker", "stop", "all").code == 0)
            try daemons.waitForNoWorker()
            // The program is there, the key is known: only the worker is started.
            let third = try deploy("pc7", "--slots", "1", "--json")
            #expect(third.code == 0, "\(third.err)")
            #expect(third.out.contains("\"copied\" : false"), "\(third.out)")
            #expect(third.out.contains("\"slots\" : 1"), "\(third.out)")
            #expect(try openInvitations(daemons) == 1)
        }
    }

    @Test(
        "what goes wrong is said, with what to do",
        arguments: [
            ("unknown", "there is no machine of this name"),
            ("off", "no route to it"), ("closed", "is sshd running"),
            ("silent", "does not answer"), ("keyless", "ssh-copy-id"),
            ("changed", "host key is not the known one"), ("arm", "architecture aarch64"),
            ("bsd", "it runs FreeBSD"), ("old", "is glibc 2.17, and windrow needs"),
        ])
    func failures(host: String, message: String) throws {
        try withCluster { daemons, deploy in
            let output = try deploy(host)
            #expect(output.code == 69, "\(output.err)")
            #expect(output.err.contains("error: \(host): "), "\(output.err)")
            #expect(output.err.contains(message), "\(output.err)")
            #expect(try daemons.ask("worker", "list", "--json").out.contains("\"workers\" : ["))
        }
    }

    @Test("a program that does not run there is told from one that lacks a library")
    func programs() throws {
        try withCluster { daemons, deploy in
            try daemons.windrow.write(
                "lacking",
                """
                #!/bin/sh
                echo "windrow: error while loading shared libraries: libzmq.so.5: cannot open \\
                shared object file: No such file or directory" >&2
                exit 127
                """)
            try daemons.windrow.write("broken", "#!/bin/sh\necho bad >&2\nexit 1\n")
            let lacking = try deploy("pc7", "--program", "lacking")
            #expect(lacking.code == 69)
            #expect(lacking.err.contains("lacks libzmq.so.5"), "\(lacking.err)")
            #expect(lacking.err.contains("make dist"), "\(lacking.err)")
            let broken = try deploy("pc7", "--program", "broken")
            #expect(broken.err.contains("does not run there: bad"), "\(broken.err)")
            #expect(try deploy("pc7", "--program", "missing").code == 65)
        }
    }

    @Test("a clock that is far off is said, and the machine joins all the same")
    func clock() throws {
        try withCluster { _, deploy in
            let output = try deploy("late")
            #expect(output.code == 0, "\(output.err)")
            #expect(output.err.contains("its clock is 2h 00m behind"), "\(output.err)")
        }
    }

    @Test(
        "a name that ssh would take for an option, or a shell for more, is refused",
        arguments: [
            "-oProxyCommand=id", "pc7;id", "pc7:", "pc7:x", "a@b@c", "", "$(id)", "pc7:70000",
        ])
    func names(host: String) throws {
        try withCluster { daemons, deploy in
            let output = try deploy("--", host)
            #expect(output.code == 64, "\(output.err)")
            #expect(daemons.windrow.lines("calls").isEmpty)
        }
    }

    @Test("a fleet comes up and goes down, and a machine that fails does not hold up the rest")
    func fleet() throws {
        try withCluster { daemons, _ in
            let folder = daemons.windrow.folder.path
            try daemons.windrow.write(
                "lab.yaml",
                """
                defaults: {slots: 2}
                nodes:
                  - {host: pc7, tags: [fast]}
                  - {host: off}
                """)
            let cluster = { (arguments: [String]) in
                try daemons.windrow.start(
                    ["cluster"] + arguments,
                    environment: daemons.environment + [
                        "STAND_IN=" + folder, "PATH=\(folder)/bin:/usr/bin:/bin",
                    ]
                ).output()
            }
            let up = try cluster(["up", "--inventory", "lab.yaml"])
            #expect(up.code == 69, "\(up.err)")
            let rows = up.out.split(separator: "\n").map(String.init)
            #expect(rows.count == 3, "\(up.out)")
            #expect(rows.contains { $0.hasPrefix("pc7   joined       1      2") }, "\(up.out)")
            #expect(rows.contains { $0.contains("no route to it") }, "\(up.out)")
            let again = try cluster(["up", "--inventory", "lab.yaml", "--json"])
            #expect(again.out.contains("\"state\" : \"there\""), "\(again.out)")
            let status = try cluster(["status", "--inventory", "lab.yaml", "--json"])
            #expect(status.out.contains("\"state\" : \"ready\""), "\(status.out)")
            let exec = try cluster([
                "exec", "--inventory", "lab.yaml", "echo", "$HOME", "|", "wc -l",
            ])
            #expect(exec.code == 69)
            #expect(exec.out.contains("pc7: 2") || exec.out.contains("pc7: 1"), "\(exec.out)")
            let logs = try cluster(["logs", "--inventory", "lab.yaml", "--lines", "5"])
            #expect(logs.out.contains("pc7: "), "\(logs.out) \(logs.err)")
            let down = try cluster(["down", "--inventory", "lab.yaml"])
            #expect(down.out.contains("stopping"), "\(down.out)")
            try daemons.waitForNoWorker()
            #expect(try cluster(["up", "--inventory", "missing.yaml"]).code == 65)
            try daemons.windrow.write("bad.yaml", "nodes:\n  - {host: pc7, only: night}\n")
            let bad = try cluster(["up", "--inventory", "bad.yaml"])
            #expect(bad.code == 65)
            #expect(bad.err.contains("bad.yaml:2:5: only: 'night'"), "\(bad.err)")
        }
    }

    @Test("the unit of systemd is clean")
    func unit() throws {
        guard access("/usr/bin/systemd-analyze", X_OK) == 0 else { return }
        try withCluster { daemons, deploy in
            // The stand-in has no systemd of its own; the unit is there all the same.
            let output = try deploy("pc7", "--systemd", "--slots", "3")
            #expect(output.code == 69)
            #expect(output.err.contains("bus: No such file"), "\(output.err)")
            #expect(output.err.contains("leave --systemd out"), "\(output.err)")
            #expect(try openInvitations(daemons) == 1)
            let unit =
                daemons.windrow.folder.path + "/pc7/.config/systemd/user/windrow-worker.service"
            let text = try String(contentsOfFile: unit, encoding: .utf8)
            #expect(text.contains("\"--slots\" \"3\""), "\(text) \(output.err)")
            let verified = try daemons.windrow.shell("systemd-analyze verify --user '\(unit)'")
            // It exits with 0 on keys that it does not know: any line is a complaint.
            let complaints = verified.err.split(separator: "\n").filter {
                $0.contains("windrow-worker") && !$0.contains("is not executable")
            }
            #expect(complaints.isEmpty, "\(complaints)")
        }
    }
}
