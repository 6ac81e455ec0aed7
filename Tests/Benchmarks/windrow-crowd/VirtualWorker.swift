import Glibc
import SweepCore
import SweepWire
import SweepWorker
import ZeroMQ

/// One worker of the crowd: a real `WorkerInstance` and a real connection, but slots that only wait.
struct VirtualWorker {
    private let socket: Socket
    private var instance: WorkerInstance
    private var slot: (lease: Lease, index: Int, since: Double)?
    private let seconds: Double
    private(set) var finished = 0

    /// Connects and introduces itself.
    ///
    /// - Parameter seconds: how long each trial waits.
    init(
        _ number: Int, seconds: Double, to address: String, _ security: Socket.Security,
        in context: Context
    ) throws(ZeroMQError) {
        self.seconds = seconds
        var options = Socket.Options()
        options.routingID = [0x77] + (0..<15).map { _ in UInt8.random(in: 0...255) }
        options.security = security
        socket = try Socket(.dealer, in: context, options: options)
        try socket.connect(address)
        instance = WorkerInstance(
            identity: Registration(
                version: "crowd", host: "crowd-\(number)", pid: number, slots: 1,
                experiments: ["noop/1"]))
        try carryOut(instance.start(now: EventLoop.now()))
    }

    /// Whether the coordinator has welcomed it.
    var isConnected: Bool { instance.isConnected }

    /// Takes what has come, and lets time pass.
    mutating func live() throws {
        while let payload = try socket.receive()?.last {
            let message = try CoordinatorMessage(decoding: payload)
            try carryOut(instance.receive(message, now: EventLoop.now()))
        }
        try finishTrial()
        let now = EventLoop.now()
        let activity = SlotActivity(index: slot?.index, seconds: now - (slot?.since ?? now))
        try carryOut(instance.tick([activity], now: now))
    }

    private mutating func finishTrial() throws(ZeroMQError) {
        let now = EventLoop.now()
        guard let (lease, index, since) = slot, now - since >= seconds else { return }
        let isEnded = index + 1 >= lease.range.upperBound
        slot = isEnded ? nil : (lease, index + 1, now)
        finished += 1
        let outcome = Outcome(
            index: index,
            result: .success(TrialOutcome(status: .ok, metrics: [.init("value", .real(since))])),
            startedAt: 0, duration: seconds)
        try carryOut(
            instance.slotReported(
                0,
                LeaseReport(
                    lease: lease.id, sweep: lease.sweep, outcomes: [outcome], isEnded: isEnded)))
    }

    private mutating func carryOut(_ directives: [WorkerDirective]) throws(ZeroMQError) {
        for directive in directives {
            switch directive {
            case .send(let message): _ = try socket.send([message.encoded()])
            case .command(.lease(let lease), _):
                slot = (lease, lease.range.lowerBound, EventLoop.now())
            case .truncate:
                guard let (lease, index, since) = slot else { continue }
                let range = lease.range.lowerBound..<(index + 1)
                slot = (Lease(id: lease.id, sweep: lease.sweep, range: range), index, since)
                try carryOut(instance.slotTruncated(0, at: index + 1))
            case .kill:
                let activity = SlotActivity(index: slot?.index, seconds: 0)
                slot = nil
                try carryOut(
                    instance.slotEnded(
                        0,
                        SlotEnd(
                            activity: activity, exitCode: nil, signal: SIGKILL, lastWords: "",
                            time: 0)))
            case .command(.definition, _), .startSlot, .spill, .readSpill, .clearSpill, .exit: break
            }
        }
    }
}
