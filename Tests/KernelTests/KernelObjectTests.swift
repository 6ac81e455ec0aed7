import Foundation
import Testing

/// What the linker may merge, it may take from any level: a generic function that is left in an
/// AVX-512 object could end up in the portable path.
@Suite struct KernelObjectTests {
    @Test(
        .enabled(
            if: getenv("WINDROW_SANITIZER") == nil, "the sanitizers leave functions of theirs"),
        arguments: ["KernelsV2", "KernelsV3", "KernelsV4"])
    func `a level leaves no function behind that another module could share`(
        module: String
    ) throws {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent(module + ".build")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let objects = files.filter { $0.hasSuffix(".o") }
        for object in objects {
            let symbols = try Self.mergeableFunctions(folder.path + "/" + object)
            // Swift's mangling counts a name's letters: `9KernelsV4`.
            let foreign = symbols.filter { !$0.contains("\(module.count)\(module)") }
            #expect(foreign.isEmpty, "\(object): \(foreign)")
        }
    }

    /// The weak symbols in an object file's text, as `nm` lists them; none where there is no `nm`.
    private static func mergeableFunctions(_ path: String) throws -> [Substring] {
        let nm = Process()
        nm.executableURL = URL(fileURLWithPath: "/usr/bin/nm")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/nm") else { return [] }
        nm.arguments = ["--defined-only", path]
        let pipe = Pipe()
        nm.standardOutput = pipe
        try nm.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        nm.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, parts[1] == "W" else { return nil }
            return parts[2]
        }
    }
}
