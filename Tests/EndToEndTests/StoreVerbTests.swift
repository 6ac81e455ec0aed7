import Foundation
import Testing

@Suite("The verbs for stores")
struct StoreVerbTests {
    let windrow: Windrow

    init() throws {
        windrow = try Windrow()
        try windrow.write("s.yaml", Self.sweep("s", seeds: "[0, 3]"))
    }

    private static func sweep(_ name: String, seeds: String) -> String {
        """
        sweep: \(name)
        experiment: distributed-sgd
        metric: {name: loss, goal: minimize}
        fixed: {problem: least-squares, clients: 4, dimension: 20, sigma: 0.1, rounds: 20, log-every: 10}
        axes:
          seed: {range: \(seeds)}
          step-size: [1e-3, 0.1, 1]
          method: [{kind: ec}, {kind: econtrol, eta: [0.05, 0.1]}]
          compressor: [{kind: top-k, k: 2}]
        """
    }

    @discardableResult
    private func run(_ arguments: String..., code: Int32 = 0) throws -> Windrow.Output {
        let output = try windrow.start(arguments).output()
        #expect(output.code == code, "\(arguments): \(output.err)")
        return output
    }

    private func rows(_ output: Windrow.Output) -> [[String]] {
        output.out.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test(
        "texts with line feeds, quotes and formulas reach the program and come back from the store")
    func awkwardTexts() throws {
        try windrow.write(
            "text.yaml",
            """
            sweep: text
            experiment: command
            fixed: {argv: [sh, -c, 'printf "{{\\"v\\": %s}}" "$(printf %s "$0" | wc -c)"', "{note}"]}
            axes: {note: ["two\\nlines", "a,\\"b\\"", "=1+1", "\\ttab", "ünï☂"]}
            """)
        try run("run", "text.yaml")
        let answer = try run("results", "text", "--format", "json", "--columns", "note,v")
        struct Answer: Decodable {
            struct Row: Decodable {
                var note: String
                var v: Int
            }
            var content: [Row]
        }
        let rows = try JSONDecoder().decode(Answer.self, from: Data(answer.out.utf8)).content
        let sizes = Dictionary(uniqueKeysWithValues: rows.map { ($0.note, $0.v) })
        #expect(
            sizes == [
                "two\nlines": 9, "a,\"b\"": 5, "=1+1": 4, "\ttab": 4, "ünï☂": 8,
            ])
        // Nothing is left to do, a table has a line for each trial, and the refined file is the
        // same grid.
        try run("run", "text.yaml")
        let plan = try run("plan", "text.yaml").out
        #expect(plan.contains("two lines"))
        #expect(plan.contains("5 done, 0 to go"))
        #expect(
            try run("results", "text", "--columns", "note").out.split(separator: "\n").count == 6)
        #expect(try run("verify", "text").err.contains("5 of 5"))
    }

    @Test("results chooses rows as the same condition on the cells does, and sorts them")
    func results() throws {
        try run("run", "s.yaml")
        let all = rows(
            try run("results", "--format", "csv", "--columns", "trial,seed,method,method.eta,loss"))
        #expect(all.count == 28)
        #expect(all[0] == ["trial", "seed", "method", "method_eta", "loss"])
        let conditions: [(String, ([String]) -> Bool)] = [
            ("seed>=1 and method=econtrol", { (Int($0[1]) ?? -1) >= 1 && $0[2] == "econtrol" }),
            (
                "seed = 2 or (method != ec and method-eta<0.07)",
                { row in
                    row[1] == "2" || row[2] != "ec" && Double(row[3]).map { $0 < 0.07 } == true
                }
            ),
            ("method_eta=''", { $0[3] == "" }),
            ("method_eta!=0.05", { $0[3] != "0.05" }),
            ("loss<1e-1 and seed<2", { (Double($0[4]) ?? .nan) < 0.1 && $0[1] != "2" }),
            ("method=\"ec\" and seed=7", { _ in false }),
        ]
        for (condition, isMet) in conditions {
            let chosen = rows(
                try run(
                    "results", "s", "--format", "csv", "--columns",
                    "trial,seed,method,method_eta,loss", "--where", condition))
            #expect(chosen.dropFirst() == all.dropFirst().filter(isMet)[...], "\(condition)")
        }
        let sorted = rows(
            try run(
                "results", "runs/s", "--format", "csv", "--columns", "method_eta,loss", "--sort",
                "method_eta,loss", "--descending")
        ).dropFirst()
        let keys = sorted.map { (Double($0[0]) ?? -1, Double($0[1]) ?? -1) }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(sorted.last?[0] == "")
    }

    @Test("results has a form for people, pages and programs")
    func forms() throws {
        try run("run", "s.yaml")
        let table = try run("results", "--sort", "loss", "--limit", "2")
        #expect(table.out.split(separator: "\n").count == 3)
        #expect(table.err.contains("25 more rows"))
        #expect(!table.out.contains("least-squares"))
        let page = try run("results", "--format", "markdown", "--columns", "method,loss").out
        #expect(page.hasPrefix("| method | loss |\n|---|---:|\n| ec"))
        let json =
            try JSONSerialization.jsonObject(
                with: Data(try run("results", "--json").out.utf8)) as? [String: Any]
        let content = try #require(json?["content"] as? [[String: Any]])
        #expect(content.count == 27)
        #expect(content.allSatisfy { $0["seed"] is Int && $0["loss"] is Double })
        #expect(content.contains { $0["method_eta"] is NSNull })
    }

    @Test(
        "a condition, column or store that is none is refused with what there is",
        arguments: [
            (["results", "s", "--where", "loss<"], "it ends; expected a value"),
            (["results", "s", "--where", "loss 3"], "'3': expected one of"),
            (["results", "s", "--where", "(loss<3"], "expected ')'"),
            (["results", "s", "--where", "loss<3 seed=1"], "character 8: 'seed'"),
            (["results", "s", "--where", "loss='x"], "a quote that is not closed"),
            (
                ["results", "s", "--where", "lss<3"],
                "no column 'lss'; did you mean 'loss'? There are: trial, status"
            ),
            (["results", "s", "--sort", "x"], "no column 'x'"),
            (["results", "t"], "below runs/ there are: s"),
            (["verify", "nowhere/t"], "no store is there"),
            (["merge", "s", "t", "--output", "m"], "t: no store is there"),
        ])
    func refusals(arguments: [String], message: String) throws {
        try run("run", "s.yaml")
        let output = try windrow.start(arguments).output()
        #expect(output.code == 65)
        #expect(output.err.contains(message), "\(output.err)")
    }

    @Test("an export is the same for any order, and a compacted or merged store")
    func exports() throws {
        try run("run", "s.yaml", "--slots", "1", "--store", "one")
        try run("run", "s.yaml", "seed=2", "--store", "many")
        try run("run", "s.yaml", "--slots", "5", "--store", "many")
        let table = try run("export", "one", "--no-provenance").out
        #expect(table.split(separator: "\n").count == 28)
        #expect(!table.contains("row_crc") && !table.contains("started_at"))
        #expect(try run("export", "many", "--no-provenance").out == table)
        try run("compact", "many")
        #expect(try run("export", "many", "--no-provenance").out == table)
        #expect(
            windrow.column("trial", of: "many")
                == rows(try run("export", "many")).dropFirst().map { $0[0] })
        #expect(try run("verify", "many").err.contains("27 of 27 trials"))

        let wide = rows(try run("export", "one", "--wide", "--no-provenance"))
        let place = try #require(wide[0].firstIndex(of: "loss_at_20"))
        let loss = try #require(wide[0].firstIndex(of: "loss"))
        #expect(wide.dropFirst().allSatisfy { $0[place] == $0[loss] })
        try run("export", "one", "--no-provenance", "--output", "x.csv", "-q")
        #expect(windrow.lines("x.csv").joined(separator: "\n") + "\n" == table)
    }

    @Test("stores of different grids are merged, and go on as one")
    func merge() throws {
        try windrow.write("t.yaml", Self.sweep("t", seeds: "[2, 5]"))
        try run("run", "s.yaml")
        try run("run", "t.yaml")
        let output = try run("merge", "s", "t", "-o", "both")
        #expect(output.err.contains("Merged 45 trials (9 were there more than once)"))
        #expect(try run("verify", "both").err.contains("18 that the sweep does not ask for"))
        #expect(try run("diff", "both", "s", code: 65).err.contains("Only 18 trials in both"))
        #expect(try run("run", "t.yaml", "--store", "both").err.contains("Finished 27 of 27"))
        // The sweep is t's now; what s had besides is foreign.
        #expect(try run("compact", "both", "--drop-foreign").err.contains("Moved 18 trials"))
        #expect(try run("diff", "both", "t").err.contains("Same 27 trials"))
        #expect(
            try run("merge", "s", "t", "--output", "both", code: 65).err.contains("new or empty"))
    }

    @Test("outcomes that differ are shown, and not merged")
    func conflict() throws {
        try windrow.write("n.yaml", "sweep: n\nexperiment: noop\naxes: {i: [1, 2, 3]}\n")
        try run("run", "n.yaml", "--store", "a")
        // The same trials of another experiment's program: as if a machine had computed wrongly.
        try windrow.write("n2.yaml", "sweep: n\nexperiment: noop\naxes: {i: [1, 2, 4]}\n")
        try run("run", "n2.yaml", "--store", "b")
        let script = """
            import sys, zlib
            lines = open("b/results.csv", "rb").read().split(b"\\n")
            for n, line in enumerate(lines):
                cells = line.split(b",")
                if b",2," in line:
                    place = lines[0].split(b",").index(b"value")
                    cells[place] = b"2.5"
                    body = b",".join(cells[:-1]) + b","
                    lines[n] = body + b"x%08x" % zlib.crc32(body)
            open("b/results.csv", "wb").write(b"\\n".join(lines))
            """
        try windrow.write("change.py", script)
        #expect(try windrow.shell("python3 change.py").code == 0)
        let diff = try run("diff", "a", "b", code: 65)
        #expect(diff.out.contains("value") && diff.out.contains("2.5"), "\(diff.out)")
        #expect(diff.err.contains("Differ 1 of 2 trials"), "\(diff.err)")
        let merge = try run("merge", "a", "b", "--output", "m", code: 65)
        #expect(merge.err.contains("1 trial has different outcomes in a and b"), "\(merge.err)")
        #expect(!FileManager.default.fileExists(atPath: windrow.folder.path + "/m"))
    }

    @Test("verify tells whole, unfinished and damaged stores apart")
    func verify() throws {
        try windrow.write(
            "n.yaml",
            "sweep: n\nexperiment: noop\nlimits: {attempts: 1}\naxes: {i: [1, 2, 3], crash: [none]}\n"
        )
        try run("run", "n.yaml", "i=1,2")
        #expect(try run("verify", "n").err.contains("2 of 2 trials"))
        try run("run", "n.yaml")
        try run("verify")
        let path = windrow.folder.path + "/runs/n/results.csv"
        let whole = try #require(FileManager.default.contents(atPath: path))
        var lines = windrow.lines("runs/n/results.csv")
        lines.remove(at: 2)
        try windrow.write("runs/n/results.csv", lines.joined(separator: "\n") + "\n")
        #expect(try run("verify", code: 75).err.contains("2 of 3 trials, 1 to go"))
        var changed = whole
        changed[whole.count / 2] ^= 1
        try changed.write(to: URL(fileURLWithPath: path))
        let damaged = try run("verify", "--json", code: 65)
        #expect(damaged.err.contains("does not agree with its checksum"))
        #expect(damaged.out.contains("windrow store repair"))
        try run("compact", code: 65)
        #expect(try run("store", "repair", "--dry-run").err.contains("Would move results.csv"))
        #expect(try run("store", "repair").err.contains("Moved results.csv"))
        try run("verify", code: 75)
    }
}
