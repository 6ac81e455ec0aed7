import Glibc
import SweepCore
import Synchronization
import Testing

@testable import Experiments

@Suite struct CommandExperimentTests {
    let folder: ProgramFolder

    init() throws { folder = try ProgramFolder() }

    private func metrics(_ outcome: TrialOutcome) -> [String: String] {
        Dictionary(uniqueKeysWithValues: outcome.metrics.map { ($0.name, $0.value.description) })
    }

    // MARK: What the program is given

    @Test func `placeholders take kebab and snake case, and doubled braces are braces`() throws {
        let trial = commandTrial(
            ["/bin/echo", "{{\"a\": {n}, \"b\": {step-size}, \"c\": {step_size}}}"],
            [("step-size", .real(1e-5)), ("n", .integer(3))])
        let outcome = try CommandExperiment().run(trial, in: folder.context)
        #expect(
            outcome.metrics == [
                .init("a", .integer(3)), .init("b", .real(1e-5)), .init("c", .real(1e-5)),
            ])
    }

    @Test func `every parameter stands in the environment`() throws {
        let outcome = try runScript(
            #"echo "{\"a\": $WINDROW_PARAM_STEP_SIZE, \"b\": \"$WINDROW_PARAM_NAME\"}""#,
            [("step-size", .real(1e-5)), ("name", .text("ünï {x}"))], in: folder)
        #expect(outcome.metrics == [.init("a", .real(1e-5)), .init("b", .text("ünï {x}"))])
    }

    @Test func `the program runs in the sweep file's folder, with empty standard input`() throws {
        let outcome = try runScript(
            #"cat; echo "{\"folder\": \"$(pwd -P)\"}""#, in: folder)
        #expect(outcome.metrics == [.init("folder", .text(folder.path))])
    }

    @Test func `an unknown placeholder fails for good and names the parameters`() throws {
        let trial = commandTrial(["/bin/echo", "{lr}"], [("step-size", .real(1))])
        let failure = try #require(throws: TrialFailure.self) {
            try CommandExperiment().run(trial, in: folder.context)
        }
        #expect(failure.isPermanent)
        #expect(failure.reason.contains("'lr'") && failure.reason.contains("step-size"))
    }

    @Test(
        "a brace that does not match fails for good", arguments: ["{", "a}", "{}", "{a", "{a{b}}"])
    func braces(_ word: String) throws {
        let failure = try #require(throws: TrialFailure.self) {
            try CommandExperiment().check(
                .text("[\"/bin/echo\", \"\(word)\"]"), of: "argv", in: folder.context)
        }
        #expect(failure.isPermanent && failure.reason.contains("{{"))
    }

    @Test(
        "a list of words that is none is refused",
        arguments: ["", "[]", "[\"\"]", "echo", "[1]", "[\"a\"", "[\"a\",]", "[\"a\"] b"])
    func words(_ text: String) throws {
        let failure = try #require(throws: TrialFailure.self) {
            try CommandExperiment().check(.text(text), of: "argv", in: folder.context)
        }
        #expect(failure.isPermanent && failure.reason.hasPrefix("argv: "))
    }

    @Test func `a program is looked for before the first trial`() throws {
        try folder.write("#!/bin/sh\n", "plain", mode: 0o644)
        try folder.write("#!/bin/sh\n", "good")
        let check = { (program: String) in
            try CommandExperiment().check(
                .text("[\"\(program)\"]"), of: "argv",
                in: TrialContext(directory: folder.path, parameters: ["argv", "program"]))
        }
        try check("sh")
        try check("./good")
        try check(folder.path + "/good")
        try check("{program}")
        for (program, words) in [
            ("no-such-program-here", "PATH"), ("./nothing", "does not exist"),
            ("./plain", "not executable"), (folder.path, "not a file"),
        ] {
            let failure = try #require(throws: TrialFailure.self) { try check(program) }
            #expect(failure.isPermanent && failure.reason.contains(words))
        }
    }

    // MARK: What it says

    @Test func `the last JSON line of standard output is the result`() throws {
        let outcome = try runScript(
            #"echo '{"loss": 1}'; echo noise; echo '{"loss": 0.25, "n": 3}'; echo '{oops}'; echo end"#,
            in: folder)
        #expect(outcome.metrics == [.init("loss", .real(0.25)), .init("n", .integer(3))])
        #expect(outcome.status == .ok)
        #expect(outcome.trace.rowCount == 0)
    }

    @Test func `a result without a last line feed counts`() throws {
        let outcome = try runScript(#"printf '%s' '{"loss": 2}'"#, in: folder)
        #expect(outcome.metrics == [.init("loss", .integer(2))])
    }

    @Test func `the result file comes before standard output`() throws {
        let outcome = try runScript(
            #"echo '{"loss": 1}'; printf '{\n "loss": 2,\n "t": "a\\u00e9\\n"\n}' > "$WINDROW_RESULT""#,
            in: folder)
        #expect(outcome.metrics == [.init("loss", .integer(2)), .init("t", .text("aé\n"))])
    }

    @Test func `the result file may hold key=value lines`() throws {
        let outcome = try runScript(
            #"printf 'loss = 0.5\n\nn=7\nok=True\nlr=nan\nnote=a = b\n' > "$WINDROW_RESULT""#,
            in: folder)
        #expect(
            metrics(outcome)
                == ["loss": "0.5", "n": "7", "ok": "true", "lr": "NaN", "note": "a = b"])
    }

    @Test func `values keep their types, and Python's numbers are numbers`() throws {
        let outcome = try runScript(
            #"echo '{"i": 9007199254740993, "r": 1.0, "f": false, "n": NaN, "m": -Infinity, "z": null}'"#,
            in: folder)
        let values = outcome.metrics.map(\.value)
        #expect(outcome.metrics.map(\.name) == ["i", "r", "f", "n", "m"])
        #expect(values[0] == .integer(9_007_199_254_740_993))
        #expect(values[1] == .real(1))
        #expect(values[2] == .flag(false))
        #expect(values[3].number?.isNaN == true)
        #expect(values[4] == .real(-.infinity))
    }

    @Test func `diverged is a status`() throws {
        let outcome = try runScript(#"echo '{"status": "diverged", "loss": NaN}'"#, in: folder)
        #expect(outcome.status == .diverged)
        #expect(outcome.metrics.map(\.name) == ["loss"])
    }

    @Test func `names become column names`() throws {
        let outcome = try runScript(#"echo '{"val-loss": 1, "val/acc@": 2}' | tr -d @"#, in: folder)
        #expect(outcome.metrics.map(\.name) == ["val_loss", "val_acc"])
    }

    @Test(
        "a result that cannot be stored fails for good and says why",
        arguments: [
            (#"{"loss": [1, 2]}"#, "a list"), (#"{"loss": {"a": 1}}"#, "an object"),
            (#"{"a": 1, "a": 2}"#, "twice"), (#"{"status": "fine"}"#, "ok or diverged"),
            (#"{"host": 1}"#, "column of the store"), (#"{"step_size": 1}"#, "parameter"),
            (#"{"a-b": 1, "a_b": 2}"#, "another metric"), (#"{"1st": 1}"#, "no name"),
            (#"{"": 1}"#, "no name"), (#"{"loss": 0x10}"#, "0x10"), (#"{"loss": }"#, "missing"),
            (#"{"loss": 1"#, "end"), (#"{"loss": "a}"#, "quote"), ("a line", "key=value"),
            ("loss=1\nloss=2", "twice"),
        ])
    func badResult(_ text: String, _ words: String) throws {
        try folder.write(text, "result", mode: 0o644)
        let failure = try failure(
            #"cp result "$WINDROW_RESULT""#, [("step-size", .real(1))], in: folder)
        #expect(failure.isPermanent)
        #expect(failure.reason.contains(words), "\(failure.reason)")
    }

    @Test func `success without a result is an outcome, unless the sweep compares a metric`() throws
    {
        let script = "echo hello; echo why >&2"
        let outcome = try runScript(script, in: folder)
        #expect(outcome.status == .ok && outcome.metrics.isEmpty)
        let failure = try #require(throws: TrialFailure.self) {
            try CommandExperiment().run(
                commandTrial(["/bin/sh", "-c", script]),
                in: TrialContext(directory: folder.path, metric: "val_loss"))
        }
        #expect(failure.reason.contains("WINDROW_RESULT"))
        #expect(failure.reason.contains("{\"val_loss\": 0.25}"))
        #expect(failure.reason.contains("why"))
        #expect(failure.isPermanent)
    }

    @Test func `a last line that is nearly a result is a failure`() throws {
        let failure = try failure(#"echo '{"loss": oops}'"#, in: folder)
        #expect(failure.reason.contains("a line that looks like one is not"))
    }

    // MARK: The trace

    @Test func `a trace is collected from JSON lines and pairs, with round first`() throws {
        let outcome = try runScript(
            #"""
            echo '{"loss": 1.5, "round": 0}' >> "$WINDROW_TRACE"
            echo 'round=10 loss=0.5 bits=64' >> "$WINDROW_TRACE"
            printf '\n{"round": 20, "loss": Infinity}' >> "$WINDROW_TRACE"
            echo '{}'
            """#, in: folder)
        let trace = outcome.trace
        #expect(
            trace.columns == [
                .init("round", isInteger: true), .init("loss"), .init("bits", isInteger: true),
            ])
        #expect(trace.rowCount == 3)
        #expect(trace.cells[0..<2] == [0, 1.5] && trace.cells[2].isNaN)
        #expect(trace.cells[3..<6] == [10, 0.5, 64])
        #expect(trace.cells[6..<8] == [20, .infinity] && trace.cells[8].isNaN)
    }

    @Test(
        "a trace line that is no row of numbers fails and is named",
        arguments: [
            "round=1 loss=abc", "round", "{\"loss\": \"x\"}", "{\"loss\": true}", "{\"loss\"",
            "trial=1", "1x=2",
        ])
    func badTrace(_ line: String) throws {
        try folder.write("round=0\n\(line)\n", "lines", mode: 0o644)
        let failure = try failure(#"cp lines "$WINDROW_TRACE"; echo '{}'"#, in: folder)
        #expect(failure.isPermanent)
        #expect(failure.reason.contains("line 2 of the trace file"), "\(failure.reason)")
    }

    // MARK: Those who watch

    @Test func `those who watch see the last whole line of the trace while the program runs`()
        throws
    {
        try #require(mkfifo(folder.path + "/go", 0o600) == 0)
        // Open for both: writing does not wait for the program to read.
        let go = open(folder.path + "/go", O_RDWR | O_CLOEXEC)
        try #require(go >= 0)
        defer { close(go) }
        let seen = Mutex<[TrialProgress]>([])
        var context = TrialContext(directory: folder.path, metric: "loss")
        context.progress = { progress in
            seen.withLock { $0.append(progress) }
            _ = write(go, "\n", 1)
        }
        let script = #"""
            say() { printf "$1" >> "$WINDROW_TRACE"; }
            say 'round=1 loss=2\nround=20 loss=0.5\nround=30 lo'; read x < go
            say 'ss=0.25\n{"loss": 0.125}\n\n'; read x < go
            say '{"note": "words"}\n'; read x < go
            echo '{"loss": 1}'
            """#.replacing("{", with: "{{").replacing("}", with: "}}")
        let failure = #expect(throws: TrialFailure.self) {
            try CommandExperiment().run(commandTrial(["/bin/sh", "-c", script]), in: context)
        }
        // What is wrong with a line is told at the end, as without anybody who watches.
        #expect(failure?.reason.contains("words") == true)
        #expect(
            seen.withLock { $0 } == [
                TrialProgress(round: 20, value: 0.5), TrialProgress(round: 4, value: 0.125),
                TrialProgress(round: 5),
            ])
    }
}
