import ArgumentParser
import SweepStore

/// `windrow compact`: a store's tables in the order of the grid.
struct CompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Rewrite a store's tables in the order of the grid.",
        discussion: """
            Leaves out repeated rows, and failures of trials that have finished since. Readers see \
            the old or the new table; killing it loses nothing.

            Exit codes: 0 done, 65 no such store, or it needs windrow store repair, 75 the store is \
            in use or the disk is full, 77 not permitted.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @Flag(help: "Move rows of trials that the sweep no longer asks for to lost+found/.")
    var dropForeign = false

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var store: String
        var results: Int
        var foreign: Int
        var copy: String?
        var bytesBefore: Int
        var bytesAfter: Int
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folder = try StoreChoice.folder(store)
            let done = try Store.compact(
                folder, host: Machine.host, dropsForeign: dropForeign)
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            store: folder, results: done.results, foreign: done.foreign,
                            copy: done.keptIn, bytesBefore: done.bytesBefore,
                            bytesAfter: done.bytesAfter)
                    ).text)
            }
            if let copy = done.keptIn {
                console.say(
                    "Moved",
                    "\(done.foreign) trials that the sweep does not ask for, kept in \(copy)",
                    .warning)
            }
            console.say(
                "Compacted",
                "\(folder): \(done.results) results rows, \(done.bytesBefore) → "
                    + "\(done.bytesAfter) bytes")
            return .done
        }
    }
}
