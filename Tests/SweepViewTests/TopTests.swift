import SweepCore
import SweepWire
import Testing

@testable import SweepView

@Suite("The screen of windrow top")
struct TopTests {
    private func snapshot(sweeps: Int, workers: Int, done: Int = 10) -> ClusterSnapshot {
        let info = CoordinatorInfo(
            version: "1", host: "head", pid: 7, uptime: 100, storeRoot: "/st", endpoints: [],
            workers: workers, slots: 4 * workers, sweeps: sweeps)
        return ClusterSnapshot(
            info: info,
            sweeps: (0..<sweeps).map { number in
                var sweep = SweepSummary(
                    name: "sweep-\(number)", state: number % 3 == 2 ? .paused : .running,
                    store: "/st/sweep-\(number)")
                sweep.trials = 100
                sweep.finished = done
                sweep.failed = number
                return sweep
            },
            workers: (0..<workers).map {
                WorkerSummary(
                    number: $0 + 1, host: "node\($0)", pid: 100 + $0, slots: 4, running: 3,
                    state: .ready, version: "1", silence: 0.5)
            })
    }

    private func top(sweeps: Int, workers: Int) -> TopState {
        var state = TopState()
        state.take(snapshot(sweeps: sweeps, workers: workers), now: 0)
        return state
    }

    @Test("every screen has so many lines, and none is wider than the terminal")
    func fits() {
        for (sweeps, workers) in [(0, 0), (1, 1), (3, 50), (50, 3)] {
            for keys in ["", "?", "/abc", "\t", "jjjj", "G", "c"] {
                var state = top(sweeps: sweeps, workers: workers)
                var decoder = KeyDecoder()
                for key in decoder.take(keys.utf8) { _ = state.press(key) }
                for width in [1, 20, 64, 80, 120, 500] {
                    for height in [1, 3, 24, 200] {
                        let lines = state.screen(width: width, height: height)
                        #expect(lines.count == height)
                        #expect(lines.allSatisfy { Columns.count($0.text) <= width })
                    }
                }
            }
        }
    }

