import Experiments
import Glibc
import Processes

/// Asks a program for the options that it takes: runs it with `--help`.
struct HelpQuestion {
    /// The program and its words.
    let program: [String]
    /// How long it may take.
    let seconds: Double

    /// A listing is no longer than this.
    private static let mostBytes = 1 << 20

    /// What is run, as a person would type it.
    var line: String { (program + ["--help"]).joined(separator: " ") }

    /// The options that the program lists.
    ///
    /// Some programs end with an exit code, or write to standard error, when they are asked for help:
    /// what counts is whether there is a listing.
    ///
    /// - Throws: `InputError` when there is no such program, or it lists nothing.
    func listing() throws(InputError) -> HelpListing {
        let run: BoundedRun
        do throws(SystemError) {
            run = try BoundedRun(
                program + ["--help"], environment: Self.environment, seconds: seconds,
                bytes: Self.mostBytes)
        } catch {
            throw InputError(
                "--ask: \(error.description); expected a program in PATH, or a path with a slash")
        }
        let byHand =
            "name the options yourself: --from '\(program.joined(separator: " ")) --lr 0.1'"
        switch run.ending {
        case .late:
            throw InputError(
                "--ask: '\(line)' did not end within \(seconds) s and was stopped; wait longer with "
                    + "--seconds, or \(byHand)")
        case .verbose:
            throw InputError(
                "--ask: '\(line)' printed more than a mebibyte and was stopped: that is no list of "
                    + "options; \(byHand)")
        case .code, .signal: break
        }
        for text in [run.out, run.err] {
            let listing = HelpListing(text)
            if !listing.options.isEmpty { return listing }
        }
        let end: String =
            switch run.ending {
            case .code(0): "listed no options"
            case .code(let code): "ended with exit code \(code) and listed no options"
            case .signal(let number): "was ended by signal \(number) and listed no options"
            case .late, .verbose: ""
            }
        let last = run.err.split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(200))" }
        throw InputError("--ask: '\(line)' \(end)\(last ?? ""); \(byHand)")
    }

    /// This process's environment, with room for long lines and without colours.
    private static var environment: [String] {
        let ours = ["COLUMNS=200", "TERMINAL_WIDTH=200", "NO_COLOR=1", "TERM=dumb"]
        let names = ours.map { $0.prefix { $0 != "=" } + "=" }
        return ChildProcess.currentEnvironment().filter { variable in
            !names.contains(where: variable.hasPrefix)
        } + ours
    }
}
