import Testing

@testable import SweepCore

/// A wrong file and the exact message that it gets.
struct WrongFile: CustomTestStringConvertible {
    let name: String
    let text: String
    var overrides: [String] = []
    let message: String

    var testDescription: String { name }

    /// The start of a file whose third line is the body's first.
    static let head = "sweep: s\nexperiment: everything\n"

    init(_ name: String, _ text: String, _ overrides: [String] = [], says message: String) {
        self.name = name
        self.text = text
        self.overrides = overrides
        self.message = message
    }
}

@Suite struct WrongSweepFileTests {
    @Test(arguments: WrongFile.form + WrongFile.names + WrongFile.values + WrongFile.axes)
    func `a wrong file gets one clear message`(wrong: WrongFile) {
        check(wrong)
    }

    @Test(arguments: WrongFile.exclusions + WrongFile.overrides)
    func `wrong exclusions and overrides get one clear message`(wrong: WrongFile) {
        check(wrong)
    }

    private func check(_ wrong: WrongFile) {
        do throws(SweepFileError) {
            _ = try Catalogue.read(wrong.text, overrides: wrong.overrides)
            Issue.record("the file was accepted")
        } catch {
            #expect(error.message == wrong.message)
        }
    }

    @Test func `all mistakes are told at once, in the order of the file`() {
        #expect {
            try Catalogue.read(
                """
                swep: s
                experiment: everything
                limits: {attempts: 0}
                fixed: {flag: yes}
                axes:
                  x: [1, one]
                """, "b=-1", file: "runs/a.yaml")
        } throws: { error in
            (error as? SweepFileError)?.message == """
                runs/a.yaml:1:1: unknown key 'swep': did you mean 'sweep'?
                runs/a.yaml:3:20: 0 is out of bounds; expected a whole number from 1 to 1000
                runs/a.yaml:4:15: 'flag': 'yes' is neither true nor false; write true or false
                runs/a.yaml:6:10: 'x': 'one' is not a number; expected a number
                override 'b=-1': 'b': -1 is out of bounds; expected a whole number from 0 to 10000000000
                """
        }
    }

    @Test func `of a thousand mistakes the first twenty are told`() {
        let values = (0..<1000).map { "v\($0)" }.joined(separator: ", ")
        #expect {
            try Catalogue.read(WrongFile.head + "axes: {a: [\(values)]}")
        } throws: { error in
            let lines = (error as? SweepFileError)?.message.split(separator: "\n") ?? []
            return lines.count == 21 && lines[20].hasPrefix("s.yaml: and ")
        }
    }

    @Test func `bytes that are not UTF-8 are told with their line`() {
        #expect {
            try Sweep.read(
                bytes: Array("sweep: s\nexperiment: ".utf8) + [0xff, 0xfe], file: "s.yaml",
                directory: "/", overrides: [], experiments: Catalogue.all)
        } throws: { error in
            (error as? SweepFileError)?.message
                == "s.yaml:2:1: this line is not UTF-8 text; save the file as UTF-8"
        }
    }

    @Test func `a file of more than 4 MiB is refused before it is parsed`() {
        let text = WrongFile.head + "#" + String(repeating: "x", count: 5 << 20)
        #expect {
            try Catalogue.read(text)
        } throws: { error in
            "\(error)".hasPrefix("s.yaml:1:1: the file has 5242913 bytes; at most 4 MiB are read.")
        }
    }

    @Test func `aliases are read, but not so many that they multiply`() throws {
        let grid = try Catalogue.grid("axes: {a: &few [1, 2, 3], b: *few}")
        #expect(grid.count == 9)
        var text = WrongFile.head + "fixed:\n  l0: &l0 [x, x]\n"
        for level in 1...40 {
            text += "  l\(level): &l\(level) [*l\(level - 1), *l\(level - 1)]\n"
        }
        #expect {
            try Catalogue.read(text)
        } throws: { error in
            "\(error)".hasPrefix("s.yaml:1:1: the file has 80 aliases (*name); at most 16")
        }
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func `nesting without end is refused`(opening: String) {
        for count in [31, 100, 999, 1001, 50_000] {
            let text = WrongFile.head + "fixed:\n  " + String(repeating: opening, count: count)
            #expect(throws: SweepFileError.self) { try Catalogue.read(text) }
        }
    }
}
