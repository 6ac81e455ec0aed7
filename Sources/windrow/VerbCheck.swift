import ArgumentParser
import SweepCore

/// Looks at the verbs of a command line before it is parsed: one that is not there is answered with
/// the one that was probably meant.
enum VerbCheck {
    /// The message about a verb that is not there; nil when all is well.
    static func complaint(_ arguments: [String], of command: any ParsableCommand.Type) -> String? {
        let verbs = command.configuration.subcommands
        guard !verbs.isEmpty, let word = arguments.first, !word.hasPrefix("-"), word != "help"
        else {
            return nil
        }
        let names = verbs.map { ($0._commandName, $0) }
        if let verb = names.first(where: { $0.0 == word }) {
            return complaint(Array(arguments.dropFirst()), of: verb.1)
        }
        guard command.configuration.defaultSubcommand == nil else { return nil }
        let shown = names.filter { $0.1.configuration.shouldDisplay }.map(\.0)
        let start = command == Windrow.self ? "windrow" : "windrow \(command._commandName)"
        let meant = Spelling.nearest(to: word, among: shown)
        return "\(start) has no verb '\(word)'"
            + (meant.map { "; did you mean '\($0)'? " } ?? "; ") + "\(start) --help lists them"
    }
}