    @Test("what is chosen is always on the screen, however long the lists are")
    func scrolls() {
        var state = top(sweeps: 100, workers: 100)
        for _ in 0..<100 {
            let chosen = state.screen(width: 80, height: 24).filter(\.isSelected)
            #expect(chosen.count == 1)
            #expect(chosen.first?.text.contains(state.chosenSweep ?? "none") == true)
            _ = state.press(.down)
        }
        #expect(state.chosenSweep == "sweep-99")
        _ = state.press(.tab)
        _ = state.press(.end)
        #expect(
            state.screen(width: 80, height: 24).filter(\.isSelected).first?.text
                .contains("node99") == true)
    }

    @Test("at 80 × 24 one sees name, state, counts, time left, and every worker's slots")
    func usual() {
        var state = top(sweeps: 2, workers: 2)
        for second in 1...30 {
            state.take(snapshot(sweeps: 2, workers: 2, done: 10 + second), now: Double(second))
        }
        let text = state.screen(width: 80, height: 24).map(\.text)
        #expect(text[0].hasPrefix("windrow 1 on head, up 1m 40s   2 workers, 6 of 8 slots busy"))
        #expect(text[2].hasPrefix("SWEEP") && text[2].contains("TIME LEFT"))
        #expect(text[3].contains("sweep-0") && text[3].contains("running"))
        #expect(text[3].contains("43s–1m 29s"), "\(text[3])")
        #expect(text.contains { $0.contains("node1") && $0.contains("ready") })
        #expect(text.last?.contains("p pause") == true)
    }

    @Test("keys do what they say to what is chosen, and nothing else")
    func acts() {
        var state = top(sweeps: 3, workers: 2)
        #expect(state.press(.character("p")) == [.act(.pause, name: "sweep-0")])
        _ = state.press(.end)
        #expect(state.press(.character("p")) == [.act(.resume, name: "sweep-2")])
        #expect(state.press(.character("r")) == [.act(.retry, name: "sweep-2")])
        #expect(state.press(.enter) == [.read(sweep: "sweep-2", store: "/st/sweep-2")])
        // What cannot be undone is asked for.
        #expect(state.press(.character("c")) == [])
        #expect(state.press(.character("n")) == [])
        #expect(state.press(.character("c")) == [])
        #expect(state.press(.character("y")) == [.act(.cancel, name: "sweep-2")])
        _ = state.press(.tab)
        #expect(state.press(.character("p")) == [])
        #expect(state.press(.character("d")) == [.command(.drain, worker: 1)])
        #expect(state.press(.character("x")) == [])
        #expect(state.press(.character("y")) == [.command(.stop(atOnce: false), worker: 1)])
        #expect(state.press(.character("q")) == [.quit])
    }

    /// A snapshot with running trials on every worker.
    private func running(_ count: Int) -> ClusterSnapshot {
        var snapshot = snapshot(sweeps: 1, workers: 3)
        for worker in 0..<3 {
            snapshot.workers[worker].trials = (0..<count).map { number in
                var trial = RunningSummary(
                    sweep: "sweep-0", index: 100 * worker + number, attempt: 1,
                    progress: RunningProgress(seconds: Double(10 * number + worker)))
                trial.label = "kind=ec seed=\(100 * worker + number)"
                trial.id = TrialID(bits: UInt64(100 * worker + number))
                trial.progress.trial = TrialProgress(
                    round: 120 + number, rounds: 2000, value: 0.5 / Double(number + 1))
                return trial
            }
        }
        return snapshot
    }

    @Test("running trials are listed with round and value, the longest first, and can be chosen")
    func trials() {
        var state = TopState()
        state.take(running(20), now: 0)
        let text = state.screen(width: 80, height: 24).map(\.text)
        #expect(text.contains { $0.contains("ROUND") && $0.contains("VALUE") })
        #expect(
            text.contains {
                $0.contains("kind=ec seed=219") && $0.contains("139/2000") && $0.contains("0.025")
                    && $0.contains("3m 12s")
            }, "\(text)")
        _ = state.press(.tab)
        _ = state.press(.tab)
        for _ in 0..<70 {
            let chosen = state.screen(width: 80, height: 24).filter(\.isSelected)
            #expect(chosen.count == 1)
            _ = state.press(.down)
        }
        #expect(
            state.press(.enter)
                == [
                    .read(
                        sweep: "sweep-0", store: "/st/sweep-0", trial: "\(TrialID(bits: 0))")
                ])
        // By value: the smallest first, and the choice stays with its trial.
        for _ in 0..<3 { _ = state.press(.character("s")) }
        #expect(state.trials.first?.trial.progress.trial?.value == 0.025)
        #expect(state.chosenTrial?.index == 0)
        for width in [1, 20, 64, 76, 90, 200] {
            for height in [1, 5, 24, 100] {
                let lines = state.screen(width: width, height: height)
                #expect(lines.count == height)
                #expect(lines.allSatisfy { Columns.count($0.text) <= width })
            }
        }
        // The table goes with the last trial, and so does what was chosen in it.
        state.take(snapshot(sweeps: 1, workers: 3), now: 1)
        #expect(state.chosenTrial == nil && state.pane == .sweeps)
    }

    @Test("lines go to the tables that need them, all of them, and none gets more than it needs")
    func shares() {
        for lines in 0...40 {
            for needs in [[1, 1, 0], [5, 50, 3], [100, 100, 100], [0, 7, 30]] {
                let shares = TopState.shares(of: lines, among: needs)
                #expect(shares.reduce(0, +) == min(lines, needs.reduce(0, +)))
                #expect(zip(shares, needs).allSatisfy { $0 <= $1 && $0 >= 0 })
            }
        }
        #expect(TopState.shares(of: 30, among: [5, 100, 100]) == [5, 13, 12])
    }

    @Test("failures are read with attempt, host and reason")
    func failures() {
        var snapshot = snapshot(sweeps: 1, workers: 1)
        var failure = FailureSummary(
            index: 3, attempt: 2, isFinal: true, host: "node7", endedAt: 1,
            failure: TrialFailure("exited with code 3\nno such file"))
        failure.id = TrialID(bits: 5)
        snapshot.sweeps[0].failures = [failure]
        var state = TopState()
        state.take(snapshot, now: 0)
        #expect(state.press(.character("f")) == [])
        let text = state.screen(width: 80, height: 24).map(\.text)
        #expect(
            text.contains { $0.hasPrefix("\(TrialID(bits: 5)) attempt 2 on node7 given up") })
        #expect(text.contains("    no such file"))
        #expect(state.press(.escape) == [])
    }

    @Test("keys do nothing where there is nothing")
    func nothing() {
        var state = TopState()
        for key in "prclsSjkdxf/a".map(Key.character) + [.tab, .enter, .escape, .up, .pageDown] {
            #expect(state.press(key) == [])
            #expect(state.screen(width: 80, height: 24).count == 24)
        }
    }

    @Test("a filter shows what contains it, and escape shows all")
    func filters() {
        var state = top(sweeps: 20, workers: 20)
        for key in "/node1".map(Key.character) { _ = state.press(key) }
        #expect(state.workers.map(\.host).allSatisfy { $0.hasPrefix("node1") })
        #expect(state.workers.count == 11 && state.sweeps.isEmpty)
        _ = state.press(.enter)
        #expect(state.filter == "node1")
        _ = state.press(.escape)
        #expect(state.workers.count == 20 && state.sweeps.count == 20)
        #expect(state.chosenSweep == "sweep-0")
    }

    @Test("the choice stays with its sweep when the order changes")
    func sorts() {
        var state = top(sweeps: 5, workers: 0)
        _ = state.press(.down)
        for _ in 0..<4 { _ = state.press(.character("s")) }
        #expect(state.sweeps.map(\.failed) == [4, 3, 2, 1, 0])
        #expect(state.chosenSweep == "sweep-1")
        _ = state.press(.character("S"))
        #expect(state.sweeps.map(\.failed) == [0, 1, 2, 3, 4])
    }

    @Test("a log is paged, and no page is empty")
    func reads() {
        var state = top(sweeps: 1, workers: 1)
        _ = state.screen(width: 80, height: 24)
        state.show(title: "log", (0..<100).map { ScreenLine("line \($0)") })
        // The end is what one wants to see.
        #expect(state.screen(width: 80, height: 24).contains { $0.text == "line 99" })
        for key in [Key.home, .up, .pageUp] {
            _ = state.press(key)
            #expect(state.screen(width: 80, height: 24)[2].text == "line 0")
        }
        for key in [Key.end, .down, .pageDown] {
            _ = state.press(key)
            #expect(state.screen(width: 80, height: 24).contains { $0.text == "line 99" })
        }
        #expect(state.press(.escape) == [])
        #expect(state.screen(width: 80, height: 24)[2].text.hasPrefix("SWEEP"))
    }

    @Test("why there is nothing new is said, and taken away when there is")
    func problems() {
        var state = top(sweeps: 1, workers: 1)
        state.problem = "no answer"
        #expect(state.screen(width: 80, height: 24).contains { $0.text == "no answer" })
        state.take(snapshot(sweeps: 1, workers: 1), now: 1)
        #expect(!state.screen(width: 80, height: 24).contains { $0.text == "no answer" })
    }
}
