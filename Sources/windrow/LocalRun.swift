import Experiments
import Glibc
import SweepAnswers
import SweepCoordinator
import SweepCore
import SweepStore
import SweepView
import SweepWire
import ZeroMQ

/// One `windrow run` from the sweep file to the table of its best trials.
struct LocalRun {
    let command: RunCommand
    let console: Console
    private let startedAt = EventLoop.now()

    init(_ command: RunCommand, console: Console) {
        self.command = command
        self.console = console
    }

    func run(
        _ source: SweepSource, _ interruptions: AsyncStream<Int32>
    ) async throws -> ExitStatus {
        try source.checkInputs()
        let folder = command.store ?? "runs/\(source.sweep.name)"
        let revision = GitRevision.ofFolder(source.sweep.directory)
        let store = try source.openStore(folder, revision: revision)
        for item in store.recovery.items { console.say("Repaired", item.description, .warning) }
        if let warning = store.networkWarning { console.say("Network", warning, .warning) }
        if command.retryFailed { try store.forgetFailures() }
        var progress = source.progress(store)
        progress.speculates = command.speculate
        introduce(source, progress, folder: folder)
        if progress.remaining == 0 {
            try store.close()
            return try conclude(
                source, SweepStatus(settled: progress), folder: folder, isNew: false)
        }
        let end = try await serve(source, progress, store, revision, interruptions)
        if let error = end.storeError {
            console.complain(
                "\(error)\nWhat is in the store is safe; the same command resumes.")
            notify(source, end.status, "failed", .interrupted)
            return .interrupted
        }
        let exit = try conclude(source, end.status, folder: folder, isNew: true)
        let state =
            end.status.stopReason != nil
            ? "stopped" : end.status.remaining > 0 ? "interrupted" : "finished"
        notify(source, end.status, state, exit)
        return exit
    }

    private func notify(
        _ source: SweepSource, _ status: SweepStatus, _ state: String, _ exit: ExitStatus
    ) {
        command.notification.notify(
            name: source.sweep.name, state: state, finished: status.finished,
            failed: status.failed, exit, console)
    }

    private func introduce(_ source: SweepSource, _ progress: SweepProgress, folder: String) {
        let excluded = source.grid.excludedCount
        let count = source.grid.count
        if progress.finished.count + progress.failed.count == 0 {
            console.say(
                "Planned",
                excluded == 0
                    ? "\(counted(count, "trial")) → \(folder)"
                    : "\(counted(count, "trial")) (\(count + excluded) − \(excluded) excluded) → \(folder)"
            )
        } else if progress.remaining > 0 {
            let failed = progress.failed.count
            console.say(
                "Resumed",
                "\(progress.finished.count) done, \(progress.remaining) to go"
                    + (failed > 0 ? ", \(failed) failed before (--retry-failed)" : "")
                    + " → \(folder)")
        }
    }

    // MARK: Running

    private func serve(
        _ source: SweepSource, _ progress: SweepProgress, _ store: sending Store,
        _ revision: String, _ interruptions: AsyncStream<Int32>
    ) async throws -> SweepEnd {
        guard let directory = PrivateDirectory() else {
            throw InputError(
                "cannot make a folder for the coordinator's socket in XDG_RUNTIME_DIR or /tmp: "
                    + String(cString: strerror(errno)))
        }
        defer { directory.remove() }
        let coordinator = try CoordinatorShell(
            settings: .init(version: Version.text, startedAt: Machine.secondsSince1970))
        try await coordinator.listen(at: directory.endpoint)
        let digest = progress.definition.sweep
        try await coordinator.add(
            progress, grid: source.grid, store: store, gitRevision: revision)
        let slots = command.slots ?? Machine.cores
        let worker = LocalWorker(
            endpoint: directory.endpoint, slots: slots, features: command.features
        ) { death in
            Task {
                if let pid = death.pid {
                    await coordinator.workerEnded(
                        pid: pid, host: Machine.host, reason: death.reason)
                }
                if death.isLast {
                    await coordinator.drain(
                        digest, reason: "the worker on this machine is gone: \(death.reason)")
                }
            }
        }
        let narrator = Narrator(
            console: console, coordinator: coordinator, sweep: digest, grid: source.grid,
            finishedBefore: progress.finished.count + progress.failed.count)
        let drawing = Task { await narrator.draw() }
        let telling = Task { await narrator.tell() }
        let stopping = Task {
            var count = 0
            for await signal in interruptions {
                count += 1
                guard count == 1, signal != SIGQUIT else {
                    console.erase()
                    console.say("Stopped", "at once; the same command resumes", .warning)
                    directory.remove()
                    _exit(ExitStatus.interrupted.rawValue)
                }
                console.erase()
                console.say(
                    "Stopping",
                    "when the running trials have finished; press Ctrl-C again to leave at once",
                    .warning)
                await coordinator.drain(digest)
            }
        }
        let end = await coordinator.end(of: digest)
        drawing.cancel()
        await drawing.value
        // The socket stays open until the worker has heard that it may go.
        await coordinator.dismissWorkers()
        await worker.dismiss(within: 5)
        await coordinator.stop()
        await telling.value
        stopping.cancel()
        return end
    }

    // MARK: The end

    private func conclude(
        _ source: SweepSource, _ status: SweepStatus, folder: String, isNew: Bool
    ) throws -> ExitStatus {
        let best = try BestTable(folder, grid: source.grid)
        if command.output.json {
            try answer(
                JSONText(
                    RunSummary(
                        sweep: source.sweep.name, store: folder, trials: status.count,
                        finished: status.finished, failed: status.failed,
                        remaining: status.remaining, best: best)
                ).text)
        } else if let best, !best.rows.isEmpty {
            try answer(best.text)
        }
        var diverged = 0
        if let best {
            diverged = best.diverged
        } else {
            try Store.visitResults(folder, grid: source.grid) { _ in
                { if $0.status == .diverged { diverged += 1 } }
            }
        }
        var text = "\(status.finished) of \(counted(status.count, "trial"))"
        if diverged > 0 { text += " (\(status.finished - diverged) ok, \(diverged) diverged)" }
        if status.failed > 0 { text += ", \(status.failed) failed" }
        if isNew { text += " in \(words(forSeconds: EventLoop.now() - startedAt))" }
        if let reason = status.stopReason { console.say("Stopped", reason, .bad) }
        if status.remaining > 0 {
            console.say("Interrupted", text + "; \(status.remaining) to go", .warning)
            console.say(
                "Next",
                status.stopReason == nil
                    ? "the same command resumes"
                    : "see \(folder)/failures.csv; the same command goes on, and with "
                        + "--retry-failed it tries the failed trials again, too", .note)
            return status.failed > 0 && status.stopReason != nil ? .failedTrials : .interrupted
        }
        console.say("Finished", text)
        if status.failed > 0 {
            console.say(
                "Next", "see \(folder)/failures.csv; --retry-failed tries those again", .note)
            return .failedTrials
        }
        console.say(
            "Next",
            "windrow plot \(folder == "runs/\(source.sweep.name)" ? source.sweep.name : folder), "
                + "or add to the sweep file and run it again", .note)
        return .done
    }
}

/// The answer of `windrow run --json`.
private struct RunSummary: Encodable {
    var sweep: String
    var store: String
    var trials: Int
    var finished: Int
    var failed: Int
    var remaining: Int
    var best: BestTable?
}
