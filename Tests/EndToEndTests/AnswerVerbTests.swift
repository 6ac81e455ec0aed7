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
            (["plot", "a", "--log", "z"], 64, "expected x, y, x,y or none"),
            (["plot", "a", "--kind", "speedup", "--target", "0"], 65, "give another --target"),
        ])
    func refusals(arguments: [String], code: Int, message: String) throws {
        try run("run", "a.yaml", "--quiet")
        let output = try windrow.start(arguments).output()
        #expect(output.code == Int32(code))
        #expect(output.err.contains(message), "\(output.err)")
    }
}
