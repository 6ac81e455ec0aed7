import Foundation
import SweepCore
import SweepView
import SweepWire
import Testing

@testable import SweepDashboard

/// JSON as Foundation reads it.
func parsed(_ json: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
}

@Suite("JSON from front to back")
struct JSONWriterTests {
    @Test("any text and any number comes back as it was")
    func roundTrip() throws {
        let texts = ["", "a\"b\\c", "\u{0}\u{1f}\n\t\u{7f}", "näh ∈ 🎉", "</script>"]
        let numbers = [0, -0.0, 1, 0.1, 1e300, .leastNonzeroMagnitude, -123456789.25, .pi]
        var json = JSONWriter()
        json.object { json in
            json.array("texts") { json in for text in texts { json.text(nil, text) } }
            json.array("numbers") { json in for number in numbers { json.number(nil, number) } }
            json.array("nulls") { json in
                json.number(nil, .nan)
                json.number(nil, -.infinity)
                json.text(nil, nil)
                json.integer(nil, nil)
            }
            json.object("empty") { _ in }
            json.array("none") { _ in }
            json.flag("yes", true)
            json.integer("least", .min)
        }
        let read = try parsed(json.bytes)
        #expect(read["texts"] as? [String] == texts)
        #expect(read["numbers"] as? [Double] == numbers)
        #expect((read["nulls"] as? [NSNull])?.count == 4)
        #expect(read["yes"] as? Bool == true && read["least"] as? Int == .min)
    }
}

@Suite("Curves of running trials")
struct RunningCurveTests {
    @Test("a curve has at most so many points, in order, with the first and the newest")
    func bounded() {
        for step in [1, 3, 1000] {
            var curve = RunningCurve()
            for round in 0..<20_000 {
                curve.add(round: round * step, value: Double(round))
                let points = curve.points
                if round % 997 == 0 || round > 19_990 {
                    #expect(points.count <= RunningCurve.mostPoints)
                    #expect(points.first?.round == 0 && points.last?.round == round * step)
                    #expect(zip(points, points.dropFirst()).allSatisfy { $0.round < $1.round })
                    #expect(points.allSatisfy { $0.value == Double($0.round / step) })
                }
            }
            // What is left is spread evenly: no gap is much larger than the others.
            let gaps = zip(curve.points, curve.points.dropFirst()).map { $1.round - $0.round }
            #expect(curve.points.count > RunningCurve.mostPoints / 4)
            #expect((gaps.max() ?? 0) <= 20_000 * step / 50)
        }
    }

    @Test("a round again adds nothing, and one before the last begins anew")
    func anew() {
        var curve = RunningCurve()
        for round in [0, 5, 5, 9] { curve.add(round: round, value: 1) }
        #expect(curve.points.map(\.round) == [0, 5, 9])
        curve.add(round: 2, value: 1)
        #expect(curve.points.map(\.round) == [2])
    }

    @Test("a thinned curve keeps its ends")
    func thin() {
        let rows = (0..<5000).map { [Double($0)] }
        let few = thinned(rows, to: 100)
        #expect(few.count == 100 && few.first == [0] && few.last == [4999])
        #expect(thinned(rows, to: 5000) == rows && thinned([], to: 10) == [])
    }
}

/// A coordinator's answer with running trials and a failure.
func exampleSnapshot(round: Int = 10) -> ClusterSnapshot {
    var sweep = SweepSummary(name: "a \"b\"", state: .running, store: "/st/a")
    sweep.trials = 100
    sweep.finished = 40
    sweep.failed = 2
    sweep.metric = MetricGoal(name: "loss", goal: .minimize)
    sweep.failures = [
        FailureSummary(
            index: 3, attempt: 1, isFinal: true, host: "h", endedAt: 5,
            failure: TrialFailure("broken\n<script>"))
    ]
    var worker = WorkerSummary(
        number: 1, host: "node\\1\n", pid: 2, slots: 4, running: 1, state: .ready, version: "1",
        silence: 0.25)
    var trial = RunningSummary(
        sweep: sweep.name, index: 7, attempt: 1, progress: RunningProgress(seconds: 3))
    trial.id = TrialID(bits: 7)
    trial.label = "kind=ec"
    trial.progress.trial = TrialProgress(round: round, rounds: 100, value: 1 / Double(round))
    worker.trials = [trial]
    return ClusterSnapshot(
        info: CoordinatorInfo(
            version: "1", host: "head", pid: 1, uptime: 12.5, storeRoot: "/st", endpoints: [],
            workers: 1, slots: 4, sweeps: 1),
        sweeps: [sweep], workers: [worker])
}

