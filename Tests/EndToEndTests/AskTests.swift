import Foundation
import Testing

@Suite("windrow init --ask")
struct AskTests {
    let windrow: Windrow

    init() throws { windrow = try Windrow() }

    private func ask(_ line: String, _ more: String..., code: Int32) throws -> Windrow.Output {
        let output = try windrow.start(["init", "t.yaml", "--ask", line] + more).output()
        #expect(output.code == code, "\(output.err)")
        return output
    }

    /// A program that says what it was given.
    private static let training = """
        import argparse, json
        parser = argparse.ArgumentParser(
            formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        parser.add_argument("--data", required=True, help="the file")
        parser.add_argument("--lr", type=float, default=0.3, help="learning rate: {small}")
        parser.add_argument("--model", choices=["mlp", "cnn"], default="mlp", help="the network")
        parser.add_argument("--optim.momentum", type=float, default=-0.5, help="m")
        parser.add_argument("--loss", choices=["l1", "l2"], help="what is minimised")
        parser.add_argument("--name", default="a 'b' #c", help="n")
        parser.add_argument("--betas", nargs=2, type=float, default=[0.9, 0.99], help="b")
        parser.add_argument("-s", "--seed", type=int, default=7, help="s")
        parser.add_argument("--nesterov", action="store_true")
        a = vars(parser.parse_args())
        print(json.dumps({"score": a["lr"], "given": repr(sorted(a.items()))}))
        """

    @Test("the options that a program lists become a sweep that runs it as it runs by itself")
    func options() throws {
        try windrow.write("train.py", Self.training)
        let asked = try ask("python3 train.py --data x.csv", "--metric", "score", code: 0)
        #expect(asked.err.contains("Asked python3 train.py --data x.csv --help: 9 options"))
        #expect(!asked.err.contains("Missing"))
        let file = windrow.lines("t.yaml")
        #expect(
            file.contains { $0.hasPrefix("  model: mlp") && $0.contains("mlp or cnn: the network") }
        )
        #expect(file.contains { $0.hasPrefix("  loss: l1") && $0.contains("l1 or l2") })
        #expect(file.contains { $0.hasPrefix("#   --nesterov") })
        #expect(file.contains { $0.hasPrefix("#   --betas") })
        #expect(file.contains { $0.hasPrefix("  lr: {log: [0.03, 3.0, 3]}") })
        #expect(file.contains { $0.hasPrefix("  seed: {range: [7, 10]}") })

        let run = try windrow.start(["run", "t.yaml", "lr=0.3", "seed=7", "--quiet"]).output()
        #expect(run.code == 0, "\(run.err)")
        let swept = try windrow.shell("windrow results t --format json --columns given").out
        let alone = try windrow.shell(
            "python3 train.py --data x.csv --loss l1 --lr 0.3 --seed 7"
        ).out
        let given = try #require(
            try JSONSerialization.jsonObject(with: Data(alone.utf8)) as? [String: Any])
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(swept.utf8)) as? [String: Any])
        let rows = try #require(answer["content"] as? [[String: Any]])
        #expect(rows.map { $0["given"] as? String } == [given["given"] as? String])
    }

    @Test("what the program wants and the listing has no value for is told")
    func missing() throws {
        try windrow.write("train.py", Self.training)
        let asked = try ask("python3 train.py", code: 0)
        #expect(asked.err.contains("Missing the program wants --data"))
        #expect(windrow.lines("t.yaml").contains { $0.hasPrefix("#   --data DATA   required") })
    }

    @Test("a program that ends with an exit code but lists its options is listened to")
    func exitCode() throws {
        try windrow.write("p.sh", "echo '  --lr N   rate (default: 1)' >&2; exit 1")
        let asked = try ask("sh p.sh", code: 0)
        #expect(asked.err.contains("1 option"))
    }

    @Test(
        "a program that lists nothing is told with what to do instead",
        arguments: [
            ("no-such-program-9", "no-such-program-9"),
            ("sh -c 'echo trained'", "listed no options"),
            (
                "sh -c 'echo oh no >&2; exit 3'",
                "ended with exit code 3 and listed no options: oh no"
            ),
            ("sh -c 'kill -9 $$'", "was ended by signal 9"),
            ("sh -c yes", "more than a mebibyte"),
            ("a | b", "--ask: '|' means something to a shell"),
        ])
    func refusals(line: String, message: String) throws {
        let output = try ask(line, code: 65)
        #expect(output.err.contains(message), "\(output.err)")
        #expect(windrow.lines("t.yaml").isEmpty)
    }

    @Test("a program that waits for input finds none, and one that goes on is stopped")
    func late() throws {
        let output = try ask("sh -c 'cat; sleep 1000'", "--seconds", "0.1", code: 65)
        #expect(output.err.contains("did not end within 0.1 s and was stopped"), "\(output.err)")
    }

    @Test("a program is stopped with all that it has started")
    func children() throws {
        _ = try ask("sh -c 'sleep 1000 & echo $! > child; yes'", code: 65)
        // The child was killed with its group; who reaps it is init.
        let child = try #require(windrow.lines("child").first)
        windrow.wait(until: "the program's child is gone") {
            let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return state.map { $0.contains(") Z ") } ?? true
        }
    }

    @Test("options that do not go together are refused")
    func usage() throws {
        for more in [["--from", "x"], ["--experiment", "noop"], ["--seconds", "0"]] {
            let output = try windrow.start(["init", "t.yaml", "--ask", "x"] + more).output()
            #expect(output.code == 64, "\(more)")
        }
    }
}
