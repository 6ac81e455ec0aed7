import Glibc
import SweepWire
import SweepWorker
import ZeroMQ

/// The life of a worker daemon.
struct WorkerService {
    let endpoint: String
    let security: Socket.Security
    let identity: Registration
    let console: Console
    /// Where reports are kept across a restart.
    let state: String?

    let manners: WorkerManners

    /// Seconds without a coordinator after which the worker says what it waits for.
    private static let patience = 2.0

    /// Serves until it is sent away or told to leave.
    func run() async throws -> WorkerExit {
        let interruptions = try Interruptions.stream()
        let shell = try WorkerShell(
            endpoint: endpoint, security: security, identity: identity, state: state)
        let stopping = Task {
            var count = 0
            var ending: Task<Void, Never>?
            defer { ending?.cancel() }
            for await signal in interruptions {
                count += 1
                guard count == 1, signal != SIGQUIT else { _exit(ExitStatus.interrupted.rawValue) }
                let (running, unacknowledged) = await shell.leave()
                ending = Task { await manners.endGrace(shell) }
                guard running + unacknowledged > 0 else { continue }
                console.say(
                    "Leaving",
                    "when \(counted(running, "running lease")) and "
                        + "\(counted(unacknowledged, "report")) are delivered"
                        + (manners.grace.map { ", in \($0) at the latest" } ?? "") + "; "
                        + "a second time leaves at once", .warning)
            }
        }
        let watching = Task { await watch(shell) }
        let behaving = Task { await manners.watch(shell, console) }
        defer {
            behaving.cancel()
            stopping.cancel()
            watching.cancel()
        }
        return try await shell.run()
    }

    /// Says when the worker waits for its coordinator, and when it has it.
    private func watch(_ shell: WorkerShell) async {
        var isTold = false
        var isAtWork = false
        for _ in 0..<Int(Self.patience / 0.05) where !isAtWork && !Task.isCancelled {
            isAtWork = await shell.isConnected
            if isAtWork { Detachment.isAtWork() }
            try? await Task.sleep(for: .seconds(0.05))
        }
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(Self.patience))
            guard !Task.isCancelled else { return }
            let isConnected = await shell.isConnected
            guard isConnected == isTold else { continue }
            isTold = !isConnected
            if isConnected {
                Detachment.isAtWork()
                console.say("Connected", "to \(endpoint)")
            } else {
                let hint =
                    await shell.meetsStrangers
                    ? "; what listens there has another key than the join file names" : ""
                console.say("Waiting", "for a coordinator at \(endpoint)" + hint, .warning)
            }
        }
    }
}
