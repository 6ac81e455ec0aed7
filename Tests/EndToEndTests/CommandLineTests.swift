import Foundation
import Testing

@Suite("The command line")
struct CommandLineTests {
    let windrow: Windrow

    init() throws { windrow = try Windrow() }

    @Test("a plan of 10⁹ trials answers, counts what is excluded and runs nothing")
    func hugePlan() throws {
        try windrow.write(
            "s.yaml",
            """
            sweep: huge
            experiment: noop
            axes:
              i: {range: [0, 1000000000]}
              busy: [0, 1]
            exclude:
              - {i: 7, busy: 1}
            """)
        let output = try windrow.run("plan", "s.yaml")
        #expect(output.code == 0, "\(output.err)")
        #expect(output.out.contains("1999999999 trials (2000000000 − 1 excluded)"))
        #expect(!FileManager.default.fileExists(atPath: windrow.folder.path + "/runs"))
    }

    @Test(
        "wrong input ends in one message with its place, and exit code 65",
        arguments: [
            ("", "s.yaml"),
            ("sweep: x\nexperiment: nope\naxes: {i: [1]}", "s.yaml:2:13"),
            ("sweep: x\nexperiment: noop\naxes:\n  ii: [1]", "s.yaml:4:3"),
            ("sweep: x\nexperiment: noop\naxes: {i: [one]}", "s.yaml:3:12"),
            ("sweep: x\nexperiment: noop\naxes: {i: []}", "s.yaml:3"),
            ("sweep: x\nexperiment: noop\naxes: {i: [1, 1]}", "s.yaml:3:15"),
            ("sweep: [", "s.yaml"),
        ])
    func wrongSweepFiles(text: String, place: String) throws {
        try windrow.write("s.yaml", text)
        for verb in ["plan", "run"] {
            let output = try windrow.run(verb, "s.yaml")
            #expect(output.code == 65, "\(output.err)")
            #expect(output.err.contains(place), "\(output.err)")
            #expect(output.out == "")
        }
    }

    @Test(
        "wrong data ends in one message that names the file, and exit code 65",
        arguments: [
            nil, "", "\u{0}\u{1}\u{2}", "+1 -3:1\n-1 1:1\n", "+1 1:nan\n-1 1:1\n",
            "+1 1:1\n+1 1:2\n", "+1 1:x\n-1 1:1\n", "1 1:1\n2 1:1\n3 1:1\n",
        ] as [String?])
    func wrongData(text: String?) throws {
        if let text { try windrow.write("d.libsvm", text) }
        try windrow.write(
            "s.yaml",
            """
            sweep: x
            experiment: distributed-sgd
            fixed: {problem: logistic-regression, data: d.libsvm, clients: 1, rounds: 1, method: sgd}
            axes: {step-size: [0.1]}
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 65, "\(output.err)")
        #expect(output.err.contains("d.libsvm"), "\(output.err)")
        #expect(output.err.split(separator: "\n").count { $0.hasPrefix("error:") } == 1)
        #expect(
            !FileManager.default.fileExists(atPath: windrow.folder.path + "/runs/x/results.csv"))
    }

    @Test(
        "a placeholder without a parameter is told before anything runs",
        arguments: ["{sede}", "{\"seed\":1}"])
    func unknownPlaceholder(word: String) throws {
        try windrow.write(
            "s.yaml",
            """
            sweep: x
            experiment: command
            fixed: {argv: [echo, '\(word)']}
            axes: {seed: [1, 2]}
            """)
        let output = try windrow.run("run", "s.yaml")
        #expect(output.code == 65)
        #expect(output.err.contains("seed") && output.err.contains("{{"))
        #expect(windrow.lines("runs/x/failures.csv") == [])
    }

    @Test(
        "usage errors exit with 64",
        arguments: [["run"], ["fly"], ["run", "s.yaml", "--slots", "0"]])
    func usage(arguments: [String]) throws {
        #expect(try windrow.start(arguments).output().code == 64)
    }

    @Test(
        "every experiment and its parameters are listed",
        arguments: ["noop", "command", "distributed-sgd"])
    func experiments(name: String) throws {
        #expect(try windrow.run("experiments").out.contains(name))
        let output = try windrow.run("experiments", name)
        #expect(output.code == 0)
        #expect(output.out.contains("default"))
        let json = try windrow.run("experiments", name, "--json")
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: Data(json.out.utf8))
        }
    }

    @Test("overrides on the command line replace axes")
    func overrides() throws {
        try windrow.write("s.yaml", "sweep: x\nexperiment: noop\naxes: {i: [1, 2, 3]}")
        #expect(try windrow.run("plan", "s.yaml", "i=range(0,50)").out.contains("50 trials"))
        #expect(try windrow.run("plan", "s.yaml", "j=1").code == 65)
    }

    @Test("the examples in the tree run", arguments: ["sweeps/examples/command.yaml"])
    func examples(path: String) throws {
        let output = try windrow.run("run", Windrow.package + "/" + path)
        #expect(output.code == 0, "\(output.err)")
    }
}
