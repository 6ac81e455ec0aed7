import SweepCore
import Testing

@testable import SweepWire

@Suite("Messages on the wire")
struct WireTests {
    static let outcomes: [Outcome] = [
        Outcome(
            index: 7,
            result: .success(
                TrialOutcome(
                    status: .ok,
                    metrics: [
                        .init("loss", .real(0.1)), .init("count", .integer(-3)),
                        .init("note", .text("a,\"b\"\n")), .init("good", .flag(true)),
                    ],
                    trace: Trace(
                        columns: [.init("round", isInteger: true), .init("loss")],
                        cells: [0, .infinity, 1, 0.5]))),
            startedAt: 1e9, duration: 0.25),
        Outcome(
            index: .max,
            result: .failure(
                TrialFailure("no such file", exitCode: 2, signal: nil, isPermanent: true)),
            startedAt: 0, duration: 0),
    ]
    static let lease = Lease(id: LeaseID(.max), sweep: SweepDigest(bits: .max), range: 5..<905)
    static let fromWorker: [WorkerMessage] =
        [
            .output([
                OutputPart(sweep: SweepDigest(bits: .max), index: 9, text: [0, 255], begins: true),
                OutputPart(sweep: SweepDigest(bits: 0), index: .max, text: [], begins: false),
            ]),
            .registration(
                Registration(
                    version: "1", host: "näh", pid: 77, slots: 4, experiments: ["noop/1"],
                    nextReport: 9, held: [lease])),
            .report(
                Report(
                    number: 3,
                    leases: [
                        LeaseReport(
                            lease: LeaseID(1), sweep: SweepDigest(bits: 2), outcomes: outcomes,
                            isEnded: true),
                        LeaseReport(
                            lease: LeaseID(2), sweep: SweepDigest(bits: 2), outcomes: [],
                            isEnded: false, truncatedAt: 12),
                    ])),
            .heartbeat(
                Heartbeat(
                    running: [RunningTrial(lease: LeaseID(4), index: 12)], held: [LeaseID(4)],
                    lastReport: 8, unacknowledged: 7)),
            .heartbeat(
                Heartbeat(
                    running: [
                        running(RunningProgress(seconds: 0)),
                        running(RunningProgress(seconds: 2.5, trial: TrialProgress(round: 0))),
                        running(
                            RunningProgress(
                                seconds: 1e6,
                                trial: TrialProgress(round: .max, rounds: 12, value: -.infinity))),
                    ])),
            .farewell(reason: "drained"),
            .heartbeat(Heartbeat(isLeaving: true)),
            .registration(leaving),
        ]
        + [
            .submit(speculating),
            .submit(
                Submission(
                    name: "s", sweep: SweepDigest(bits: .max), file: "s.yaml", directory: "/d",
                    text: [0, 255], overrides: ["a=1", ""], priority: -1000)),
            .status(name: nil), .status(name: "s"), .status(name: "s", failures: 32),
            .workers(selection: "", trials: 4096), .act(.pause, name: "s"),
            .act(.resume, name: "s"), .act(.cancel, name: "s"), .act(.retry, name: "s"),
            .workers(selection: ""), .command(.drain, selection: "all"),
            .command(.undrain, selection: "1"), .command(.stop(atOnce: true), selection: "last"),
            .command(.stop(atOnce: false), selection: "x"), .info, .stop(workers: true),
        ].map { (verb: OperatorRequest.Verb) in
            .request(OperatorRequest(number: .max, verb: verb))
        }
    private static func running(_ progress: RunningProgress) -> RunningTrial {
        var trial = RunningTrial(lease: LeaseID(4), index: 12)
        trial.progress = progress
        return trial
    }
    private static var speculating: Submission {
        var submission = Submission(
            name: "s", sweep: SweepDigest(bits: 1), file: "s.yaml", directory: "/d", text: [],
            overrides: [], priority: 1000)
        submission.speculates = true
        return submission
    }
    private static var leaving: Registration {
        var registration = Registration(
            version: "1", host: "h", pid: 1, slots: 1, experiments: [])
        registration.isLeaving = true
        registration.lastReport = 12
        registration.tags = ["fast", "gpu"]
        registration.gpus = ["0", "GPU-1"]
        return registration
    }
    static let fromCoordinator: [CoordinatorMessage] = [
        .introduce, .heartbeat,
        .welcome(Welcome(version: "1", heartbeatInterval: 1, heartbeatTimeout: 10)),
        .refusal(reason: "no"), .farewell(reason: "done"), .lease(lease),
        .definition(Definition(sweep: SweepDigest(bits: 5), json: [1, 2, 3], timeout: 2.5)),
        .definition(Definition(sweep: SweepDigest(bits: 5), json: [], timeout: nil)),
        .definition(
            Definition(
                sweep: SweepDigest(bits: 5), json: [], timeout: nil,
                resources: Resources(cpus: 3, memory: 1 << 30, gpus: 2))),
        .acknowledgement(through: .max), .recall([LeaseID(1), LeaseID(.max)], abandon: false),
        .recall([LeaseID(1)], abandon: true),
        .reply(OperatorReply(number: 1, body: .failure(reason: "no", exitCode: 64))),
        .reply(
            OperatorReply(
                number: 2,
                body: .sweeps(
                    SweepState.allCases.map { state in
                        var sweep = SweepSummary(name: "s", state: state, store: "/st/s")
                        sweep.trials = 9
                        sweep.finished = 4
                        sweep.failed = 5
                        sweep.leased = 1
                        sweep.retried = 2
                        sweep.reason = "why"
                        sweep.priority = -3
                        sweep.waiting = "a tag"
                        sweep.metric = MetricGoal(
                            name: "loss", goal: state == .paused ? .maximize : .minimize)
                        var failure = FailureSummary(
                            index: 4, attempt: 3, isFinal: true, host: "h", endedAt: nil,
                            failure: TrialFailure("no", exitCode: 3, signal: 9))
                        sweep.failures = [failure]
                        failure.id = TrialID(bits: .max)
                        failure.label = "kind=ec"
                        failure.endedAt = 1e9
                        sweep.failures.append(failure)
                        sweep.requires = ["fast", "big"]
                        sweep.cpus = 4
                        sweep.gpus = 2
                        return sweep
                    }))),
        .reply(
            OperatorReply(
                number: 3,
                body: .workers(
                    WorkerSummary.State.allCases.map {
                        var worker = WorkerSummary(
                            number: 3, host: "h", pid: 4, slots: 5, running: 2, state: $0,
                            version: "1", silence: 0.5)
                        worker.gpus = ["1", "0"]
                        worker.reason = $0 == .quarantined ? "why" : nil
                        var trial = RunningSummary(
                            sweep: "s", index: 3, attempt: 2, progress: RunningProgress(seconds: 1))
                        worker.trials = [trial]
                        trial.id = TrialID(bits: 1)
                        trial.label = "kind=ec"
                        trial.progress.trial = TrialProgress(round: 1, rounds: 2, value: 0.5)
                        worker.trials.append(trial)
                        return worker
                    }))),
        .reply(
            OperatorReply(
                number: 4,
                body: .info(
                    CoordinatorInfo(
                        version: "1", host: "h", pid: 2, uptime: 3.5, storeRoot: "/st",
                        endpoints: ["ipc:///x"], workers: 1, slots: 2, sweeps: 3)))),
    ]

