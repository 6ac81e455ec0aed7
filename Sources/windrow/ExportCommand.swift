import ArgumentParser
import SweepStore

/// `windrow export`: a store as one table in canonical order.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a store's results as one CSV table in the order of the grid.",
        discussion: """
            The same trials give the same bytes, whatever order they finished in; with \
            --no-provenance also whatever machines they ran on. Takes no lock.

            Exit codes: 0 written, 65 no such store, or a damaged one, 75 the disk is full, 77 not \
            permitted.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @Option(
        name: [.customLong("output"), .customShort("o")],
        help: "The file to write, replaced as a whole (default: standard output).",
        completion: .file())
    var file: String?

    @Flag(
        help:
            "Put each trial's trace into its row: a column for each quantity and round, loss_at_100."
    )
    var wide = false

    @Flag(help: "Leave out git_rev, host, worker, attempt, started_at and duration_s.")
    var noProvenance = false

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var store: String
        var file: String
        var rows: Int
    }

    func validate() throws {
        if output.json, file == nil {
            throw ValidationError("--json needs --output: the table itself is CSV")
        }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folder = try StoreChoice.folder(store)
            let export = try StoreExport(
                folder, hasProvenance: !noProvenance, isWide: wide)
            guard let file else {
                var failure: (any Error)?
                try export.write { bytes in
                    guard failure == nil else { return }
                    do { try answer(bytes) } catch { failure = error }
                }
                if let failure { throw failure }
                return .done
            }
            let target = try OutputFile(file)
            try export.write { bytes throws(StoreError) in try target.append(bytes) }
            try target.finish()
            if output.json {
                try answer(
                    JSONText(Report(store: folder, file: file, rows: export.rowCount)).text)
            }
            console.say("Exported", "\(export.rowCount) rows → \(file)")
            return .done
        }
    }
}
