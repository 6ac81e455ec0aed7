import Allocations
import ArgumentParser
import ClusterKeys
import Glibc
import Processes
import SweepCore

extension WorkerCommand {
    /// `windrow worker allocate …`.
    struct Allocate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "allocate",
            abstract: "Ask a batch system for nodes while trials wait, and give them back.",
            subcommands: [OfSlurm.self, OfPBS.self])

        static let discussion = """
            Goes on until it is stopped. It asks for one node at a time or for several, each an \
            allocation of its own, runs a worker there, and cancels what still waits in the queue \
            when no trial does. A worker leaves when it has idled, and before its allocation ends: \
            what has not finished by then goes back to the queue, and counts as no failure.

            Which allocations there are it learns from the batch system at each look: the \
            coordinator or this command may be started again, and nothing is asked for twice. \
            Allocations go on when this command ends.

            Exit codes: 0 stopped, or looked once, 64 usage, 65 no join file, 69 no coordinator or \
            batch system at the first look, or it refuses, 75 another one does this already, or \
            three allocations in a row came to nothing, 77 not permitted.
            """
    }

    /// `windrow worker allocate slurm`.
    struct OfSlurm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "slurm", abstract: "Ask Slurm for nodes while trials wait.",
            discussion: Allocate.discussion)

        @Option(help: ArgumentHelp("The partition (default: Slurm's own).", valueName: "name"))
        var partition: String?

        @OptionGroup var allocation: AllocationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await allocation.run(Slurm(), queue: partition, output)
        }
    }

    /// `windrow worker allocate pbs`.
    struct OfPBS: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pbs", abstract: "Ask OpenPBS or PBS Professional for nodes.",
            discussion: Allocate.discussion)

        @Option(help: ArgumentHelp("The queue (default: PBS's own).", valueName: "name"))
        var queue: String?

        @OptionGroup var allocation: AllocationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await allocation.run(PBS(), queue: queue, output)
        }
    }
}

/// What all batch systems are asked for.
struct AllocationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Nodes that may wait in the queue at a time.", valueName: "n"))
    var nodes = 1

    @Option(
        help: ArgumentHelp(
            "Nodes at most, waiting and running ones (default: as --nodes).", valueName: "m"))
    var maxNodes: Int?

    @Option(
        help: ArgumentHelp(
            "How many trials run at once on a node; as many processors are asked for.",
            valueName: "k"))
    var slots: Int

    @Option(help: ArgumentHelp("How long an allocation lasts: 30m, 2h, 1d.", valueName: "time"))
    var time: String

    @Option(
        help: ArgumentHelp(
            "How long trials may go on when an allocation is about to end.", valueName: "time"))
    var grace = "60s"

    @Option(help: ArgumentHelp("How long a worker idles before it leaves.", valueName: "time"))
    var idleExit = "2m"

    @OptionGroup var features: WorkerFeatures

    @Option(
        help: ArgumentHelp(
            "The join file, which nodes find by the same path (default: lab.join in the folder of "
                + "the keys).", valueName: "file"), completion: .file(extensions: ["join"]))
    var join: String?

    @Option(
        help: ArgumentHelp(
            "The program, which nodes find by the same path (default: this one).",
            valueName: "file"), completion: .file())
    var program: String?

    @Option(
        help: ArgumentHelp(
            "Tells apart several of these for one coordinator (default: the partition's or queue's)."
        ))
    var name: String?

    @Option(help: ArgumentHelp("How long between two looks.", valueName: "time"))
    var every = "30s"

    @Flag(help: "Look once, do what is to be done, and leave: for cron.")
    var once = false

    @OptionGroup var detachment: Detachment
    @OptionGroup var connection: ConnectOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "Behind --: options for sbatch or qsub, as they are: -- --account=physics.",
            valueName: "options"))
    var more: [String] = []

    func validate() throws {
        guard (1...10_000).contains(nodes) else {
            throw ValidationError("--nodes \(nodes): expected 1 … 10000")
        }
        if let maxNodes, !(nodes...10_000).contains(maxNodes) {
            throw ValidationError(
                "--max-nodes \(maxNodes): expected \(nodes) (that is --nodes) … 10000")
        }
        guard (1...4096).contains(slots) else {
            throw ValidationError("--slots \(slots): expected 1 … 4096")
        }
        for (option, text) in [
            ("time", time), ("grace", grace), ("idle-exit", idleExit), ("every", every),
        ] where Lifetime(text) == nil {
            throw ValidationError("--\(option) \(text): expected a time such as \(Lifetime.form)")
        }
        let least = seconds(grace) + Self.leastUse
        guard seconds(time) >= least else {
            throw ValidationError(
                "--time \(time): expected \(least)s at least: --grace \(grace), and what batch "
                    + "systems and workers take to begin and to end")
        }
        guard seconds(idleExit) >= seconds(every) else {
            throw ValidationError(
                "--idle-exit \(idleExit): expected \(every) (that is --every) or more: a worker "
                    + "that comes and goes between two looks is not seen")
        }
        for (option, text) in [("join", join), ("program", program), ("name", name)]
        where text == "" {
            throw ValidationError("--\(option) '': expected a word")
        }
        if detachment.detach, once { throw ValidationError("--detach, --once: expected one") }
    }

    /// Seconds that are of no use in an allocation: a signal of Slurm may come a minute early.
    private static let leastUse = 100

    /// Seconds of an option that `validate()` has seen.
    func seconds(_ text: String) -> Int { Int(Lifetime(text)?.seconds ?? 0) }
}
