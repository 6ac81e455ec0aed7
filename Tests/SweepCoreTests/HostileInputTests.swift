import Testing

@testable import SweepCore

/// Whatever comes in, an error or a sound sweep comes out.
@Suite struct HostileInputTests {
    static let files = [
        SweepFileTests.example,
        """
        sweep: all-forms
        experiment: everything
        limits: {timeout: 500ms}
        fixed: {flag: true, words: [sh, -c, "echo 'x'"]}
        axes:
          a: {range: [0, 10, 3]}
          x: {linear: [-1, 1, 5]}
          zip:
            - {b: [1, 2, 3], text: [one, 'two', "three"]}
            - {free: [1, 0.5, abc], file: [p, q, r]}
          random: {samples: 20, seed: 9, y: {log-uniform: [1e-3, 10]}, shape: {choice: [dot, box]}}
        exclude:
          - {a: [3, 6], x: 0.5}
          - {shape: {kind: box, w: 2}, b: 1}
        """,
        """
        sweep: any
        experiment: command
        fixed: {argv: [python3, train.py, '--lr={lr}']}
        axes: {lr: &lr {log: [1e-5, 1e-1, 5]}, model: [small, 007, "12", true], other: *lr}
        """,
    ]

    /// Bytes that mean something to YAML or JSON, so that changes go deep.
    private static let alphabet = Array(
        "[]{}:,-?*&!|>'\"#%@`\\\t\n \u{0}019.eEaxnull~<é\u{FEFF}".utf8)

    private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<random.int(1...8) where !bytes.isEmpty {
            let place = random.int(0...bytes.count - 1)
            switch random.int(0...5) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(Self.alphabet[random.int(0...Self.alphabet.count - 1)], at: place)
            case 2: bytes[place] = Self.alphabet[random.int(0...Self.alphabet.count - 1)]
            case 3: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 4:
                let end = min(bytes.count, place + random.int(1...30))
                bytes.insert(contentsOf: bytes[place..<end], at: random.int(0...bytes.count))
            default: bytes.removeSubrange(place..<min(bytes.count, place + random.int(1...20)))
            }
        }
        return bytes
    }

    private func readAny(_ bytes: [UInt8], _ overrides: [String] = []) {
        do {
            let sweep = try Sweep.read(
                bytes: bytes, file: "f.yaml", directory: "/", overrides: overrides,
                experiments: Catalogue.all)
            try walk(sweep)
            #expect(try Sweep(json: sweep.json()) == sweep)
        } catch let error as SweepFileError {
            #expect(!error.message.isEmpty)
        } catch {
            Issue.record("a sweep that was read cannot be laid out: \(error)")
        }
    }

    /// Uses everything that a sweep offers.
    private func walk(_ sweep: Sweep) throws {
        let grid = try Grid(sweep)
        _ = sweep.describeAxes()
        _ = sweep.inputs()
        guard grid.count > 0 else { return }
        for index in Set([0, 1, grid.count / 2, grid.count - 1]) where index < grid.count {
            let trial = grid.trial(at: index)
            _ = grid.id(of: trial)
            #expect(grid.index(of: trial.values) == index)
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `a damaged sweep file is refused or read, never a trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for file in Self.files {
            for _ in 0..<15 { readAny(mutate(Array(file.utf8), &random)) }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `random bytes are refused, never a trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let noise = (0..<random.int(0...300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        readAny(noise)
        let marks = (0..<random.int(0...200)).map { _ in
            Self.alphabet[random.int(0...Self.alphabet.count - 1)]
        }
        readAny(marks)
        readAny(Array("sweep: s\nexperiment: everything\naxes: ".utf8) + marks)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `damaged overrides are refused or read, never a trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let overrides = [
            "x=0.1,0.01", "a=range(0,3)", "x=log(1e-3,1,7)", "x=linear(0,1,5)", "shape=box,dot",
            "shape.w=1,2", "words=[a, b]", "text='a, b'", "limits.attempts=5",
            "shape=[dot,{kind: box}]",
        ]
        let file = Array("sweep: s\nexperiment: everything\naxes: {shape: [dot, box]}".utf8)
        for override in overrides {
            for _ in 0..<5 {
                let changed = String(decoding: mutate(Array(override.utf8), &random), as: UTF8.self)
                readAny(file, [changed])
            }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `damaged JSON is refused or sound, never a trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for file in Self.files {
            let json = try Catalogue.read(file).json()
            for _ in 0..<15 { try? walk(Sweep(json: mutate(json, &random))) }
            // Numbers are where a sound form hides impossible sizes.
            for _ in 0..<15 { try? walk(Sweep(json: exaggerate(json, &random))) }
        }
    }

    /// Puts an extreme number in the place of some number.
    private func exaggerate(_ json: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        let extremes = [
            "0", "-1", "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "5e-324",
            "4611686018427387904", "1000000000000", "0.5", "23", "null", "\"x\"", "[]", "{}",
        ]
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        let starts = json.indices.dropFirst().filter {
            isDigit(json[$0]) && (json[$0 - 1] == 58 || json[$0 - 1] == 44 || json[$0 - 1] == 91)
        }
        guard let start = starts.randomElement(using: &random) else { return json }
        var end = start
        while end < json.count, isDigit(json[end]) || json[end] == 46 { end += 1 }
        let extreme = extremes[random.int(0...extremes.count - 1)]
        return Array(json[..<start]) + Array(extreme.utf8) + Array(json[end...])
    }

    @Test(arguments: ["", "{}", "[]", "null", "{\"sweep\":1}", "\u{0}", "[[[[[[[[[["])
    func `what is no sweep at all is refused with a reason`(json: String) {
        #expect {
            try Sweep(json: Array(json.utf8))
        } throws: { error in
            (error as? SweepError)?.message.hasPrefix("this is not the JSON of a sweep") == true
        }
    }
}
