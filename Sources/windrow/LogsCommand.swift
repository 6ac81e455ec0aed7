import ArgumentParser
import Glibc
import SweepStore
import SweepWire

/// `windrow logs`: what trials have printed.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what a trial, or a whole sweep, has printed.",
        usage: "windrow logs [SWEEP] [TRIAL] [--store DIR]",
        discussion: """
            TRIAL is an id such as t-9513c1154c46b8a1, or its beginning. Without a sweep it is \
            looked for in every store in runs/ and of the coordinator. Of each attempt the \
            beginning and the end are kept; the log of a sweep holds at most 32 MiB.
            """)

    @Argument(
        help: "A sweep's name and a trial's id, or one of them.",
        completion: Completions.stores)
    var names: [String] = []

    @Option(help: "The store's folder (default: runs/SWEEP, or the coordinator's).")
    var store: String?

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    /// Whether a word is a trial's id, or the beginning of one.
    private static func isTrial(_ word: String) -> Bool {
        word.hasPrefix("t-") && (3...18).contains(word.utf8.count)
            && word.utf8.dropFirst(2).allSatisfy {
                (48...57).contains($0) || (97...102).contains($0)
            }
    }

    private var trial: String? { names.last.flatMap { Self.isTrial($0) ? $0 : nil } }
    private var sweep: String? { names.first.flatMap { Self.isTrial($0) ? nil : $0 } }

    func validate() throws {
        if store == "" { throw ValidationError("--store '': expected a folder") }
        switch names.count {
        case 0 where store == nil:
            throw ValidationError("expected a sweep's name, a trial's id, or both")
        case 0, 1: break
        case 2 where !Self.isTrial(names[0]):
            guard Self.isTrial(names[1]) else {
                throw ValidationError(
                    "'\(names[1])' is no trial's id: expected t- and up to 16 digits of 0-9, a-f")
            }
        default: throw ValidationError("expected at most a sweep's name and a trial's id")
        }
    }

    /// A line for another program.
    private struct Report: Encodable {
        struct Line: Encodable {
            var trial: String
            var text: String
        }
        var lines: [Line]
    }

    func run() throws {
        let console = output.console
        let folders = folders()
        guard !folders.isEmpty else {
            console.complain(
                sweep.map { "no store of a sweep '\($0)' in runs/, and none at a coordinator" }
                    ?? "no store in runs/, and none at a coordinator; --store DIR names one")
            throw ExitStatus.usage.code
        }
        var lines: [OutputLog.Line] = []
        do {
            for folder in folders {
                try OutputLog.visit(folder) { line in
                    if let trial, !line.trial.hasPrefix(trial) { return }
                    lines.append(line)
                }
            }
        } catch let error as StoreError {
            console.complain("\(error)")
            throw ExitStatus(error).code
        }
        if let trial {
            let trials = Set(lines.map(\.trial)).sorted()
            guard trials.count <= 1 else {
                console.complain(
                    "'\(trial)' is the beginning of \(trials.count) trials' ids: "
                        + trials.prefix(5).joined(separator: ", "))
                throw ExitStatus.usage.code
            }
        }
        if output.json {
            let report = Report(
                lines: lines.map {
                    Report.Line(trial: $0.trial, text: String(decoding: $0.text, as: UTF8.self))
                })
            try answer(JSONText(report).text)
        } else if !lines.isEmpty {
            var bytes: [UInt8] = []
            for line in lines {
                if trial == nil { bytes += Array((line.trial + " ").utf8) }
                bytes += line.text
                bytes.append(UInt8(ascii: "\n"))
            }
            try answer(bytes)
        }
        if lines.isEmpty {
            console.say(
                "Nothing",
                "is in the log" + (trial.map { " of \($0)" } ?? "")
                    + ": it has printed nothing, or it was too long ago", .note)
        }
    }

    /// Where logs may be.
    private func folders() -> [String] {
        if let store { return [store] }
        let all = ((try? FileSystem.names(in: "runs")) ?? []).map { (name: $0, path: "runs/\($0)") }
        var found = all.filter { (sweep ?? $0.name) == $0.name && hasLog($0.path) }.map(\.path)
        guard found.isEmpty else { return found }
        // A coordinator that does not answer has no stores to show.
        if let client = try? OperatorClient(
            connection.connect, keys: connection.keys.folder, patience: 5),
            case .sweeps(let sweeps)? = try? client.ask(.status(name: nil))
        {
            found = sweeps.filter { (sweep ?? $0.name) == $0.name }.map(\.store)
        }
        let local = all.filter { $0.name == sweep }.map(\.path)
        return found.isEmpty ? local : found
    }

    private func hasLog(_ folder: String) -> Bool {
        OutputLog.files.contains { access(folder + "/" + $0, F_OK) == 0 }
    }
}
