import Foundation
import Glibc
import Processes
import Testing

/// What the documentation shows is what happens.
///
/// A fenced block that opens with `console` is a terminal: a line after `$ ` is a command for `sh`,
/// the lines below it are all that it prints, where `…` stands for anything within a line and, alone
/// on a line, for any lines. `# exit 65` behind a command is its exit code if that is not 0. A line
/// `^C` stands for Ctrl-C, pressed when a trial has been stored. A block that opens with a language
/// and a name, such as `yaml tour.yaml`, is a file that the commands after it find. A page may leave
/// daemons in the background; for the port 7461 it gets one that is free.
@Suite("The documentation")
struct DocumentationTests {
    /// All pages, by their path in the tree.
    static let pages: [String] = {
        let folders = ["", "docs/", "docs/decisions/", "cluster/", "sweeps/", "sweeps/data/"]
        return folders.flatMap { folder -> [String] in
            let names = try? FileManager.default.contentsOfDirectory(
                atPath: Windrow.package + "/" + folder)
            return (names ?? []).filter { $0.hasSuffix(".md") }.sorted().map { folder + $0 }
        }
    }()

    private static func text(_ page: String) throws -> String {
        try String(contentsOfFile: Windrow.package + "/" + page, encoding: .utf8)
    }

    // MARK: Consoles

    @Test("each console shows what its commands print", arguments: pages)
    func consoles(page: String) throws {
        let blocks = FencedBlock.all(in: try Self.text(page))
        guard blocks.contains(where: { $0.words.first == "console" }) else { return }
        let daemons = try Daemons()
        let windrow = daemons.windrow
        defer { daemons.end() }
        try FileManager.default.copyItem(
            atPath: Windrow.package + "/sweeps", toPath: windrow.folder.path + "/sweeps")
        let port = try Daemons.freePort()
        for block in blocks {
            if block.words.first == "console" {
                for step in ConsoleStep.all(in: block) {
                    try follow(step.using(port: port), in: daemons, of: page)
                }
            } else if block.words.count == 2 {
                try windrow.write(block.words[1], block.lines.joined(separator: "\n") + "\n")
            }
        }
    }

    private func follow(_ step: ConsoleStep, in daemons: Daemons, of page: String) throws {
        let windrow = daemons.windrow
        let terminal = try PseudoTerminal(
            command: step.command, folder: windrow.folder.path,
            environment: daemons.environment + [
                windrow.mark, "XDG_STATE_HOME=\(windrow.folder.path)/state",
                "XDG_CACHE_HOME=\(windrow.folder.path)/.cache",
            ])
        if step.isInterrupted {
            let before = Self.storedRows(in: windrow)
            windrow.wait(until: "a trial is stored") { Self.storedRows(in: windrow) > before }
            kill(-terminal.child.pid, SIGINT)
        }
        var (lines, exit) = terminal.finish()
        // Where a run takes longer than half a minute it says that it is running.
        lines.removeAll { $0.hasPrefix("     Running ") }
        let place = "\(page): $ \(step.command)\n" + lines.joined(separator: "\n")
        #expect(exit == .code(step.code), "\(place)")
        #expect(Pattern.match(step.output[...], lines[...]), "\(place)")
    }

    private static func storedRows(in windrow: Windrow) -> Int {
        let stores = try? FileManager.default.contentsOfDirectory(
            atPath: windrow.folder.path + "/runs")
        return (stores ?? []).reduce(0) { count, store in
            count + windrow.lines("runs/\(store)/results.csv").dropFirst().count
        }
    }

    // MARK: Links and names

