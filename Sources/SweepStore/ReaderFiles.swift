import FoundationEssentials
import SweepCore

/// Files beside a store's tables that tell other programs what the columns hold: CSVW metadata, a
/// script for DuckDB and a module for pandas and polars.
///
/// They are made from the tables' headers and may be deleted.
struct ReaderFiles {
    /// The tables, each as its files with equal columns.
    private let tables: [(layout: TableLayout, files: [String])]
    /// Columns of all files of the trace.
    private let trace: TableLayout
    private let kinds: ColumnKinds
    /// Parameters that are texts whatever they look like.
    private let texts: Set<String>
    private let name: String

    static let names = ["csv-metadata.json", "load.sql", "load.py"]

    /// Describes tables with these columns.
    init(
        name: String, results: TableLayout, trace: [(layout: TableLayout, files: [String])],
        kinds: ColumnKinds, columns: [Column]
    ) {
        self.name = name
        let failures = TableLayout(.failures)
        tables =
            [(results, [results.table.file])] + trace + [(failures, [failures.table.file])]
        self.trace = trace.map(\.layout).reduce(TableLayout(.trace)) { all, one in
            (try? all.adding(parameters: [], measured: one.measured)) ?? all
        }
        self.kinds = kinds
        texts = Set(
            columns.filter { column in
                switch column.type {
                case .choice, .sizes, .text, .path, .words, .variant: true
                case .integer, .count, .real, .flag, .any: false
                }
            }.map(\.header))
    }

    /// The files' contents by name.
    var files: [(name: String, bytes: [UInt8])] {
        [
            ("csv-metadata.json", Array(metadata.utf8)), ("load.sql", Array(sql.utf8)),
            ("load.py", Array(python.utf8)),
        ]
    }

    private enum Kind: String {
        case text, integer, real, flag, time
    }

    /// What a column holds.
    private func kind(_ column: String, in layout: TableLayout) -> Kind {
        switch column {
        case "trace_rows", "attempt", "index", "exit_code", "signal": return .integer
        case "duration_s": return .real
        case "started_at": return .time
        default: break
        }
        // What a trace logs was a double.
        if layout.measured.contains(column), layout.table == .trace { return .real }
        guard layout.parameters.contains(column) || layout.measured.contains(column),
            !texts.contains(column)
        else { return .text }
        return switch kinds[column] {
        case .integer: .integer
        case .real: .real
        case .flag: .flag
        case .nothing, .text: .text
        }
    }

