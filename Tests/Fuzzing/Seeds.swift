import Glibc
import SweepCore
import SweepWire

/// Messages of each kind, from which libFuzzer goes on.
enum Seeds {
    private static let digest = Conversation.submission.sweep
    private static let lease = Lease(id: LeaseID(1), sweep: digest, range: 0..<5)

    private static let outcomes: [Outcome] = [
        Outcome(
            index: 0,
            result: .success(
                TrialOutcome(
                    status: .ok,
                    metrics: [
                        .init("loss", .real(0.5)), .init("n", .integer(3)), .init("t", .text("x")),
                        .init("b", .flag(true)),
                    ],
                    trace: Trace(
                        columns: [.init("round", isInteger: true), .init("loss")],
                        cells: [0, 1, 1, .infinity]))),
            startedAt: 1, duration: 0.1),
        Outcome(
            index: 1, result: .failure(TrialFailure("why", exitCode: 3, signal: 9)), startedAt: 2,
            duration: 0.2),
    ]

    private static let registration = WorkerMessage.registration(
        Registration(
            version: "0.1.0", host: "host", pid: 1, slots: 2, experiments: ["noop/1"],
            nextReport: 1, held: [lease]))

    private static let report = WorkerMessage.report(
        Report(
            number: 1,
            leases: [
                LeaseReport(lease: lease.id, sweep: digest, outcomes: outcomes, isEnded: false)
            ]))

    private static func talk(_ messages: [WorkerMessage]) -> [UInt8] {
        messages.flatMap { FrameBuffer.frame([1] + $0.encoded()) }
    }

    /// Writes a file for each reader into a folder, unless they are there.
    static func write(to folder: String) {
        let output = WorkerMessage.output([
            OutputPart(sweep: digest, index: 1, text: Array("a line\n".utf8), begins: true)
        ])
        let conversation = talk([registration, output, report, .farewell(reason: "done")])
        let another = Submission(
            name: "other", sweep: Conversation.digest(of: "other"), file: "other.yaml",
            directory: "/", text: [1], overrides: [])
        let verbs: [OperatorRequest.Verb] =
            [
                .submit(another), .status(name: nil, failures: 4),
                .workers(selection: "all", trials: 9), .info,
            ]
            + SweepAction.allCases.map { .act($0, name: Conversation.submission.name) }
            + [WorkerAction.drain, .undrain, .stop(atOnce: false)].map {
                .command($0, selection: "all")
            }
            + [.stop(workers: true), .stop(workers: false)]
        let requests = verbs.enumerated().map {
            WorkerMessage.request(OperatorRequest(number: UInt64($0.offset), verb: $0.element))
        }
        let slotReport = LeaseReport(
            lease: lease.id, sweep: digest, outcomes: outcomes, isEnded: true)
        let seeds: [(reader: UInt8, bytes: [UInt8])] =
            [
                (0, registration.encoded()), (0, report.encoded()), (0, output.encoded()),
                (1, CoordinatorMessage.farewell(reason: "done").encoded()),
                (1, CoordinatorMessage.lease(lease).encoded()),
                (2, SlotCommand.lease(lease).encoded()),
                (3, slotReport.encodedFromSlot()),
                (4, FrameBuffer.frame([1, 2, 3]) + FrameBuffer.frame([])),
                (5, conversation), (5, talk([registration] + requests)),
            ] + requests.map { (5, talk([registration, $0, report])) }
        for (number, seed) in seeds.enumerated() {
            let descriptor = open("\(folder)/seed-\(number)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            guard descriptor >= 0 else { continue }
            let bytes = [seed.reader] + seed.bytes
            _ = Glibc.write(descriptor, bytes, bytes.count)
            close(descriptor)
        }
    }
}