@Suite("What the page is told of the cluster")
struct StateTests {
    @Test("an event has sweeps, workers, running trials and failures")
    func event() throws {
        var state = DashboardState()
        #expect(try parsed(state.clusterEvent)["sweeps"] == nil)
        state.take(exampleSnapshot(), now: 0)
        let event = try parsed(state.clusterEvent)
        let sweep = try #require((event["sweeps"] as? [[String: Any]])?.first)
        #expect(sweep["name"] as? String == "a \"b\"" && sweep["finished"] as? Int == 40)
        #expect(sweep["metric"] as? String == "loss" && sweep["goal"] as? String == "minimize")
        let failure = try #require((sweep["failures"] as? [[String: Any]])?.first)
        #expect(failure["reason"] as? String == "broken\n<script>")
        let trial = try #require((event["running"] as? [[String: Any]])?.first)
        #expect(trial["id"] as? String == "t-0000000000000007" && trial["round"] as? Int == 10)
        #expect(trial["value"] as? Double == 0.1)
        #expect((event["workers"] as? [[String: Any]])?.count == 1)
        #expect(event["problem"] is NSNull)
        let version = state.version
        state.miss("no answer")
        #expect(try parsed(state.clusterEvent)["problem"] as? String == "no answer")
        #expect(state.version > version)
    }

    @Test("a running trial's curve grows with each look, and goes with the trial")
    func curves() {
        var state = DashboardState()
        for round in 1...5 { state.take(exampleSnapshot(round: round), now: Double(round)) }
        let curve = state.curve(of: "t-0000000000000007", in: "a \"b\"")
        #expect(curve?.map { $0[0] } == [1, 2, 3, 4, 5])
        #expect(state.curve(of: "t-0000000000000007", in: "other") == nil)
        #expect(state.curve(of: "t-0000000000000008", in: "a \"b\"") == nil)
        var ended = exampleSnapshot()
        ended.workers[0].trials = []
        state.take(ended, now: 6)
        #expect(state.curve(of: "t-0000000000000007", in: "a \"b\"") == nil)
    }

    @Test("at most 200 running trials are listed, and all are counted")
    func bounded() throws {
        var snapshot = exampleSnapshot()
        let one = snapshot.workers[0].trials[0]
        snapshot.workers[0].trials = (0..<900).map {
            var trial = one
            trial.index = $0
            return trial
        }
        var state = DashboardState()
        state.take(snapshot, now: 0)
        let event = try parsed(state.clusterEvent)
        #expect((event["running"] as? [Any])?.count == 200)
        #expect(event["running_count"] as? Int == 900)
    }
}

@Suite("Prometheus' text format")
struct MetricsTextTests {
    /// A sample as `name{labels} value`, by the format's own grammar.
    nonisolated(unsafe) private static let sample =
        /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*)\})? (\S+)/

    @Test("each line is a sample under its own HELP and TYPE, which stand once")
    func grammar() throws {
        let text = MetricsText(exampleSnapshot(), problem: nil).text
        #expect(text.hasSuffix("\n"))
        var helped: Set<Substring> = []
        var typed: [Substring: Substring] = [:]
        var current: Substring = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(words[2]).inserted && words.count == 4)
            } else if line.hasPrefix("# TYPE ") {
                #expect(helped.contains(words[2]) && typed[words[2]] == nil)
                typed[words[2]] = words[3]
                current = words[2]
            } else {
                let match = try #require(line.wholeMatch(of: Self.sample), "\(line)")
                #expect(match.1 == current)
                #expect(Double(String(match.3)) != nil)
            }
        }
        // Units and kinds are in the names.
        for (name, kind) in typed {
            #expect(name.hasPrefix("windrow_"))
            #expect(name.hasSuffix("_total") == (kind == "counter"))
        }
        #expect(text.contains("windrow_sweep_finished_trials{sweep=\"a \\\"b\\\"\"} 40\n"))
        #expect(text.contains("host=\"node\\\\1\\n\"} 0.25\n"))
        #expect(text.contains("windrow_coordinator_uptime_seconds 12.5\n"))
    }

    @Test("a coordinator that does not answer is down, and nothing old is told as new")
    func down() {
        for text in [
            MetricsText(nil, problem: nil).text, MetricsText(exampleSnapshot(), problem: "no").text,
        ] {
            #expect(text.contains("\nwindrow_coordinator_up 0\n"))
            #expect(!text.contains("windrow_sweep"))
        }
    }
}
