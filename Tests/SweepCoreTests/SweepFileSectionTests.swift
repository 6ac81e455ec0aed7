import Testing

@testable import SweepCore

@Suite struct SweepFileSectionTests {
    /// A sweep of nothing, with every place of the reference that a key's example can take.
    private static let experiment = ExperimentDescription(
        name: "noop", version: 1, summary: "",
        parameters: [
            Parameter("i", .integer(-1000...1000), default: .value(.integer(0)), help: ""),
            Parameter("busy", .real(.nonNegative), default: .value(.real(0)), help: ""),
            Parameter(
                "crash", .choice([.init("none", ""), .init("fail", "")]),
                default: .value(.text("none")), help: ""),
        ],
        metrics: [Metric("value", help: "")])

    /// A file in which a section has this line, and what it needs beside it.
    private static func file(_ section: SweepFileSection, _ key: String, _ value: String) -> String
    {
        var top = ["sweep": "s", "experiment": "noop"]
        var lines: [String]
        switch section.name {
        case nil:
            top[key] = value
            if key == "exclude" { top["axes"] = "{i: [1, 2, 3]}" }
            return top.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: "\n")
        case "metric":
            var entries = ["name": "value", "goal": "minimize"]
            entries[key] = value
            lines = ["metric: {" + entries.map { "\($0.key): \($0.value)" }.joined(separator: ", ")]
            lines[0] += "}"
        case "plots":
            let kind = key == "kind" ? "" : "kind: rounds, "
            lines = ["plots: [{\(kind)\(key): \(value)}]"]
        case "axes.PARAMETER": lines = ["axes: {i: {\(key): \(value)}}"]
        case "axes": lines = ["axes: {\(key): \(value)}"]
        case "axes.random":
            let samples = key == "samples" ? "" : "samples: 5, "
            lines = ["axes: {random: {\(samples)\(key): \(value), i: {integer: [1, 1000]}}}"]
        case "axes.random.PARAMETER":
            let parameter = ["integer", "choice"].contains(key) ? "i" : "busy"
            lines = ["axes: {random: {samples: 2, \(parameter): {\(key): \(value)}}}"]
        case let name?: lines = ["\(name): {\(key): \(value)}"]
        }
        return (["sweep: s", "experiment: noop"] + lines).joined(separator: "\n")
    }

    private static func read(_ text: String) throws -> Sweep {
        try Sweep.read(
            text: text, file: "s.yaml", directory: "/", overrides: [], experiments: [experiment])
    }

    private static let keys: [(SweepFileSection, SweepFileKey)] = SweepFileSection.all.flatMap {
        section in section.keys.map { (section, $0) }
    }

    @Test func `each key's example is accepted where the reference puts it`() {
        for (section, key) in Self.keys {
            let text = Self.file(section, key.name, key.example)
            #expect(throws: Never.self, "\(text)") { try Self.read(text) }
        }
    }

    @Test func `a key that no section declares is refused in each of them`() {
        for section in SweepFileSection.all {
            let text = Self.file(section, "zzzzzz", "[1, 2]")
            #expect(throws: SweepFileError.self, "\(text)") { try Self.read(text) }
        }
    }

    @Test func `each example of a section's key is another sweep than one without it`() throws {
        let plain = try Self.read("sweep: s\nexperiment: noop\nfixed: {i: 1}")
        for (section, key) in Self.keys where ["limits", "resources"].contains(section.name) {
            let text = Self.file(section, key.name, key.example) + "\nfixed: {i: 1}"
            #expect(try Self.read(text) != plain, "\(text)")
        }
    }

    @Test func `a default that the reference names is what holds without the key`() throws {
        for (section, key) in Self.keys {
            guard case .value(let value) = key.fallback else { continue }
            let written = Self.file(section, key.name, value)
            var lines = written.split(separator: "\n").map(String.init)
            for index in lines.indices {
                lines[index] = lines[index].replacing("{\(key.name): \(value)}", with: "{}")
                    .replacing("\(key.name): \(value), ", with: "")
            }
            lines.removeAll { $0 == "\(key.name): \(value)" }
            let without = lines.joined(separator: "\n")
            #expect(without != written)
            #expect(try Self.read(without) == Self.read(written), "\(written)")
        }
    }
}
