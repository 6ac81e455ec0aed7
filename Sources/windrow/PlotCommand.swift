import ArgumentParser
import Glibc
import SweepAnswers
import SweepCore
import SweepStore

/// `windrow plot`: pictures of a sweep's answer, through gnuplot.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract:
            "Draw a sweep's answer, with the gnuplot script and its data beside each picture.",
        discussion: """
            Takes no lock: it goes beside a running sweep. Without --kind and axes, it draws what the \
            sweep file lists under 'plots', or every kind that the results allow. The kinds are:

            """
                + PlotRequest.Kind.allCases.map { "  \($0.rawValue): \($0.help)" }
                .joined(separator: "\n") + """


                    Exit codes: 0 drawn, 64 usage, 65 no such store or column, nothing to draw, or a \
                    damaged store, 69 gnuplot is missing or failed.
                    """)

    @Argument(help: .init(stringLiteral: StoreChoice.help), completion: Completions.stores)
    var store: String?

    @Option(
        help: "Kinds of pictures: rounds,bits,best,sensitivity,heatmap,parallel,speedup.",
        completion: Completions.kinds)
    var kind: String?

    @Option(
        help: "What lies along x: a parameter, or a logged quantity such as round.",
        completion: Completions.axes)
    var x: String?

    @Option(
        help: "What lies along y: a metric, a logged quantity, or a parameter (heatmap).",
        completion: Completions.axes)
    var y: String?

    @Option(
        help: "A line and colour for each combination of these: method,compressor.",
        completion: Completions.parameters)
    var by: String?

    @Option(
        help: "A panel for each combination of these: split.", completion: Completions.parameters)
    var facet: String?

    @Option(
        help: "The metric that decides what is best (default: the sweep's).",
        completion: Completions.metrics)
    var metric: String?

    @OptionGroup var tuning: TuningOptions

    @Option(help: "Logarithmic axes: x, y, x,y or none (default: as the numbers suggest).")
    var log: String?

    @Option(help: "speedup: the value that the metric is to reach (default: one that all reach).")
    var target: Double?

    @Option(help: "What stands above the picture.")
    var title: String?

    @Option(help: "svg, pdf or png.")
    var format: GnuplotScript.Format = .svg

    @Option(
        name: .customLong("output"), help: "The folder (default: plots/ in the store).",
        completion: .directory)
    var folder: String?

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        struct Picture: Encodable {
            var kind: String
            var name: String
            var file: String
            var script: String
            var data: String
            var notes: [String]
        }
        var store: String
        var pictures: [Picture]
    }

    func validate() throws {
        _ = try kinds()
        _ = try axes()
    }

    private func kinds() throws -> [PlotRequest.Kind]? {
        try kind.map { text in
            try text.split(separator: ",").map { word in
                let word = word.trimmed
                guard let kind = PlotRequest.Kind(rawValue: word) else {
                    throw ValidationError(
                        "--kind: "
                            + Spelling.unknown(
                                "kind of picture", word,
                                among: PlotRequest.Kind.allCases.map(\.rawValue)))
                }
                return kind
            }
        }
    }

    private func axes() throws -> Set<PlotRequest.Axis>? {
        try log.map { text in
            if text == "none" { return [] }
            return Set(
                try text.split(separator: ",").map { word in
                    guard let axis = PlotRequest.Axis(rawValue: word.trimmed) else {
                        throw ValidationError("--log \(text): expected x, y, x,y or none")
                    }
                    return axis
                })
        }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            let question = try StoreQuestion(store, condition: tuning.condition)
            let book = try PictureBook(question)
            let asked = try requests(book)
            var skipped: [String] = []
            let pictures = try book.pictures(
                try asked.requests.map(completed), goal: tuning.goal,
                skip: asked.isChosen
                    ? nil : { skipped.append("\($0.kind.rawValue): \($1)") })
            guard !pictures.isEmpty else {
                throw InputError(
                    "\(question.folder): nothing can be drawn\n" + skipped.joined(separator: "\n"))
            }
            for reason in skipped { console.say("Skipped", reason, .note) }
            return try draw(pictures, question, console)
        }
    }

    /// What is to be drawn, and whether somebody has chosen it.
    private func requests(
        _ book: PictureBook
    ) throws -> (requests: [PlotRequest], isChosen: Bool) {
        if let kinds = try kinds() { return (kinds.map { PlotRequest($0) }, true) }
        if x != nil || y != nil { return ([PlotRequest(book.kind(x: x, y: y))], true) }
        let own = try book.asked()
        if !own.isEmpty { return (own, true) }
        return (PlotRequest.Kind.allCases.map { PlotRequest($0) }, false)
    }

    /// A picture with what the command line says about it.
    private func completed(_ request: PlotRequest) throws -> PlotRequest {
        func list(_ text: String?) -> [String]? {
            text.map { $0.split(separator: ",").map(\.trimmed) }
        }
        var request = request
        request.x = x ?? request.x
        request.y = y ?? request.y
        request.by = list(by) ?? request.by
        request.facet = list(facet) ?? request.facet
        request.tune = list(tuning.tune) ?? request.tune
        request.over = list(tuning.over) ?? request.over
        request.metric = metric ?? request.metric
        request.logarithmic = try axes() ?? request.logarithmic
        request.target = target ?? request.target
        request.title = title ?? request.title
        return request
    }

    private func draw(
        _ pictures: [PictureBook.Picture], _ question: StoreQuestion, _ console: Console
    ) throws -> ExitStatus {
        let folder = folder ?? question.folder + "/plots"
        try FileSystem.createDirectory(folder)
        var report = Report(store: question.folder, pictures: [])
        for picture in pictures {
            let script = GnuplotScript(
                picture.figure, name: picture.name, format: format,
                comment: [
                    "\(question.account.name): \(picture.request.kind.help)",
                    "by windrow plot \(Version.text)",
                ])
            let path = "\(folder)/\(picture.name)"
            try FileSystem.replace(path + ".dat", with: Array(script.data.utf8))
            try FileSystem.replace(path + ".gp", with: Array(script.script.utf8))
            report.pictures.append(
                Report.Picture(
                    kind: picture.request.kind.rawValue, name: picture.name,
                    file: "\(path).\(format.rawValue)", script: path + ".gp",
                    data: path + ".dat", notes: picture.figure.notes))
        }
        for picture in pictures {
            do throws(Gnuplot.Problem) {
                try Gnuplot.draw("\(picture.name).gp", in: folder)
            } catch .missing {
                console.complain(
                    "gnuplot is not on the PATH, so nothing is drawn. Install it (on Debian: "
                        + "apt-get install gnuplot-nox) and run this again; the scripts and their "
                        + "data lie in \(folder)")
                return .unreachable
            } catch .failed(let reason) {
                console.complain(reason)
                return .unreachable
            }
            for note in picture.figure.notes {
                console.say("Note", "\(picture.name): \(note)", .note)
            }
        }
        try answer(
            output.json
                ? JSONText(report).text
                : report.pictures.map(\.file).joined(separator: "\n"))
        return .done
    }
}

extension GnuplotScript.Format: ExpressibleByArgument {}
