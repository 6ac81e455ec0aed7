import SweepWire
import Testing

@testable import SweepCoordinator
@testable import SweepCore

@Suite("What those who watch are told")
struct WatchingTests {
    /// A sweep that an operator has submitted, on one worker.
    private func cluster(slots: Int = 2, attempts: Int = 3) throws -> Cluster {
        let sweep = Sweep(
            name: "s", experiment: "noop", experimentVersion: 1,
            metric: MetricGoal(name: "value", goal: .maximize), limits: Limits(),
            columns: [Column(name: "i", type: .integer(0...1000), fallback: nil)],
            fixed: [],
            axes: [
                .column(
                    ColumnSeries(
                        column: "i", series: .list((0..<1000).map { .integer(Int64($0 * 2)) })))
            ], exclusions: [], directory: "/")
        var cluster = Cluster()
        var progress = Cluster.progress(
            1, 1000, limits: Limits(attempts: attempts, maxFailures: 1000))
        progress.book = TrialBook(try Grid(sweep))
        _ = cluster.ask(
            .submit(
                Submission(
                    name: "s", sweep: SweepDigest(bits: 1), file: "s.yaml", directory: "/",
                    text: [], overrides: [])))
        cluster.take(cluster.instance.opened("s", progress, now: 0))
        cluster.join(1, slots: slots)
        return cluster
    }

    private func workers(_ cluster: inout Cluster, trials: Int) throws -> [WorkerSummary] {
        guard case .workers(let workers) = cluster.ask(.workers(selection: "", trials: trials))
        else { throw TrialFailure("no list of workers") }
        return workers
    }

    private func sweep(_ cluster: inout Cluster, failures: Int) throws -> SweepSummary {
        guard case .sweeps(let sweeps) = cluster.ask(.status(name: "s", failures: failures)),
            let sweep = sweeps.first
        else { throw TrialFailure("no list of sweeps") }
        return sweep
    }

    private func heartbeat(_ cluster: inout Cluster, _ progress: RunningProgress?) {
        let running = (cluster.leases[1] ?? []).prefix(2).map { lease in
            var trial = RunningTrial(lease: lease.id, index: lease.range.lowerBound)
            trial.progress = progress
            return trial
        }
        cluster.take(
            cluster.instance.receive(
                .heartbeat(
                    Heartbeat(running: running, held: cluster.leases[1]?.map(\.id) ?? [])),
                from: PeerID([1]), now: cluster.now))
    }

    @Test("running trials are told with id, label, rounds and value, as many as are asked for")
    func running() throws {
        var cluster = try cluster()
        let told = RunningProgress(
            seconds: 2, trial: TrialProgress(round: 5, rounds: 10, value: 0.25))
        heartbeat(&cluster, told)
        #expect(try workers(&cluster, trials: 0).first?.trials == [])
        #expect(try workers(&cluster, trials: 1).first?.trials.count == 1)
        let trials = try #require(try workers(&cluster, trials: 9).first?.trials)
        #expect(trials.count == 2)
        let first = try #require(trials.first)
        #expect(first.sweep == "s" && first.attempt == 1 && first.progress == told)
        #expect(first.id != nil && first.label == "i=\(first.index * 2)")
        // What no heartbeat tells is not made up.
        heartbeat(&cluster, nil)
        #expect(try workers(&cluster, trials: 9).first?.trials == [])
    }

    @Test("time goes on for a worker that is silent")
    func silence() throws {
        var cluster = try cluster()
        heartbeat(&cluster, RunningProgress(seconds: 2))
        cluster.now = 4
        cluster.take(cluster.instance.tick(now: 4))
        #expect(try workers(&cluster, trials: 1).first?.trials.first?.progress.seconds == 6)
    }

    @Test("failed attempts are told with their reason, the newest first, and no more than 32")
    func failures() throws {
        var cluster = try cluster(slots: 1, attempts: 1)
        #expect(try sweep(&cluster, failures: 9).failures == [])
        var failed: [Int] = []
        while failed.count < 50 {
            if let range = cluster.end(1, failing: true) { failed += range }
            cluster.tick(after: 1)
            _ = cluster.ask(.command(.undrain, selection: "all"))
        }
        let sweep = try sweep(&cluster, failures: 1000)
        #expect(sweep.failures.count == SweepSummary.mostFailures)
        #expect(sweep.failures.map(\.index) == failed.suffix(32).reversed())
        let last = try #require(sweep.failures.first)
        #expect(last.failure.reason == "broken" && last.isFinal && last.attempt == 1)
        #expect(last.host == "h1" && last.label == "i=\(last.index * 2)" && last.endedAt == 1)
        #expect(try self.sweep(&cluster, failures: 2).failures.count == 2)
        #expect(sweep.metric == MetricGoal(name: "value", goal: .maximize))
    }
}
