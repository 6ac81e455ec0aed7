import ArgumentParser
import Experiments
import Glibc
import SweepCoordinator
import SweepCore
import SweepStore
import SweepWire
import ZeroMQ

/// `windrow run`: a coordinator, a worker with slots, and a store, for one sweep on one machine.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a sweep on this machine. The same command resumes it.",
        discussion: """
            Finished trials are never run again, also when the sweep file has grown or was \
            reordered in the meantime. Ctrl-C once lets running trials finish, twice leaves at once.

            Exit codes: 0 all trials done, 1 internal error, 3 done with failed trials, 64 usage, \
            65 bad sweep file, data or store, 75 interrupted: the same command resumes, 77 not \
            permitted.
            """)

    @Argument(help: "The sweep file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Argument(help: "Axes and values in place of the file's: step-size=0.1,0.01 seed=range(0,3).")
    var overrides: [String] = []

    @Option(help: "How many trials run at once (default: one for each core).")
    var slots: Int?

    @Option(help: "The store's folder (default: runs/NAME).", completion: .directory)
    var store: String?

    @Flag(help: "Try trials again that were given up.")
    var retryFailed = false

    @Flag(help: "At the end, run copies of trials that take long on idle slots.")
    var speculate = false

    @OptionGroup var notification: NotifyOption
    @OptionGroup var features: WorkerFeatures
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let slots, !(1...4096).contains(slots) {
            throw ValidationError("--slots \(slots): expected 1 … 4096")
        }
        if store == "" { throw ValidationError("--store '': expected a folder") }
    }

    func run() async throws {
        let console = output.console
        let status: ExitStatus
        do {
            // Read first: until then Ctrl-C ends the program, also when the file is a pipe.
            let source = try SweepSource(path: file, overrides: overrides)
            let interruptions = try Interruptions.stream()
            status = try await LocalRun(self, console: console).run(source, interruptions)
        } catch let code as ExitCode {
            throw code
        } catch let error as InputError {
            console.complain(error.message)
            status = .badInput
        } catch let error as StoreError {
            console.complain("\(error)")
            status = ExitStatus(error)
        } catch {
            console.complain("\(error)")
            status = .internalError
        }
        throw status.code
    }
}