    private static func json(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    // MARK: CSVW

    private var metadata: String {
        let files = tables.flatMap { table in table.files.map { ($0, table.layout) } }
        let tables = files.map { file, layout in
            let columns = layout.header.map { column in
                "          {\"name\": \"\(column)\", \"titles\": \"\(column)\", "
                    + "\"datatype\": \(datatype(column, in: layout))}"
            }.joined(separator: ",\n")
            return """
                    {
                      "url": "\(file)",
                      "tableSchema": {
                        "columns": [
                \(columns)
                        ]
                      }
                    }
                """
        }.joined(separator: ",\n")
        return """
            {
              "@context": "http://www.w3.org/ns/csvw",
              "dc:title": \(Self.json(name)),
              "dialect": {"encoding": "utf-8", "lineTerminators": ["\\n"], "header": true},
              "tables": [
            \(tables)
              ]
            }

            """
    }

    private func datatype(_ column: String, in layout: TableLayout) -> String {
        switch kind(column, in: layout) {
        case .text: "\"string\""
        case .integer: "\"integer\""
        case .flag: "\"boolean\""
        case .time: "{\"base\": \"dateTime\", \"format\": \"yyyy-MM-ddTHH:mm:ss.SSSX\"}"
        // XML's doubles call infinity INF; what a trace calls inf is null to CSVW.
        case .real:
            layout.table == .trace
                ? "\"number\", \"null\": [\"\", \"inf\", \"-inf\"]" : "\"number\""
        }
    }

    // MARK: DuckDB

    private var sql: String {
        let views = [TableLayout.Table.results, .trace, .failures].map { table in
            let parts = tables.filter { $0.layout.table == table }.map(selection)
            return "CREATE OR REPLACE VIEW \(table.rawValue) AS "
                + parts.joined(separator: "\nUNION ALL BY NAME ") + ";"
        }.joined(separator: "\n\n")
        return """
            -- Views of the store's tables, for DuckDB: run it in the store's folder,
            -- duckdb -init load.sql. Texts are without the apostrophe that guards them.

            \(views)

            """
    }

    /// Reads files of equal columns.
    private func selection(_ layout: TableLayout, _ files: [String]) -> String {
        let types = layout.header.map { column in
            let type =
                switch kind(column, in: layout) {
                case .text: "VARCHAR"
                case .integer: "BIGINT"
                case .real: "DOUBLE"
                case .flag: "BOOLEAN"
                case .time: "TIMESTAMPTZ"
                }
            return "        '\(column)': '\(type)'"
        }.joined(separator: ",\n")
        let columns = layout.header.map { column in
            kind(column, in: layout) == .text
                ? "    regexp_replace(\"\(column)\", '^''', '') AS \"\(column)\""
                : "    \"\(column)\""
        }.joined(separator: ",\n")
        let names = files.map { "'\($0)'" }.joined(separator: ", ")
        return """
            SELECT
            \(columns)
            FROM read_csv([\(names)], auto_detect = false, header = true,
                delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '',
                allow_quoted_nulls = false, max_line_size = 2097152, columns = {
            \(types)
                })
            """
    }

    // MARK: pandas and polars

    private var python: String {
        let results = tables.map(\.layout).filter { $0.table == .results }
        let types = (results + [trace, TableLayout(.failures)]).map { layout in
            let columns = layout.header.map {
                "        \"\($0)\": \"\(kind($0, in: layout).rawValue)\","
            }.joined(separator: "\n")
            return "    \"\(layout.table.rawValue)\": {\n\(columns)\n    },"
        }.joined(separator: "\n")
        return """
            \"""Reads the store's tables: load.read_pandas("results"), load.read_polars("trace").

            Texts are without the apostrophe that guards them. pandas cannot tell the empty text from
            no value; polars can.
            \"""

            import pathlib

            FOLDER = pathlib.Path(__file__).resolve().parent
            TYPES = {
            \(types)
            }


            def files(table):
                # A long trace has several files.
                if table != "trace":
                    return [FOLDER / f"{table}.csv"]
                more = [p for p in FOLDER.glob("trace-*.csv") if p.stem[6:].isdigit()]
                return [FOLDER / "trace.csv", *sorted(more, key=lambda p: int(p.stem[6:]))]


            def read_pandas(table="results"):
                import pandas

                types = {"text": "string", "integer": "Int64", "real": "float64",
                         "flag": "boolean", "time": "string"}
                types = {c: types[t] for c, t in TYPES[table].items()}
                empty = {c: ["", "NaN"] if t == "real" else [""] for c, t in TYPES[table].items()}
                frame = pandas.concat([
                    pandas.read_csv(
                        file, dtype=types, float_precision="round_trip", keep_default_na=False,
                        na_values=empty).reindex(columns=list(types)).astype(types)
                    for file in files(table)], ignore_index=True)
                for column, kind in TYPES[table].items():
                    if kind == "text":
                        frame[column] = frame[column].str.replace("^'", "", regex=True)
                    elif kind == "time":
                        frame[column] = pandas.to_datetime(frame[column], format="ISO8601")
                return frame


            def read_polars(table="results"):
                import polars

                types = {"text": polars.String, "integer": polars.Int64, "real": polars.Float64,
                         "flag": polars.Boolean, "time": polars.String}
                types = {c: types[t] for c, t in TYPES[table].items()}
                frames = []
                for file in files(table):
                    with open(file, encoding="utf-8") as lines:
                        header = lines.readline().rstrip("\\n").split(",")
                    frames.append(polars.read_csv(file, schema={c: types[c] for c in header}))
                frame = polars.concat(frames, how="diagonal").select(list(types))
                return frame.with_columns(
                    *[polars.col(c).str.replace("^'", "") for c, t in TYPES[table].items()
                      if t == "text"],
                    *[polars.col(c).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_zone="UTC")
                      for c, t in TYPES[table].items() if t == "time"])

            """
    }
}
