import ArgumentParser
import KernelChoice

/// The command line: one verb, one file.
@main
struct Windrow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "windrow",
        abstract: "Sweep a parameter grid over many machines, and rake the results into CSV.",
        version: Version.text,
        subcommands: [
            InitCommand.self, RunCommand.self, PlanCommand.self, ExperimentsCommand.self,
            CoordinatorCommand.self, SubmitCommand.self, StatusCommand.self, WaitCommand.self,
            WatchCommand.self, TopCommand.self, DashboardCommand.self, PauseCommand.self,
            ResumeCommand.self,
            CancelCommand.self, RetryCommand.self, WorkerCommand.self, LogsCommand.self,
            SlotCommand.self, ResultsCommand.self, BestCommand.self, PlotCommand.self,
            ReportCommand.self, ExportCommand.self, VerifyCommand.self, DiffCommand.self,
            MergeCommand.self, CompactCommand.self, StoreCommand.self, DoctorCommand.self,
            ClusterCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let complaint = VerbCheck.complaint(arguments, of: Windrow.self) {
            Console(color: .auto, isPlain: false, isQuiet: false).complain(complaint)
            exit(withError: ExitStatus.usage.code)
        }
        await main(arguments)
    }

    /// A level of the processor that cannot be had is refused before anything runs.
    func validate() throws {
        if case .failure(let error) = Kernels.chosen { throw ValidationError("\(error)") }
    }
}
