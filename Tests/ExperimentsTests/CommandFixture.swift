import Glibc
import SweepCore
import Testing

@testable import Experiments

/// A folder of its own with programs in it, which goes away with its owner.
final class ProgramFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/windrow-test-XXXXXX".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        #expect(isMade)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        let names = (try? contents()) ?? []
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The names of the folder's files.
    func contents() throws -> [String] {
        let stream = try #require(opendir(path))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes a file.
    func write(_ text: String, _ name: String, mode: mode_t = 0o755) throws {
        let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var text = text
        let count = text.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        try #require(count == text.utf8.count)
    }

    var context: TrialContext { TrialContext(directory: path) }
}

/// A trial of the command experiment.
func commandTrial(
    _ words: [String], _ parameters: [(String, Value)] = []
) -> Trial {
    let quoted = words.map { word in
        "\""
            + word.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar {
                case "\"", "\\": text += "\\\(scalar)"
                case "\n": text += "\\n"
                default: text.unicodeScalars.append(scalar)
                }
            } + "\""
    }
    let columns =
        [Column(name: "argv", type: .words, fallback: nil)]
        + parameters.map { Column(name: $0.0, type: .any, fallback: nil) }
    let values: [Value?] =
        [.text("[" + quoted.joined(separator: ",") + "]")] + parameters.map { $0.1 }
    return Trial(index: 0, values: values, columns: Columns(columns))
}

/// Runs a shell script as a trial's program.
func runScript(
    _ script: String, _ parameters: [(String, Value)] = [], in folder: ProgramFolder
) throws -> TrialOutcome {
    let braces = script.unicodeScalars.reduce(into: "") { text, scalar in
        text += scalar == "{" || scalar == "}" ? "\(scalar)\(scalar)" : "\(scalar)"
    }
    return try CommandExperiment().run(
        commandTrial(["/bin/sh", "-c", braces], parameters), in: folder.context)
}

/// The failure of a program.
func failure(
    _ script: String, _ parameters: [(String, Value)] = [], in folder: ProgramFolder
) throws -> TrialFailure {
    try #require(throws: TrialFailure.self) { try runScript(script, parameters, in: folder) }
}
