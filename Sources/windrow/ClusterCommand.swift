import ArgumentParser

/// `windrow cluster …`: many machines at once.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Make a cluster of a lab's machines.",
        subcommands: [Init.self, Up.self, Down.self, Status.self, Exec.self, Logs.self])
}
