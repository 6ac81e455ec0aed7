import Foundation
import SweepAnswers
import SweepCore
import SweepStore
import SweepView

/// What a report says: numbers, tables and pictures of a store at one moment.
struct AnswerReport {
    /// A picture, drawn.
    struct Picture {
        var name: String
        var caption: String
        var notes: [String]
        var svg: String
    }

    /// A table with a header.
    struct Table {
        var header: [String]
        var rows: [[String]]
    }

    let question: StoreQuestion
    /// Name and value of what stands at the top.
    private(set) var summary: [(String, String)] = []
    /// The best settings, with the question and what must be said with them.
    private(set) var best: (title: String, table: Table, asked: String, warnings: [String])?
    private(set) var axes: Table
    private(set) var pictures: [Picture] = []
    /// How often each reason was given for a trial that was given up, the most frequent first.
    private(set) var reasons: Table?
    /// The first trials that were given up.
    private(set) var failures: Table?
    private(set) var provenance: [(String, String)] = []
    /// The sweep file as the store keeps it.
    private(set) var sweepFile: String?
    /// What could not be done, in words.
    private(set) var omissions: [String] = []

    /// Failed trials that are listed one by one.
    private static let mostFailures = 50

    init(_ question: StoreQuestion, _ asked: ComparisonOptions) throws {
        self.question = question
        let account = question.account
        axes = Table(
            header: ["axis", "values", ""],
            rows: account.sweep?.describeAxes().map {
                [$0.names.joined(separator: ", "), "\($0.count)", $0.values]
            } ?? [])
        do {
            let answer = try BestAnswer(question, asked)
            let shown = answer.table.limited(to: ResultsCommand.longestTable)
            let (header, rows) = shown.cells(shown.rows, hasNotes: true)
            if shown.rows.count < answer.table.rows.count {
                omissions.append(
                    "Of \(answer.table.rows.count) combinations the best \(shown.rows.count) are "
                        + "listed; windrow best has all.")
            }
            best = (
                answer.table.title, Self.filled(header, rows), answer.asked,
                try answer.warnings().map { "\($0.verb): \($0.text)" }
            )
        } catch let error as InputError where asked.by == nil && account.sweep?.metric == nil {
            omissions.append("There is no table of the best settings: \(error.message).")
        }
        try summarise()
        try listFailures()
        try listProvenance()
        sweepFile = try StoreAccount.sweepFile(question.folder).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// A table without columns that have no entry.
    private static func filled(_ header: [String], _ rows: [[String]]) -> Table {
        let kept = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        return Table(
            header: kept.map { header[$0] }, rows: rows.map { row in kept.map { row[$0] } })
    }

    private mutating func summarise() throws {
        let account = question.account
        summary.append(
            ("experiment", "\(account.experiment), version \(account.experimentVersion)"))
        if let metric = account.sweep?.metric {
            summary.append(("metric", "\(metric.name), \(metric.goal.rawValue)"))
        }
        if let progress = try question.progress() {
            var text = "\(progress.finished) of \(progress.count) finished"
            if progress.failed > 0 { text += ", \(progress.failed) given up" }
            let left = progress.count - progress.finished - progress.failed
            if left > 0 { text += ", \(left) to go" }
            summary.append(("trials", text))
        } else {
            summary.append(("trials", "\(question.table.count) finished"))
        }
        let table = question.table
        let diverged = question.rows.count { table.text(row: $0, "status") == "diverged" }
        if diverged > 0 { summary.append(("diverged", counted(diverged, "trial"))) }
        if let condition = question.condition {
            summary.append(("only rows with", condition))
        }
    }

    private mutating func listFailures() throws {
        let failed = try question.givenUp()
        guard !failed.isEmpty else { return }
        var counts: [String: Int] = [:]
        for (trial, _) in failed { counts[Self.brief(trial.reason), default: 0] += 1 }
        reasons = Table(
            header: ["trials", "reason"],
            rows: counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20).map {
                ["\($0.value)", $0.key]
            })
        let axes = question.account.sweep?.columnsOnAxes ?? []
        let headers = axes.map { $0.replacing("-", with: "_").replacing(".", with: "_") }
        failures = Self.filled(
            ["trial"] + axes + ["host", "attempts", "exit code", "signal", "reason"],
            failed.prefix(Self.mostFailures).map { trial, cells in
                ["\(trial.id)"] + headers.map { cells[$0] ?? "" } + [
                    trial.host, "\(trial.attempt)", trial.exitCode.map { "\($0)" } ?? "",
                    trial.signal.map { "\($0)" } ?? "", trial.reason,
                ]
            })
        if failed.count > Self.mostFailures {
            omissions.append(
                "Of \(failed.count) failed trials the first \(Self.mostFailures) are listed; "
                    + "failures.csv and windrow logs have all.")
        }
    }

