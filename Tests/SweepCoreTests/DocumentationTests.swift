import Foundation
import Testing

@testable import SweepCore

@Suite struct DocumentationTests {
    /// The text of the reference of the file format.
    private static func text() throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("docs/sweep-files.md"), encoding: .utf8)
    }

    /// The contents of fenced blocks that open with exactly this word.
    private static func blocks(_ language: String) throws -> [String] {
        try text().components(separatedBy: "\n```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
    }

    @Test func `each whole example of the reference is a valid sweep`() throws {
        let examples = try Self.blocks("yaml")
        #expect(examples.count >= 4)
        let counts = try examples.map { try Grid(Catalogue.read($0)).count }
        // The first three as the text says; of the last one's 32 combinations 8, 4 and 2 are left out.
        #expect(counts == [1260, 12, 150, 18, 60])
    }

    @Test func `the fragment of the reference is what the text counts`() throws {
        let fragment = try #require(Self.blocks("yaml fragment").first)
        let body = fragment.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let sweep = try Catalogue.read(
            "sweep: s\nexperiment: distributed-sgd\nfixed: {step-size: 1}\naxes:\n" + body)
        #expect(try Grid(sweep).count == 9)
    }
}
