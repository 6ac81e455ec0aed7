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
            RunCommand.self, PlanCommand.self, ExperimentsCommand.self, CoordinatorCommand.self,
            SubmitCommand.self, StatusCommand.self, WaitCommand.self, WatchCommand.self,
            TopCommand.self,
            PauseCommand.self,
            ResumeCommand.self, CancelCommand.self, RetryCommand.self, WorkerCommand.self,
            LogsCommand.self, SlotCommand.self, ResultsCommand.self, BestCommand.self,
            PlotCommand.self, ExportCommand.self,
            VerifyCommand.self, DiffCommand.self, MergeCommand.self, CompactCommand.self,
            StoreCommand.self, DoctorCommand.self, ClusterCommand.self,
        ])

    /// A level of the processor that cannot be had is refused before anything runs.
    func validate() throws {
        if case .failure(let error) = Kernels.chosen { throw ValidationError("\(error)") }
    }
}
