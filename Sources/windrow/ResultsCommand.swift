import ArgumentParser
import SweepStore

/// `windrow results`: rows of a store, chosen and sorted.
struct ResultsCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, csv, json, markdown
    }

    /// Rows of a table for a person, unless more are asked for.
    static let longestTable = 100

    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Show results: chosen, sorted, as a table, CSV, JSON or Markdown.",
        discussion: """
            Takes no lock: it goes beside a running sweep. Columns are called as in results.csv or \
            as in the sweep file. Without --sort, rows stand in the order in which they finished.

            Exit codes: 0 shown, also when no row is left, 64 usage, 65 no such store or column, \
            or a damaged store.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @Option(
        name: .customLong("where"),
        help: "Only rows that meet this: 'step_size<0.1 and method=econtrol'.")
    var condition: String?

    @Option(
        help: "Sort by these columns: loss or method,loss. Empty cells and NaN come last.",
        completion: Completions.columns)
    var sort: String?

    @Flag(help: "The largest first.")
    var descending = false

    @Option(
        help: """
            These columns: trial,loss, or all (default: for table and markdown those that tell \
            rows apart, otherwise all).
            """, completion: Completions.columns)
    var columns: String?

    @Option(help: "table, csv, json or markdown.")
    var format: Format = .table

    @Option(help: "At most so many rows (default: 100 in a table, otherwise all).")
    var limit: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit \(limit): expected a number from 1 on")
        }
        if descending, sort == nil { throw ValidationError("--descending needs --sort") }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let folder = try StoreChoice.folder(store)
            let view = try ResultsView(
                ResultsTable.read(folder), condition: condition, sort: sort,
                descending: descending)
            let format = output.json ? Format.json : format
            let isForPerson = format == .table || format == .markdown
            let columns = try view.columns(named: columns, tellingApart: isForPerson)
            let most = limit ?? (format == .table ? Self.longestTable : Int.max)
            let rows = Array(view.rows.prefix(most))
            if rows.isEmpty, isForPerson {
                console.say("Nothing", "\(folder): no row of \(view.count) is left", .note)
                return .done
            }
            switch format {
            case .table: try answer(view.plain(rows, columns))
            case .csv: try answer(view.csv(rows, columns))
            case .json: try answer(view.json(rows, columns))
            case .markdown: try answer(view.markdown(rows, columns))
            }
            if rows.count < view.rows.count {
                console.say(
                    "Next", "\(view.rows.count - rows.count) more rows: --limit, --where", .note)
            }
            return .done
        }
    }
}
