import ArgumentParser
import SweepStore

/// `windrow store`: verbs for a store as a thing on a disk.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Mend a store.", subcommands: [RepairCommand.self])
}

/// `windrow store repair`: takes out what keeps a store from being opened.
struct RepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Move what is damaged in a store's tables to lost+found/.",
        discussion: """
            Rows that do not agree with their checksums, that disagree with an earlier row of the \
            same trial, or whose trace is not whole. Nothing is deleted without a copy; the \
            trials are run again by the next windrow run.

            Exit codes: 0 the store is well now, 65 it cannot be mended: restore the file that \
            is named, 75 the store is in use or its disk is full, 77 not permitted.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @Flag(help: "Only say what would be moved.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        struct Item: Encodable {
            var file: String
            var rows: Int
            var bytes: Int
            var copy: String?
        }
        var store: String
        var dryRun: Bool
        var moved: [Item]
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folder = try StoreChoice.folder(store)
            let recovery = try Store.repair(folder, host: Machine.host, isDry: dryRun)
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            store: folder, dryRun: dryRun,
                            moved: recovery.items.map {
                                .init(
                                    file: $0.file, rows: $0.rows, bytes: $0.bytes, copy: $0.keptIn)
                            })
                    ).text)
            }
            for item in recovery.items {
                console.say(dryRun ? "Would move" : "Moved", item.description, .warning)
            }
            if recovery.isEmpty { console.say("Well", "\(folder): nothing to mend") }
            return .done
        }
    }
}
