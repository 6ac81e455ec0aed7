import ArgumentParser
import SweepStore

/// `windrow diff`: where two stores' outcomes differ.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare the outcomes of two stores, trial by trial.",
        discussion: """
            Compares status, metrics and traces to the last bit; host, times and other provenance \
            may differ. Takes no lock.

            Exit codes: 0 the same trials with the same outcomes, 65 they differ, or cannot be \
            compared.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var first: String

    @Argument(help: "The other one.")
    var second: String

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        struct Difference: Encodable {
            var trial: String
            var column: String
            var first: String?
            var second: String?
        }
        var common: Int
        var differing: Int
        var onlyFirst: [String]
        var onlySecond: [String]
        var differences: [Difference]
    }

    /// Differences that are shown to a person.
    private static let longest = 20

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folders = try (StoreChoice.folder(first), StoreChoice.folder(second))
            let found = try StoreComparison(folders.0, folders.1)
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            common: found.common, differing: found.differing,
                            onlyFirst: found.onlyFirst.map(\.description),
                            onlySecond: found.onlySecond.map(\.description),
                            differences: found.differences.map {
                                .init(
                                    trial: $0.trial.description, column: $0.column,
                                    first: $0.first, second: $0.second)
                            })
                    ).text)
            } else if !found.differences.isEmpty {
                try answer(Self.table(found.differences))
            }
            say(console, found, folders)
            let isSame =
                found.differences.isEmpty && found.onlyFirst.isEmpty && found.onlySecond.isEmpty
            return isSame ? .done : .badInput
        }
    }

    static func table(_ differences: [StoreComparison.Difference]) -> String {
        var table = TextTable(header: ["trial", "column", "first", "second"])
        for difference in differences.prefix(longest) {
            table.append([
                difference.trial.description, difference.column, difference.first ?? "",
                difference.second ?? "",
            ])
        }
        let more = differences.count - longest
        return table.text + (more > 0 ? "\n… and \(more) more" : "")
    }

    private func say(
        _ console: Console, _ found: StoreComparison, _ folders: (String, String)
    ) {
        for (trials, folder) in [(found.onlyFirst, folders.0), (found.onlySecond, folders.1)]
        where !trials.isEmpty {
            console.say(
                "Only", "\(trials.count == 1 ? "1 trial" : "\(trials.count) trials") in \(folder)",
                .warning)
        }
        if found.differing > 0 {
            console.say("Differ", "\(found.differing) of \(found.common) trials in both", .warning)
        } else {
            console.say("Same", "\(found.common) trials in both")
        }
    }
}