    /// A reason on one line, not longer than is read.
    private static func brief(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.isEmpty ? "no reason" : line.count > 200 ? line.prefix(200) + "…" : line
    }

    private mutating func listProvenance() throws {
        let account = question.account
        let table = question.table
        let commit = account.program.commit.isEmpty ? "" : " (\(account.program.commit))"
        provenance = [
            ("windrow", account.program.version + commit),
            ("store", "\(question.folder), created \(account.times.created)"),
            (
                "opened last",
                "\(account.times.updated) on \(account.machine.host), \(account.machine.processor), "
                    + account.machine.level
            ),
        ]
        func counts(_ column: String) -> String {
            var counts: [String: Int] = [:]
            for row in question.rows {
                guard let text = table.text(row: row, column) else { continue }
                counts[text, default: 0] += 1
            }
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            return sorted.prefix(12).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
                + (sorted.count > 12 ? ", … (\(sorted.count) in all)" : "")
        }
        for (name, column) in [("hosts", "host"), ("commits of the sweep file", "git_rev")] {
            let text = counts(column)
            if !text.isEmpty { provenance.append((name, text)) }
        }
        if let place = table.position(of: "duration_s") {
            let seconds = question.rows.compactMap { table.number(row: $0, column: place) }
                .filter(\.isFinite).reduce(0, +)
            provenance.append(("time in trials", "\(words(forSeconds: seconds))"))
        }
        let starts = question.rows.compactMap { table.text(row: $0, "started_at") }
        if let first = starts.min(), let last = starts.max() {
            provenance.append(("trials began", "\(first) … \(last)"))
        }
        for (path, digest) in account.inputs.sorted(by: { $0.key < $1.key }) {
            provenance.append((path, "SHA-256 \(digest)"))
        }
    }

    // MARK: Pictures

    /// Draws the pictures that the sweep file asks for, or all that the results allow.
    mutating func draw(goal: MetricGoal.Goal?, metric: String?) throws {
        let book = try PictureBook(question)
        var requests = try book.asked()
        let isAsked = !requests.isEmpty
        if !isAsked { requests = PlotRequest.Kind.allCases.map { PlotRequest($0) } }
        for place in requests.indices where requests[place].metric == nil {
            requests[place].metric = metric
        }
        var skipped: [String] = []
        let found: [PictureBook.Picture]
        do {
            found = try book.pictures(requests, goal: goal) {
                skipped.append("\($0.kind.rawValue): \($1)")
            }
        } catch let error as InputError {
            omissions.append("There are no pictures: \(error.message).")
            return
        }
        if isAsked { omissions += skipped.map { "A picture is missing. \($0)." } }
        let folder = try TemporaryFolder()
        for picture in found {
            let script = GnuplotScript(picture.figure, name: picture.name, format: .svg)
            try FileSystem.replace(
                "\(folder.path)/\(picture.name).dat", with: Array(script.data.utf8))
            try FileSystem.replace(
                "\(folder.path)/\(picture.name).gp", with: Array(script.script.utf8))
            do throws(Gnuplot.Problem) {
                try Gnuplot.draw("\(picture.name).gp", in: folder.path)
            } catch .missing {
                omissions.append(
                    "There are no pictures, as gnuplot is not on the PATH; on Debian, "
                        + "apt-get install gnuplot-nox.")
                return
            } catch .failed(let reason) {
                omissions.append("A picture is missing. \(reason)")
                continue
            }
            let bytes = try FileSystem.contents(of: "\(folder.path)/\(picture.name).svg") ?? []
            pictures.append(
                Picture(
                    name: picture.name, caption: caption(picture),
                    notes: picture.figure.notes, svg: String(decoding: bytes, as: UTF8.self)))
        }
    }

    private func caption(_ picture: PictureBook.Picture) -> String {
        let figure = picture.figure
        let x = figure.panels.first?.x.label ?? ""
        let y = figure.panels.first?.y.label ?? ""
        var text =
            switch picture.request.kind {
            case .rounds, .bits: "\(y) against \(x), each combination at its best setting"
            case .best: "the best \(x) of each combination among those that were tried"
            case .sensitivity: "\(y) against \(x)"
            case .heatmap: "\(figure.colors?.label ?? "the metric"), by \(x) and \(y)"
            case .parallel: "every setting across its parameters to the metric"
            case .speedup: "\(y) against \(x)" + (figure.title.isEmpty ? "" : ": \(figure.title)")
            }
        if let title = picture.request.title { text = "\(title): \(text)" }
        if let condition = picture.request.condition { text += ", where \(condition)" }
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}

/// A folder that goes away with its owner.
private final class TemporaryFolder {
    let path: String

    init() throws(InputError) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/windrow-report-XXXXXX".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard isMade else {
            throw InputError(
                "\(base): no folder can be made there: \(String(cString: strerror(errno))); "
                    + "set TMPDIR to a folder that can be written")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in (try? FileSystem.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
