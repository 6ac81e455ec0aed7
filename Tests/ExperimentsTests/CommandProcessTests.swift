import Glibc
import SweepCore
import Testing

@testable import Experiments

@Suite struct CommandProcessTests {
    let folder: ProgramFolder

    init() throws { folder = try ProgramFolder() }

    /// Whether a process is there and has not ended.
    private func isAlive(_ pid: pid_t) -> Bool {
        let descriptor = open("/proc/\(pid)/stat", O_RDONLY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &bytes, 512)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        // The state stands behind the name, which stands in parentheses.
        guard let end = text.lastIndex(of: ")") else { return false }
        return !text[end...].dropFirst(2).hasPrefix("Z")
    }

    /// Waits until a process has ended, which nothing but the kernel's scheduling can delay.
    private func waitForEnd(_ pid: pid_t) -> Bool {
        for _ in 0..<1_000_000 {
            if !isAlive(pid) { return true }
            sched_yield()
        }
        return false
    }

    private func pid(_ outcome: TrialOutcome) throws -> pid_t {
        guard case .integer(let number)? = outcome.metrics.first?.value else {
            throw TrialFailure("no pid")
        }
        return pid_t(number)
    }

    @Test func `exit code and the last 20 lines of standard error are kept`() throws {
        let failure = try failure(
            "i=1; while [ $i -le 30 ]; do echo line $i >&2; i=$((i+1)); done; exit 7", in: folder)
        #expect(failure.exitCode == 7)
        #expect(failure.signal == nil)
        #expect(!failure.isPermanent)
        let lines = failure.reason.split(separator: "\n")
        #expect(lines[0] == "/bin/sh exited with code 7; the last lines of standard error:")
        #expect(lines.dropFirst() == (11...30).map { "line \($0)" }[...])
    }

    @Test func `a signal is named`() throws {
        let failure = try failure("kill -SEGV $$", in: folder)
        #expect(failure.signal == SIGSEGV)
        #expect(failure.exitCode == nil)
        #expect(failure.reason.contains("Segmentation fault"))
    }

    @Test func `output without end is drained and does not fill the memory`() throws {
        var before = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
        let outcome = try runScript(
            "head -c 100000000 /dev/zero; head -c 100000000 /dev/zero >&2; echo; echo '{\"a\": 1}'",
            in: folder)
        #expect(outcome.metrics == [.init("a", .integer(1))])
        var after = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
        #expect(after.ru_maxrss - before.ru_maxrss < 64 * 1024)
    }

    @Test func `a program that closes its output and runs on is waited for`() throws {
        let outcome = try runScript(
            "exec >&- 2>&-; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; "
                + "echo 'loss=1' > \"$WINDROW_RESULT\"", in: folder)
        #expect(outcome.metrics == [.init("loss", .integer(1))])
    }

    @Test func `a child that is left behind with the output open is not waited for, and killed`()
        throws
    {
        let outcome = try runScript("sleep 1000 & echo \"{\\\"pid\\\": $!}\"", in: folder)
        #expect(waitForEnd(try pid(outcome)))
    }

    @Test func `what a failed program leaves behind is killed`() throws {
        let failure = try failure("sleep 1000 & echo $! >&2; exit 1", in: folder)
        let last = failure.reason.split(separator: "\n").last.flatMap { pid_t($0) }
        #expect(waitForEnd(try #require(last)))
    }

    @Test func `a program that kills its own group is reported`() throws {
        let failure = try failure("kill -TERM 0; sleep 1000", in: folder)
        #expect(failure.signal == SIGTERM)
    }

    @Test func `a program is not in this process's group`() throws {
        let outcome = try runScript(
            "echo \"{\\\"group\\\": $(ps -o pgid= -p $$)}\"", in: folder)
        #expect(outcome.metrics.first?.value.number != Double(getpgrp()))
    }

    @Test func `a script without a first line is run by sh, as from a shell`() throws {
        try folder.write("echo '{\"n\": 3}'", "bare")
        let outcome = try CommandExperiment().run(commandTrial(["./bare"]), in: folder.context)
        #expect(outcome.metrics == [.init("n", .integer(3))])
    }

    // ThreadSanitizer makes a vfork a fork, which cannot say why the program did not start.
    @Test(.enabled(if: getenv("WINDROW_SANITIZER").map { String(cString: $0) } != "thread"))
    func `a program whose interpreter is missing cannot be started`() throws {
        try folder.write("#!/no/such/interpreter\n", "lost")
        let failure = try #require(throws: TrialFailure.self) {
            try CommandExperiment().run(commandTrial(["./lost"]), in: folder.context)
        }
        #expect(failure.reason.contains("./lost: cannot be started"))
        #expect(failure.isPermanent)
    }

    @Test func `nothing is left in the temporary folder`() throws {
        let outcome = try runScript(
            "mkdir -p \"$WINDROW_RESULT.d/x\"; ln -s / \"$WINDROW_RESULT.d/root\"; "
                + "echo \"{\\\"file\\\": \\\"$WINDROW_RESULT\\\"}\"", in: folder)
        let path = try #require(outcome.metrics.first?.value.description)
        #expect(access(path, F_OK) != 0)
        #expect(access(path + ".d", F_OK) != 0)
    }

    @Test func `descriptors of this process are not inherited`() throws {
        // Without close-on-exec, as a library may have opened it.
        let marker = fcntl(2, F_DUPFD, 200)
        defer { close(marker) }
        let outcome = try runScript(
            "if [ -e /proc/$$/fd/\(marker) ]; then echo '{\"n\": 1}'; else echo '{\"n\": 0}'; fi",
            in: folder)
        #expect(outcome.metrics == [.init("n", .integer(0))])
    }
}
