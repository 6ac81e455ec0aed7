import Foundation
import Testing

/// What the program says of itself.
enum Help {
    static func text(_ verb: [String]) throws -> String {
        let windrow = try Windrow()
        let output = try windrow.start(verb + ["--help"]).output()
        #expect(output.code == 0, "\(verb)")
        return withExtendedLifetime(windrow.folder) { output.out }
    }

    /// The verbs that do something, as words.
    static func leaves(below verb: [String] = []) throws -> [[String]] {
        let text = try text(verb)
        guard let start = text.range(of: "SUBCOMMANDS:\n") else { return [verb] }
        let names = text[start.upperBound...].matches(of: /(?m)^  ([a-z-]+)/).map { String($0.1) }
        return try names.flatMap { try leaves(below: verb + [$0]) }
    }

    static func options(in text: String) -> Set<String> {
        Set(text.matches(of: /--[a-z][a-z-]*/).map { String($0.0) })
    }
}
