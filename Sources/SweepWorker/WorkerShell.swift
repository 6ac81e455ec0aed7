import DequeModule
import Glibc
import SweepCore
import SweepWire
import ZeroMQ

/// Carries a `WorkerInstance`'s directives out: a socket to the coordinator, and slots.
package actor WorkerShell {
    private nonisolated let loop: EventLoop
    private let context: Context
    private let endpoint: String
    private let security: Socket.Security
    private var monitor: ConnectionMonitor?
    private var failedHandshakes = 0
    private var instance: WorkerInstance
    private let spill: SpillFile?
    /// Reports that the spill file could not take.
    private var unspilled: [Report] = []
    private var socket: Socket?
    private var slots: [SlotProcess?]
    private var watches: [[Int]]
    private var isLeaving = false
    private var directives = Deque<WorkerDirective>()
    private var isCarryingOut = false
    private var ending: WorkerExit?
    private var ended: CheckedContinuation<WorkerExit, Never>?

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// A worker for the coordinator at `endpoint`.
    ///
    /// - Parameters:
    ///   - endpoint: the coordinator's address.
    ///   - security: how it proves who it is to a coordinator on another machine.
    ///   - identity: what the worker says of itself when it registers.
    ///   - state: a folder for reports that the coordinator does not have when this process ends;
    ///     nil: they end with it.
    /// - Throws: `ZeroMQError`, or `SystemError` when the folder cannot be used.
    package init(
        endpoint: String, security: Socket.Security = .none, identity: Registration, state: String?
    ) throws {
        self.security = security
        loop = try EventLoop()
        context = try Context()
        self.endpoint = endpoint
        if let state {
            let file = try SpillFile(directory: state)
            spill = file
            instance = WorkerInstance(
                identity: identity, spill: .durable(recovered: file.recovered))
        } else {
            // Without a file, memory has to do.
            spill = try? SpillFile()
            instance = WorkerInstance(identity: identity, spill: spill == nil ? .none : .forSpace)
        }
        slots = Array(repeating: nil, count: identity.slots)
        watches = Array(repeating: [], count: identity.slots)
    }

    /// Serves until the coordinator, or a failure, ends it.
    package func run() async throws(ZeroMQError) -> WorkerExit {
        var options = Socket.Options()
        options.maximumMessageSize = Int64(Wire.maximumMessageSize)
        // A process is one peer for all its life, across every reconnection.
        options.routingID = [0x77] + (0..<15).map { _ in UInt8.random(in: 0...255) }
        options.security = security
        let socket = try Socket(.dealer, in: context, options: options)
        if case .client = security {
            monitor = try ConnectionMonitor(socket, in: context, on: loop) { [weak self] event in
                self?.assumeIsolated { $0.hear(event) }
            }
        }
        try socket.connect(endpoint)
        self.socket = socket
        _ = loop.watch(socket) { [weak self] in self?.assumeIsolated { $0.receive() } }
        carryOut(instance.start(now: EventLoop.now()))
        schedule()
        let ending = await withCheckedContinuation { continuation in
            // The slots may have failed already.
            if let known = self.ending {
                continuation.resume(returning: known)
            } else {
                ended = continuation
            }
        }
        for slot in slots.indices { end(slot) }
        monitor?.close()
        monitor = nil
        self.socket = nil
        loop.stop()
        return ending
    }

    /// Whether something listens at the endpoint that does not have the expected key.
    package var meetsStrangers: Bool { failedHandshakes > 2 }

    private func hear(_ event: ConnectionMonitor.Event) {
        switch event {
        case .admitted: failedHandshakes = 0
        case .failed, .brokenOff: failedHandshakes += 1
        case .notAdmitted:
            finish(
                .refused(
                    reason: "the coordinator at \(endpoint) does not admit this machine's key: it "
                        + "is revoked, or not known there (windrow worker list --refused)"))
        case .accepted, .disconnected: break
        }
    }

    /// Lets what runs finish, delivers it, and ends.
    ///
    /// - Returns: trials that run, and reports that the coordinator does not have yet.
    package func leave() -> (running: Int, unacknowledged: Int) {
        guard !isLeaving else { return (0, 0) }
        carryOut(instance.leave())
        return (instance.runningCount, instance.unacknowledgedCount)
    }

    /// Takes nothing more for now, and says why; or, with nil, takes leases again.
    ///
    /// - Parameters:
    ///   - reason: as people are told; nil: it rests no more.
    ///   - givesUp: whether what runs goes back to the queue, too, without blame.
    package func rest(_ reason: String?, givesUp: Bool) {
        guard !isLeaving else { return }
        carryOut(instance.rest(reason, givesUp: givesUp))
    }

    /// Leaves by itself after so many seconds without work.
    package func leave(afterIdle seconds: Double) { instance.idleLimit = seconds }

    /// Whether the coordinator has welcomed this worker and was heard of since.
    package var isConnected: Bool { instance.isConnected }

    private func schedule() {
        loop.wake(at: EventLoop.now() + 0.1) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
    }

    private func tick() {
        guard !isLeaving else { return }
        let activity = slots.map { $0?.page.activity ?? SlotActivity(index: nil, seconds: 0) }
        carryOut(instance.tick(activity, now: EventLoop.now()))
        write([], isTold: true)
        schedule()
    }

    private func receive() {
        guard let socket, !isLeaving else { return }
        // Bounded, so that slots are served in between.
        for _ in 0..<64 {
            do {
                guard let frames = try socket.receive() else { return }
                guard let payload = frames.last else { continue }
                let message = try CoordinatorMessage(decoding: payload)
                carryOut(instance.receive(message, now: EventLoop.now()))
            } catch let error as WireError {
                if case .incompatible = error {
                    finish(.refused(reason: error.description))
                    return
                }
                complain("worker: ignored a \(error)")
            } catch {
                finish(.refused(reason: "\(error)"))
                return
            }
        }
    }

    // MARK: Directives

    /// Carries directives out in the order in which the instance decided on them: what one of them
    /// leads to comes behind all that were there before.
    private func carryOut(_ directives: [WorkerDirective]) {
        self.directives += directives
        guard !isCarryingOut else { return }
        isCarryingOut = true
        defer { isCarryingOut = false }
        while !isLeaving, let directive = self.directives.popFirst() {
            switch directive {
            case .send(let message):
                do {
                    _ = try socket?.send([message.encoded()])
                } catch {
                    complain("worker: \(error)")
                }
            case .startSlot(let slot): start(slot)
            case .command(let command, let slot): slots[slot]?.send(command)
            case .truncate(let slot):
                if let end = slots[slot]?.page.truncate() {
                    carryOut(instance.slotTruncated(slot, at: end))
                }
            case .kill(let slot): slots[slot]?.kill()
            case .spill(let reports): write(reports, isTold: false)
            case .readSpill(let number):
                write([], isTold: true)
                let read = spill?.read(from: number) ?? []
                // What the file could not take comes after what it has.
                carryOut(
                    instance.unspilled(
                        read.isEmpty ? unspilled.filter { $0.number >= number } : read))
            case .clearSpill:
                unspilled = []
                spill?.clear()
            case .exit(let exit): finish(exit)
            }
        }
    }

    /// Appends to the spill file; what it cannot take stays in memory and is tried again.
    private func write(_ reports: [Report], isTold: Bool) {
        unspilled += reports
        do {
            try spill?.append(unspilled)
            unspilled = []
            if reports.isEmpty { try spill?.synchronize() }
        } catch {
            if !isTold { complain("worker: \(error); it is tried again") }
        }
    }

    private func finish(_ exit: WorkerExit) {
        guard !isLeaving else { return }
        isLeaving = true
        ending = exit
        ended?.resume(returning: exit)
        ended = nil
    }

    private func start(_ slot: Int) {
        do {
            let process = try SlotProcess()
            slots[slot] = process
            let reports = loop.watch(descriptor: process.descriptors.reports) { [weak self] in
                self?.assumeIsolated { $0.hear(slot) }
            }
            let words = loop.watch(descriptor: process.descriptors.words) { [weak self] in
                self?.assumeIsolated { $0.listen(slot) }
            }
            watches[slot] = [reports, words]
        } catch {
            // Counted like a slot that dies at once, so that it ends with a reason.
            let end = SlotEnd(
                activity: SlotActivity(index: nil, seconds: 0), exitCode: nil, signal: nil,
                lastWords: error.description, time: 0)
            carryOut(instance.slotEnded(slot, end))
        }
    }

    private func hear(_ slot: Int) {
        guard let process = slots[slot] else { return }
        let (reports, hasEnded) = process.receive()
        for report in reports { carryOut(instance.slotReported(slot, report)) }
        guard hasEnded, slots[slot] === process else { return }
        if let end = end(slot), !isLeaving { carryOut(instance.slotEnded(slot, end)) }
    }

    private func listen(_ slot: Int) {
        guard let process = slots[slot],
            !process.listen({ print(slot, $0, $1) }), watches[slot].count > 1
        else { return }
        loop.unwatch(watches[slot].removeLast())
    }

    private func print(_ slot: Int, _ bytes: UnsafeRawBufferPointer, _ index: Int?) {
        instance.slotPrinted(slot, bytes, index: index)
    }

    /// Ends a slot's process and everything that it started.
    @discardableResult
    private func end(_ slot: Int) -> SlotEnd? {
        guard let process = slots[slot] else { return nil }
        for watch in watches[slot] { loop.unwatch(watch) }
        watches[slot] = []
        slots[slot] = nil
        return process.end { print(slot, $0, $1) }
    }
}

/// A line for whoever reads the daemon's standard error.
func complain(_ text: String) {
    let line = Array("windrow \(text)\n".utf8)
    _ = write(2, line, line.count)
}
