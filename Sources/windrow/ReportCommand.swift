import ArgumentParser
import Glibc
import SweepStore

/// `windrow report`: a sweep's answer as one page.
struct ReportCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case html, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write one page with tables, pictures, failures, provenance and the sweep file.",
        discussion: """
            Takes no lock: it goes beside a running sweep. An HTML report is one file that needs \
            nothing else; one in Markdown has its pictures in a folder beside it. Pictures are \
            those of the sweep file's 'plots', or every kind that the results allow; without \
            gnuplot there are none, and the report says so.

            Exit codes: 0 written, 64 usage, 65 no such store or column, or a damaged store.
            """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @OptionGroup var comparison: ComparisonOptions

    @Option(help: "html or markdown.")
    var format: Format = .html

    @Option(
        name: .customLong("output"),
        help: "The file (default: report.html or report.md in the store).",
        completion: .file())
    var file: String?

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var store: String
        var file: String
        var pictures: [String]
        var omissions: [String]
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            if let file {
                let parent = file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
                guard access(parent, W_OK) == 0 else {
                    throw InputError(
                        "--output \(file): \(parent) cannot be written: "
                            + "\(String(cString: strerror(errno))); make the folder first")
                }
            }
            let question = try StoreQuestion(store, condition: comparison.tuning.condition)
            var report = try AnswerReport(question, comparison)
            try report.draw(goal: comparison.tuning.goal, metric: comparison.by)
            let path = file ?? question.folder + (format == .html ? "/report.html" : "/report.md")
            switch format {
            case .html: try FileSystem.replace(path, with: Array(report.html.utf8))
            case .markdown: try write(report, path)
            }
            for omission in report.omissions { console.say("Missing", omission, .warning) }
            try answer(
                output.json
                    ? JSONText(
                        Report(
                            store: question.folder, file: path,
                            pictures: report.pictures.map(\.name), omissions: report.omissions)
                    ).text : path)
            return .done
        }
    }

    /// Writes a report in Markdown, its pictures in a folder of its name.
    private func write(_ report: AnswerReport, _ path: String) throws {
        let stem = path.hasSuffix(".md") ? String(path.dropLast(3)) : path
        let folder = stem + "-pictures"
        if !report.pictures.isEmpty { try FileSystem.createDirectory(folder) }
        for picture in report.pictures {
            try FileSystem.replace("\(folder)/\(picture.name).svg", with: Array(picture.svg.utf8))
        }
        let name = folder.split(separator: "/").last.map(String.init) ?? folder
        try FileSystem.replace(path, with: Array(report.markdown(pictures: name).utf8))
    }
}
