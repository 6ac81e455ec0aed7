import Foundation
import Glibc
import Testing

/// A sweep with traces, read while it runs and when it is done.
@Suite("The verbs that read a sweep's answer")
struct AnswerVerbTests {
    let windrow: Windrow

    init() throws {
        windrow = try Windrow()
        try windrow.write(
            "a.yaml",
            """
            sweep: a
            experiment: distributed-sgd
            metric: {name: suboptimality, goal: minimize}
            fixed: {problem: least-squares, dimension: 10, zeta: 1, sigma: 0.5, rounds: 40}
            axes:
              clients: [2, 4]
              method: [ec, ef21]
              compressor: [{kind: top-k, k: 2}]
              step-size: [0.001, 0.01, 0.1]
              seed: {range: [0, 2]}
            """)
    }

    @discardableResult
    private func run(_ arguments: String..., code: Int32 = 0) throws -> Windrow.Output {
        let output = try windrow.start(arguments).output()
        #expect(output.code == code, "\(arguments): \(output.out)\(output.err)")
        return output
    }

    private func json(_ output: Windrow.Output) throws -> [String: Any] {
        let all = try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any]
        return try #require(all?["content"] as? [String: Any])
    }

    @Test("best compares what is asked, and tells a program the same")
    func best() throws {
        try run("run", "a.yaml", "--quiet")
        let table = try run(
            "best", "a", "--per", "method", "--tune", "step-size", "--where", "clients=4")
        #expect(table.out.contains("method  step-size  suboptimality"))
        let content = try json(
            try run("best", "a", "--per", "method,clients", "--tune", "step-size", "--json"))
        let rows = try #require(content["rows"] as? [[String: Any]])
        #expect(rows.count == 4)
        #expect(rows.allSatisfy { $0["seeds"] as? Int == 2 && $0["trials"] as? Int == 6 })
        #expect(content["tuned"] as? [String] == ["step-size"])
        let csv = try run("best", "a", "--format", "csv").out.split(separator: "\n")
        #expect(csv.count == 5)
        #expect(csv[0].hasPrefix("clients,method,step_size,suboptimality_mean,suboptimality_std,"))
        let page = try run("best", "a", "--format", "markdown").out
        #expect(page.hasPrefix("| clients | method | step-size | suboptimality |"))
        let next = try run("best", "a", "--refine").out
        try windrow.write("next.yaml", next)
        #expect(try run("plan", "next.yaml").out.hasPrefix("a-2: distributed-sgd"))
    }

    @Test("every picture is drawn, the same twice, and anew from its script")
    func plot() throws {
        try run("run", "a.yaml", "--quiet")
        let kinds = ["rounds", "bits", "best", "sensitivity", "heatmap", "parallel", "speedup"]
        let output = try run("plot", "a")
        let files = output.out.split(separator: "\n").map(String.init)
        #expect(files == kinds.map { "runs/a/plots/\($0).svg" })
        let first = files.map { windrow.lines($0) }
        for (file, lines) in zip(files, first) {
            #expect(lines.contains { $0.contains("<svg") }, "\(file)")
            #expect(lines.suffix(2).contains { $0.contains("</svg>") }, "\(file)")
        }
        try run("plot", "a")
        #expect(files.map { windrow.lines($0) } == first)
        let again = try windrow.shell(
            "cd runs/a/plots && rm *.svg && for f in *.gp; do gnuplot $f || exit; done")
        #expect(again.code == 0, "\(again.err)")
        #expect(files.map { windrow.lines($0) } == first)
        for format in ["pdf", "png"] {
            try run("plot", "a", "--kind", "rounds", "--format", format, "--output", "out")
            let file = windrow.folder.path + "/out/rounds.\(format)"
            let bytes = try #require(FileManager.default.contents(atPath: file))
            #expect(bytes.starts(with: format == "pdf" ? Data("%PDF".utf8) : Data([0x89, 0x50])))
        }
    }

    @Test("the sweep file's plots are drawn, with their names and conditions")
    func section() throws {
        let text = try String(contentsOfFile: windrow.folder.path + "/a.yaml", encoding: .utf8)
        try windrow.write(
            "b.yaml",
            text.replacing("sweep: a", with: "sweep: b")
                + "\nplots: [bits, {kind: heatmap, name: map, x: step-size, y: method, where: clients=4}]\n"
        )
        try run("run", "b.yaml", "--quiet")
        let content = try json(try run("plot", "b", "--json"))
        let pictures = try #require(content["pictures"] as? [[String: Any]])
        #expect(pictures.compactMap { $0["name"] as? String } == ["bits", "map"])
        #expect(windrow.lines("runs/b/plots/map.svg").contains { $0.contains("<svg") })
        let data = windrow.lines("runs/b/plots/map.dat").filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
        #expect(data.count == 6)
    }

    @Test("a sweep is read while its run holds the store, and the run goes on")
    func running() throws {
        let text = try String(contentsOfFile: windrow.folder.path + "/a.yaml", encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.contains("seed:") }
        try windrow.write(
            "long.yaml",
            lines.joined(separator: "\n").replacing(
                "axes:", with: "axes:\n  seed: {range: [0, 4000]}") + "\n")
        let sweep = try windrow.start(["run", "long.yaml", "--quiet", "--slots", "1"])
        windrow.wait(until: "some trials are stored") {
            windrow.lines("runs/a/results.csv").count > 40
        }
        sweep.send(SIGSTOP)
        let table = try run("best", "a", "--per", "method,clients", "--tune", "step-size")
        #expect(table.out.split(separator: "\n").count == 6)
        #expect(table.err.contains("of 48000 trials have finished"), "\(table.err)")
        let files = try run("plot", "a").out.split(separator: "\n")
        #expect(files.count == 7)
        sweep.send(SIGCONT)
        sweep.send(SIGINT)
        #expect(sweep.output().code == 75)
        #expect(windrow.survivors().isEmpty)
    }

    @Test("a report is one page that needs nothing else, whatever stands in the store")
    func report() throws {
        try windrow.write(
            "f.yaml",
            #"""
            sweep: f
            experiment: command
            metric: {name: loss, goal: minimize}
            limits: {attempts: 1, max-failures: 100}
            fixed: {argv: [sh, -c, 'test $WINDROW_PARAM_K = 3 && { echo "no <b>luck</b>" >&2; exit 7; }; echo "{{\"loss\": $WINDROW_PARAM_K}}"']}
            axes: {k: [1, 2, 3], word: ["<script>alert(1)</script>", "it's | a & b"], seed: {range: [0, 2]}}
            """#.replacing("{ echo", with: "{{ echo").replacing("7; }", with: "7; }}"))
        try run("run", "f.yaml", "--quiet", code: 3)
        let content = try json(try run("report", "f", "--json"))
        #expect(content["file"] as? String == "runs/f/report.html")
        #expect(content["pictures"] as? [String] == ["heatmap", "parallel"])
        let page = windrow.lines("runs/f/report.html").joined(separator: "\n")
        #expect(page.components(separatedBy: "<svg").count == 3)
        #expect(!page.contains("<script") && !page.contains("<b>"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("no &lt;b&gt;luck&lt;/b&gt;"))
        #expect(page.contains("8 of 12 finished, 4 given up"))
        // Nothing is fetched: every address is a name of SVG, or a part of the page itself.
        for match in page.matches(of: /(?:src|href)=["']([^"']*)/) {
            #expect(match.1.hasPrefix("#"), "\(match.0)")
        }
        let names = page.matches(of: /\sid=["']([^"']*)/).map { String($0.1) }
        #expect(Set(names).count == names.count)
        let text = try run("report", "f", "--format", "markdown", "--output", "out.md")
        #expect(text.out == "out.md\n")
        let lines = windrow.lines("out.md")
        #expect(lines.contains { $0.contains("(out-pictures/heatmap.svg)") })
        #expect(!windrow.lines("out-pictures/heatmap.svg").isEmpty)
        #expect(lines.contains { $0.contains("it's \\| a & b") })
    }

    @Test("a report without gnuplot or without a metric says what is missing")
    func reportInPart() throws {
        try run("run", "a.yaml", "--quiet")
        let output = try windrow.start(
            ["report", "a"], environment: ["PATH=/nonexistent"]
        ).output()
        #expect(output.code == 0)
        #expect(output.err.contains("gnuplot is not on the PATH"))
        let page = windrow.lines("runs/a/report.html").joined(separator: "\n")
        #expect(page.contains("gnuplot is not on the PATH"))
        #expect(page.contains("Best by suboptimality"))
        try windrow.write("n.yaml", "sweep: n\nexperiment: noop\naxes: {i: {range: [0, 5]}}\n")
        try run("run", "n.yaml", "--quiet")
        #expect(try run("report", "n").err.contains("the sweep names no metric"))
        try run("report", "n", "--by", "value")
        #expect(windrow.lines("runs/n/report.html").contains { $0.contains("Best by value") })
    }

    @Test("without gnuplot the scripts are left, and it says how to get one")
    func withoutGnuplot() throws {
        try run("run", "a.yaml", "--quiet")
        let output = try windrow.start(
            ["plot", "a", "--kind", "rounds"], environment: ["PATH=/nonexistent"]
        ).output()
        #expect(output.code == 69)
        #expect(output.out.isEmpty)
        #expect(output.err.contains("apt-get install gnuplot-nox"))
        #expect(!windrow.lines("runs/a/plots/rounds.gp").isEmpty)
        #expect(!windrow.lines("runs/a/plots/rounds.dat").isEmpty)
    }

    @Test(
        "what is not there is refused with what was probably meant",
        arguments: [
            (["best", "a", "--per", "methd"], 65, "did you mean 'method'?"),
            (["best", "a", "--by", "los"], 65, "did you mean 'loss'?"),
            (["best", "a", "--per", "method", "--tune", "method"], 65, "name it for one of them"),
            (["best", "a", "--where", "clients=3"], 65, "none of 24 rows meets"),
            (["best", "b"], 65, "no store is there"),
            (["plot", "a", "--kind", "round"], 64, "did you mean 'rounds'?"),
            (["plot", "a", "--kind", "rounds", "--y", "los"], 65, "did you mean 'loss'?"),
            (["plot", "a", "--kind", "heatmap", "--x", "step"], 65, "--x: no parameter 'step'"),
            (["report", "a", "--by", "los"], 65, "did you mean 'loss'?"),
            (["report", "a", "--output", "no/such/folder/r.html"], 65, "no/such/folder"),
            (["plot", "a", "--log", "z"], 64, "expected x, y, x,y or none"),
            (["plot", "a", "--kind", "speedup", "--target", "0"], 65, "give another --target"),
        ])
    func refusals(arguments: [String], code: Int, message: String) throws {
        try run("run", "a.yaml", "--quiet")
        let output = try windrow.start(arguments).output()
        #expect(output.code == Int32(code))
        #expect(output.err.contains(message), "\(output.err)")
    }

    @Test("init writes a sweep file that plan accepts, for each experiment")
    func initialise() throws {
        for experiment in ["distributed-sgd", "command", "noop"] {
            try run("init", "--experiment", experiment)
            let plan = try run("plan", "\(experiment).yaml")
            #expect(plan.out.hasPrefix("\(experiment): \(experiment), "))
            try run("init", "--experiment", experiment, code: 65)
        }
        try run("init", "noop.yaml", "--experiment", "noop", "--force", "--name", "other")
        #expect(windrow.lines("noop.yaml").contains("sweep: other"))
    }

    @Test("init makes parameters of a command line's options, and its sweep runs the same line")
    func initialiseFromLine() throws {
        let line =
            #"sh -c 'echo "$@" >&2; echo {\"loss\": $2}' sh --lr 0.3 --eps=1e-05 --tag "a b" -n -2 --flag x=7 --seed 3"#
        try run("init", "w.yaml", "--from", line)
        let plan = try json(try run("plan", "w.yaml", "--json"))
        #expect(plan["count"] as? Int == 9)
        try run("run", "w.yaml", "--quiet")
        let losses = try run("results", "w", "--format", "csv", "--columns", "loss,eps,tag,n").out
        #expect(
            Set(losses.split(separator: "\n")) == [
                "loss,eps,tag,n", "0.03,1e-05,a b,-2", "0.3,1e-05,a b,-2", "3.0,1e-05,a b,-2",
            ])
        let logs = try run("logs", "w").out
        #expect(
            logs.contains("--lr 0.3 --eps=1e-05 --tag a b -n -2 --flag x=7 --seed 3"), "\(logs)")
        for (wrong, message) in [
            ("a | b", "means something to a shell"), ("a 'b", "a quote is not closed"),
            ("", "expected a command line"), ("X=1", "there is no program"),
        ] {
            let output = try run("init", "v.yaml", "--from", wrong, code: 65)
            #expect(output.err.contains(message), "\(output.err)")
        }
    }

    @Test("a verb that is not there is answered with the one that was meant")
    func verbs() throws {
        for (words, message) in [
            (["bset"], "did you mean 'best'?"), (["worker", "lst"], "did you mean 'list'?"),
            (["qqqqqqqq"], "windrow --help lists them"),
        ] {
            let output = try windrow.start(words).output()
            #expect(output.code == 64)
            #expect(output.err.contains(message), "\(output.err)")
        }
    }

    @Test("shells complete names of sweeps, columns and kinds of pictures")
    func completions() throws {
        try run("run", "a.yaml", "--quiet")
        for shell in ["bash", "zsh", "fish"] {
            let script = try run("--generate-completion-script", shell)
            #expect(script.out.contains("best"))
            try windrow.write("completion.\(shell)", script.out)
        }
        func offered(_ words: [String]) throws -> [String] {
            let last = words.last ?? ""
            let line = words.joined(separator: " ")
            let output = try windrow.shell(
                """
                exec bash -c 'source completion.bash
                COMP_WORDS=("$@"); COMP_CWORD=\(words.count - 1); COMP_TYPE=9; COMP_KEY=9
                COMP_LINE="$*"; COMP_POINT=\(line.utf8.count)
                _windrow windrow "\(last)" "\(words.dropLast().last ?? "")"
                printf "%s\\n" "${COMPREPLY[@]}"' bash \(words.map { "'\($0)'" }.joined(separator: " "))
                """)
            return output.out.split(separator: "\n").map(String.init)
        }
        #expect(try offered(["windrow", "best", ""]).contains("a"))
        #expect(try offered(["windrow", "plot", "a", "--by", "me"]) == ["method"])
        #expect(
            try offered(["windrow", "best", "a", "--per", "method,cl"]) == ["method,clients"])
        #expect(try offered(["windrow", "plot", "--kind", "rounds,he"]) == ["rounds,heatmap"])
        #expect(try offered(["windrow", "best", "--by", "sub"]) == ["suboptimality"])
    }
}
