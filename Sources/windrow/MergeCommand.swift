import ArgumentParser
import Glibc
import SweepStore

/// `windrow merge`: several stores of one experiment as a new one.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put stores of one experiment together into a new one.",
        discussion: """
            The union of their trials; the sweeps' grids may differ. A trial that several stores \
            have, with the same outcome, is taken from the first of them. Where outcomes differ, \
            they are shown and nothing is written. The new store's sweep is that of the first.

            Exit codes: 0 written, 65 outcomes differ, or the stores do not fit together, 75 the \
            disk is full, 77 not permitted.
            """)

    @Argument(help: "Sweeps' names or stores' folders.")
    var stores: [String]

    @Option(
        name: [.customLong("output"), .customShort("o")],
        help: "The new store's folder; new or empty.",
        completion: .directory)
    var folder: String

    @OptionGroup var output: OutputOptions

    private struct Report: Encodable {
        var store: String
        var trials: Int
        var repeated: Int
        var conflicts: Int
    }

    func validate() throws {
        if stores.count < 2 { throw ValidationError("expected two stores or more") }
    }

    func run() throws {
        let console = output.console
        try StoreChoice.attempt(console) {
            var folders: [String] = []
            for store in stores { folders.append(try StoreChoice.folder(store)) }
            let merge = try StoreMerge(folders)
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            store: folder, trials: merge.trials, repeated: merge.repeated,
                            conflicts: merge.conflicts.count)
                    ).text)
            }
            guard merge.conflicts.isEmpty else {
                if !output.json {
                    try answer(DiffCommand.table(merge.conflicts.map(\.difference)))
                }
                let pairs = Set(merge.conflicts.map { $0.stores.joined(separator: " and ") })
                let count = Set(merge.conflicts.map(\.difference.trial)).count
                console.complain(
                    "\(count == 1 ? "1 trial has" : "\(count) trials have") different outcomes "
                        + "in \(pairs.sorted().joined(separator: "; ")); nothing was "
                        + "written. Find out why, and delete the rows that are wrong")
                return .badInput
            }
            try merge.write(to: folder, now: Machine.secondsSince1970)
            console.say(
                "Merged",
                "\(merge.trials) trials"
                    + (merge.repeated > 0 ? " (\(merge.repeated) were there more than once)" : "")
                    + " → \(folder)")
            return .done
        }
    }
}