    @Test("each relative link leads to a file that is there", arguments: pages)
    func links(page: String) throws {
        let folder = (page as NSString).deletingLastPathComponent
        let text = FencedBlock.outside(try Self.text(page))
        for match in text.matches(of: /(?:\]\(|src="|srcset="|href=")([^)"#\s]+)/) {
            let target = String(match.1)
            guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
            let path = "\(Windrow.package)/\(folder)/\(target)"
            #expect(FileManager.default.fileExists(atPath: path), "\(page): \(target)")
        }
    }

    @Test("the tree's own files that a page names in code are there", arguments: pages)
    func paths(page: String) throws {
        let roots = "Sources|Tests|scripts|docs|cluster|sweeps"
        let pattern = try Regex(
            "`((?:\(roots))/[A-Za-z0-9_./+-]+)`", as: (Substring, Substring).self)
        for match in FencedBlock.outside(try Self.text(page)).matches(of: pattern) {
            let path = "\(Windrow.package)/\(match.1)"
            #expect(FileManager.default.fileExists(atPath: path), "\(page): \(match.1)")
        }
    }

    @Test("each verb that a page names exists", arguments: pages)
    func verbs(page: String) throws {
        let known = Set(try Help.leaves().flatMap { $0.prefix(1) })
            .union(["help", "slot", "FILE"])
        for match in try Self.text(page).matches(of: /(?:`|\$ |exec )windrow ([a-z]+)/) {
            #expect(known.contains(String(match.1)), "\(page): \(match.0)")
        }
    }

    @Test("the reference of the command line and --help name the same verbs and options")
    func commandLine() throws {
        var sections: [[String]: Set<String>] = [:]
        let parts = try Self.text("docs/command-line.md").components(separatedBy: "\n## ")
        for part in parts.dropFirst() {
            guard let heading = part.prefixMatch(of: /`windrow ([a-z ]+)`\n/) else { continue }
            sections[heading.1.split(separator: " ").map(String.init)] = Help.options(in: part)
        }
        let leaves = try Help.leaves()
        #expect(Set(sections.keys) == Set(leaves))
        for verb in leaves {
            let options = Help.options(in: try Help.text(verb))
            #expect(sections[verb] == options.subtracting(["--help", "--version"]), "\(verb)")
        }
    }

    @Test("the reference of sweep files is what the program prints: make pages writes it")
    func sweepReference() throws {
        let windrow = try Windrow()
        let output = try windrow.run("experiments", "--reference")
        #expect(output.code == 0, "\(output.err)")
        let page = try Self.text("docs/sweep-reference.md").components(separatedBy: "\n")
        for (printed, stands) in zip(output.out.components(separatedBy: "\n"), page) {
            #expect(printed == stands)
        }
        #expect(output.out.components(separatedBy: "\n").count == page.count)
    }

    @Test("the pictures show what the quickstart gives")
    func pictures() throws {
        let windrow = try Windrow()
        let output = try windrow.run("run", Windrow.package + "/sweeps/quickstart.yaml")
        #expect(output.code == 0, "\(output.err)")
        let picture = try Self.text("docs/quickstart.svg")
            .replacing(/<[^>]*>/, with: "").split(separator: "\n").map(String.init)
        let table = output.out.split(separator: "\n").map(String.init)
        #expect(table.count > 10)
        for line in table { #expect(picture.contains(line), "\(line)") }

        let drawing = try #require(
            try Self.text("docs/contributing.md").firstMatch(
                of: /scripts\/trace-picture --output docs\/(?s:.+?runs\/quickstart)/))
        let terminal = try PseudoTerminal(
            command: String(drawing.0).replacing("docs/", with: "").replacing(
                "scripts/", with: "\(Windrow.package)/scripts/"), folder: windrow.folder.path)
        var (lines, exit) = terminal.finish()
        // Where a run takes longer than half a minute it says that it is running.
        lines.removeAll { $0.hasPrefix("     Running ") }
        #expect(exit == .code(0), "\(lines)")
        #expect(
            windrow.lines("trace.svg").joined(separator: "\n") + "\n"
                == (try Self.text("docs/trace.svg")))
    }
}

// MARK: - Reading pages

/// A fenced block of a page.
private struct FencedBlock {
    /// What stands behind the opening fence.
    var words: [String]
    var lines: [String]

    static func all(in text: String) -> [FencedBlock] {
        var blocks: [FencedBlock] = []
        var open: FencedBlock?
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    let words = line.dropFirst(3).split(separator: " ").map(String.init)
                    open = FencedBlock(words: words, lines: [])
                }
            } else {
                open?.lines.append(line)
            }
        }
        return blocks
    }

    /// The page without its fenced blocks.
    static func outside(_ text: String) -> String {
        var isInside = false
        return text.components(separatedBy: "\n").filter { line in
            if line.hasPrefix("```") { isInside.toggle() }
            return !isInside
        }.joined(separator: "\n")
    }
}

/// A command in a console, and what it prints.
private struct ConsoleStep {
    var command: String
    var code: Int32 = 0
    var isInterrupted = false
    var output: [String] = []

    /// The same with another port than the one that the pages name.
    func using(port: UInt16) -> ConsoleStep {
        func changed(_ text: String) -> String {
            text.replacing(":7461", with: ":\(port)")
        }
        var step = self
        step.command = changed(command)
        step.output = output.map(changed)
        return step
    }

    static func all(in block: FencedBlock) -> [ConsoleStep] {
        var steps: [ConsoleStep] = []
        for line in block.lines {
            if line.hasPrefix("$ ") {
                var step = ConsoleStep(command: String(line.dropFirst(2)))
                if let exit = line.firstMatch(of: /# exit ([0-9]+)/) {
                    step.code = Int32(exit.1) ?? -1
                }
                steps.append(step)
            } else if line == "^C" {
                steps[steps.count - 1].isInterrupted = true
            } else if !steps.isEmpty {
                steps[steps.count - 1].output.append(line)
            }
        }
        // A blank line before the next command is for the reader.
        return steps.map { step in
            var step = step
            while step.output.last == "" { step.output.removeLast() }
            return step
        }
    }
}

/// Lines with `…` in them.
private enum Pattern {
    /// Whether the lines are what is expected.
    static func match(_ expected: ArraySlice<String>, _ lines: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return lines.isEmpty }
        if first.trimmingCharacters(in: .whitespaces) == "…" {
            return lines.indices.contains { match(expected.dropFirst(), lines[$0...]) }
                || match(expected.dropFirst(), [])
        }
        guard let line = lines.first, matches(line, first) else { return false }
        return match(expected.dropFirst(), lines.dropFirst())
    }

    private static func matches(_ line: String, _ pattern: String) -> Bool {
        let parts = pattern.components(separatedBy: "…")
        guard parts.count > 1 else { return line == pattern }
        guard line.hasPrefix(parts[0]), line.hasSuffix(parts[parts.count - 1]) else { return false }
        var rest = line.dropFirst(parts[0].count)
        for part in parts[1..<parts.count - 1] where !part.isEmpty {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.count >= parts[parts.count - 1].count
    }
}