    @Test("a worker's message comes back as it was", arguments: fromWorker)
    func workerRoundTrip(_ message: WorkerMessage) throws {
        #expect(try WorkerMessage(decoding: message.encoded()) == message)
    }

    @Test("a coordinator's message comes back as it was", arguments: fromCoordinator)
    func coordinatorRoundTrip(_ message: CoordinatorMessage) throws {
        #expect(try CoordinatorMessage(decoding: message.encoded()) == message)
    }

    @Test("another major version is refused by both numbers")
    func otherVersion() {
        let bytes = serialized(
            Windrow_V1_FromWorker.with {
                $0.major = 9
                $0.farewell = .init()
            })
        #expect(throws: WireError.incompatible(theirs: 9)) { try WorkerMessage(decoding: bytes) }
        let text = WireError.incompatible(theirs: 9).description
        #expect(text.contains("9") && text.contains("\(Wire.major)"))
    }

    @Test("a metric without a name, a lease past all indices, a trace with ragged rows are refused")
    func outOfBounds() {
        let ragged = serialized(
            Windrow_V1_FromWorker.with {
                $0.major = Wire.major
                $0.report.leases = [
                    .with {
                        $0.metricNames = ["loss"]
                        $0.outcomes = [.with { $0.index = 1 }]
                    }
                ]
            })
        #expect(throws: WireError.self) { try WorkerMessage(decoding: ragged) }
        let trace = serialized(
            Windrow_V1_FromWorker.with {
                $0.major = Wire.major
                $0.report.leases = [
                    .with {
                        $0.outcomes = [
                            .with {
                                $0.trace = .with {
                                    $0.names = ["a", "b"]
                                    $0.isInteger = [true, false]
                                    $0.cells = [1, 2, 3]
                                }
                            }
                        ]
                    }
                ]
            })
        #expect(throws: WireError.self) { try WorkerMessage(decoding: trace) }
        for (first, count) in [(UInt64.max, UInt64(1)), (UInt64(Int.max), 1), (0, 0), (0, 1 << 40)]
        {
            let lease = serialized(
                Windrow_V1_FromCoordinator.with {
                    $0.major = Wire.major
                    $0.lease.first = first
                    $0.lease.count = count
                })
            #expect(throws: WireError.self) { try CoordinatorMessage(decoding: lease) }
        }
    }

