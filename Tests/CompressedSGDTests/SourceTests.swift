import Foundation
import Testing

@testable import CompressedSGD

/// A reader who opens a method's or a compressor's file finds its formula and where it is from.
@Suite struct SourceTests {
    private static let core = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/CompressedSGD")

    /// The files of a folder that make something of a protocol, and the comments they open with.
    private static func openings(
        _ folder: String, of conformance: Regex<Substring>
    ) throws -> [(file: String, comment: String)] {
        let path = core.appendingPathComponent(folder).path
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().compactMap {
            let text = try String(contentsOfFile: path + "/" + $0, encoding: .utf8)
            guard text.contains(conformance) else { return nil }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                .drop { $0.hasPrefix("import") || $0.isEmpty }
            return ($0, lines.prefix { $0.hasPrefix("///") }.joined(separator: "\n"))
        }
    }

    @Test func `each method's file opens with its formula and its source`() throws {
        let files = try Self.openings("Methods", of: /class \w+: Method \{/)
        // HEAVYMIX and EControl of sums are methods of their own, and have the names of others.
        #expect(files.count == MethodName.allCases.count + 2)
        for (file, comment) in files {
            #expect(comment.contains(/\n\/\/\/     .*(client|server)/), "\(file): the formula")
            #expect(comment.contains(/Source: (.|\n)*(arXiv:|doi:)\d/), "\(file): the source")
        }
    }

    @Test func `each compressor's file opens with its formula, its message and its source`() throws
    {
        let files = try Self.openings("Compressors", of: /class \w+: [\w, ]*Compressor[\w, ]* \{/)
        // One file has both kinds of dithering, and one what is shrunk.
        #expect(files.count == CompressorName.allCases.count)
        for (file, comment) in files {
            #expect(comment.contains("C(v)"), "\(file): the formula")
            #expect(comment.contains("Message"), "\(file): the message")
            #expect(
                file == "Identity.swift" || comment.contains(/(arXiv:|doi:)\d/),
                "\(file): the source")
        }
    }
}
