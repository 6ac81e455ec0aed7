import Glibc
import Testing

@Suite("A limit on file sizes under a run")
struct FileSizeLimitTests {
    // ThreadSanitizer keeps its books in a file that the limit forbids.
    @Test(
        "the run waits as on a full disk, and goes on by itself when the limit is raised",
        .enabled(if: getenv("WINDROW_SANITIZER") == nil))
    func waiting() throws {
        let windrow = try Windrow()
        try windrow.write(
            "s.yaml",
            """
            sweep: noop
            experiment: noop
            axes:
              i: {range: [0, 10000]}
            """)
        // 64 KiB: sh counts blocks of 512 bytes.
        let run = try windrow.startShell("ulimit -S -f 128; exec windrow run s.yaml")
        windrow.wait(until: "it says that it waits") {
            run.messages.contains("     Waiting runs/noop/results.csv")
        }
        #expect(run.messages.contains("File too large"))
        #expect(run.messages.contains("ulimit -f"))
        let before = windrow.lines("runs/noop/results.csv").count
        #expect((1...9999).contains(before))
        let raised = try windrow.shell("prlimit --pid \(run.child.pid) --fsize=1073741824:")
        #expect(raised.code == 0, "\(raised.err)")
        let output = run.output()
        #expect(output.code == 0, "\(output.err)")
        #expect(output.err.contains("Goes on"))
        #expect(
            windrow.column("i", of: "runs/noop").compactMap(Int.init).sorted()
                == Array(0..<10_000))
        #expect(windrow.survivors() == [])
    }
}