    @Test("a report's number that cannot be counted on from is refused", arguments: [0, .max])
    func reportNumber(_ number: UInt64) {
        let report = WorkerMessage.report(Report(number: number, leases: []))
        #expect(throws: WireError.self) { try WorkerMessage(decoding: report.encoded()) }
        let registration = WorkerMessage.registration(
            Registration(
                version: "1", host: "h", pid: 1, slots: 1, experiments: [], nextReport: number,
                held: []))
        #expect(throws: WireError.self) { try WorkerMessage(decoding: registration.encoded()) }
        let heartbeat = WorkerMessage.heartbeat(
            Heartbeat(
                running: [RunningTrial(lease: LeaseID(1), index: .max)], held: [], lastReport: 0,
                unacknowledged: 0))
        #expect(throws: WireError.self) { try WorkerMessage(decoding: heartbeat.encoded()) }
    }

    @Test("a running trial's time that is none, and a round past all numbers, are refused")
    func progressOutOfBounds() {
        for seconds in [Double.nan, .infinity, -1] {
            let sign = WorkerMessage.heartbeat(
                Heartbeat(running: [Self.running(RunningProgress(seconds: seconds))]))
            #expect(throws: WireError.self) { try WorkerMessage(decoding: sign.encoded()) }
        }
        let beyond = serialized(
            Windrow_V1_FromWorker.with {
                $0.major = Wire.major
                $0.heartbeat.running = [.with { $0.progress.round = .max }]
            })
        #expect(throws: WireError.self) { try WorkerMessage(decoding: beyond) }
    }

    @Test("any bytes at all are decoded or refused, never trapped on")
    func anyBytes() {
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let seeds = Self.fromWorker.map { $0.encoded() } + Self.fromCoordinator.map { $0.encoded() }
        for _ in 0..<20_000 {
            var bytes = seeds[random(seeds.count)]
            for _ in 0...random(6) {
                switch random(4) {
                case 0: bytes.append(UInt8(random(256)))
                case 1: if !bytes.isEmpty { bytes.remove(at: random(bytes.count)) }
                default: if !bytes.isEmpty { bytes[random(bytes.count)] = UInt8(random(256)) }
                }
            }
            if let message = try? WorkerMessage(decoding: bytes) { _ = message.encoded() }
            if let message = try? CoordinatorMessage(decoding: bytes) { _ = message.encoded() }
            _ = try? SlotCommand(decoding: bytes)
            _ = try? LeaseReport(decodingFromSlot: bytes)
        }
    }

    @Test("outcomes with different metrics go into reports of their own, in order")
    func uniform() throws {
        func outcome(_ index: Int, _ names: [String]) -> Outcome {
            Outcome(
                index: index,
                result: .success(
                    TrialOutcome(status: .ok, metrics: names.map { .init($0, .integer(1)) })),
                startedAt: 0, duration: 0)
        }
        let failed = Outcome(
            index: 9, result: .failure(TrialFailure("x")), startedAt: 0, duration: 0)
        let report = LeaseReport(
            lease: LeaseID(1), sweep: SweepDigest(bits: 1),
            outcomes: [
                failed, outcome(0, ["a"]), outcome(1, ["a"]), failed, outcome(2, ["b"]),
                outcome(3, []), failed,
            ], isEnded: true)
        let parts = report.uniform()
        #expect(parts.flatMap(\.outcomes) == report.outcomes)
        #expect(parts.map(\.isEnded) == [false, false, true])
        let message = WorkerMessage.report(Report(number: 1, leases: parts))
        #expect(try WorkerMessage(decoding: message.encoded()) == message)
    }
}

@Suite("Frames in a byte stream")
struct FrameBufferTests {
    @Test("frames come out whole however the stream is cut", arguments: [1, 2, 3, 7, 1000])
    func cuts(_ size: Int) throws {
        let payloads: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), [2, 3]]
        let stream = payloads.flatMap { FrameBuffer.frame($0) }
        var buffer = FrameBuffer()
        var received: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            buffer.append(stream[start..<min(start + size, stream.count)])
            while let frame = try buffer.next() { received.append(frame) }
        }
        #expect(received == payloads)
    }

    @Test("a length beyond the bound is refused before anything is kept")
    func tooLong() {
        var buffer = FrameBuffer()
        buffer.append([255, 255, 255, 255])
        #expect(throws: WireError.self) { try buffer.next() }
    }
}
