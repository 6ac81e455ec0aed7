import DequeModule
import Glibc
import Processes
import SweepCore
import SweepStore
import SweepWire
import ZeroMQ

/// Carries a `CoordinatorInstance`'s directives out: one router socket, and a store writer for each
/// sweep.
package actor CoordinatorShell {
    nonisolated let loop: EventLoop
    nonisolated let context: Context
    private var socket: Socket?
    /// Who comes in over TCP; nil: nobody.
    var frontDesk: FrontDesk?
    var instance: CoordinatorInstance
    var writers: [SweepDigest: StoreWriter] = [:]
    var grids: [SweepDigest: Grid] = [:]
    var opener: StoreOpener?
    var departure: CheckedContinuation<Void, Never>?
    var hasLeft = false
    private var waiting: [SweepDigest: [CheckedContinuation<SweepEnd, Never>]] = [:]
    var hasOpened: CheckedContinuation<Void, Never>?
    var storeErrors: [SweepDigest: StoreError] = [:]
    private var refusedPeers: Set<PeerID> = []
    /// How many peers it is remembered of.
    private static let rememberedRefusals = 1024
    private var directives = Deque<CoordinatorDirective>()
    private var isCarryingOut = false

    /// News, as they come.
    package nonisolated let events: AsyncStream<CoordinatorEvent>
    let announce: AsyncStream<CoordinatorEvent>.Continuation

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    package init(settings: CoordinatorInstance.Settings) throws(ZeroMQError) {
        loop = try EventLoop()
        context = try Context()
        instance = CoordinatorInstance(settings: settings)
        (events, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
    }

    /// Listens for workers; may be called again for another endpoint.
    ///
    /// - Returns: the endpoint as it was bound, with the port that a `*` stands for.
    @discardableResult
    package func listen(at endpoint: String) throws(ZeroMQError) -> String {
        if endpoint.hasPrefix("tcp:") {
            guard let frontDesk else {
                throw ZeroMQError(code: EACCES, operation: "listen at \(endpoint) without keys")
            }
            return try frontDesk.listen(at: endpoint)
        }
        if let socket {
            try socket.bind(endpoint)
            return try socket.lastEndpoint()
        }
        var options = Socket.Options()
        options.maximumMessageSize = Int64(Wire.maximumMessageSize)
        let socket = try Socket(.router, in: context, options: options)
        try socket.bind(endpoint)
        self.socket = socket
        _ = loop.watch(socket) { [weak self] in self?.assumeIsolated { $0.receive() } }
        schedule()
        return try socket.lastEndpoint()
    }

    /// Adds a sweep and the store of its results.
    package func add(
        _ sweep: SweepProgress, grid: Grid, store: sending Store, gitRevision: String
    ) throws(SystemError) {
        let digest = sweep.definition.sweep
        writers[digest] = try StoreWriter(
            store: store, grid: grid, gitRevision: gitRevision,
            stored: { tickets in Task { await self.stored(tickets) } },
            stalled: { error in Task { await self.stalled(grid.sweep.name, error) } },
            failed: { error in Task { await self.storeFailed(digest, error) } })
        carryOut(instance.add(sweep, now: EventLoop.now()))
    }

    /// Stops handing out a sweep's trials; what runs may finish.
    package func drain(_ sweep: SweepDigest, reason: String? = nil) {
        carryOut(instance.drain(sweep, reason: reason))
        settle()
    }

    /// A worker's process on this machine is known to have ended.
    package func workerEnded(pid: Int, host: String, reason: String) {
        carryOut(instance.ended(pid: pid, on: host, reason: reason, now: EventLoop.now()))
    }

    /// Where a sweep stands.
    package func status(of sweep: SweepDigest) -> SweepStatus? {
        instance.sweeps[sweep].map {
            SweepStatus($0, workers: instance.workerCount, slots: instance.slotCount)
        }
    }

    /// Waits until a sweep is done, or has drained, or its store has failed; all of its rows are
    /// durable then.
    package func end(of sweep: SweepDigest) async -> SweepEnd {
        await withCheckedContinuation {
            waiting[sweep, default: []].append($0)
            settle()
        }
    }

    /// Sends the workers away; each goes as soon as it hears it.
    package func dismissWorkers() { carryOut(instance.dismissWorkers()) }

    /// Closes the stores and the socket.
    package func stop() {
        for writer in writers.values { writer.close() }
        writers = [:]
        socket = nil
        frontDesk?.close()
        frontDesk = nil
        announce.finish()
        loop.stop()
    }

    /// Waits until the last messages are on their way: call it after `stop`, before the process
    /// ends.
    package nonisolated func finishSending() {
        loop.join()
        context.terminate()
    }

    // MARK: Inputs

    private func schedule() {
        loop.wake(at: EventLoop.now() + 0.1) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
    }

    private func tick() {
        carryOut(instance.tick(now: EventLoop.now()))
        frontDesk?.cut()
        settle()
        schedule()
    }

    private func receive() {
        // Bounded, so that timers and the disk's answers are served in between.
        for _ in 0..<256 {
            do {
                guard let frames = try socket?.receive() else { break }
                guard let sender = frames.first else { continue }
                receive(frames.dropFirst(), from: PeerID(sender))
            } catch {
                announce.yield(.stopped(reason: error.description))
                break
            }
        }
        settle()
    }

    /// Takes what stood behind a peer's routing id: one frame, if it keeps to the protocol.
    func receive(_ frames: ArraySlice<[UInt8]>, from peer: PeerID) {
        do throws(WireError) {
            guard let payload = frames.first, frames.count == 1 else {
                throw WireError.malformed(
                    "\(frames.count) frames, expected one; send it through a DEALER socket, without "
                        + "an empty frame in front")
            }
            let message = try WorkerMessage(decoding: payload)
            guard isAllowed(message, from: peer) else { return }
            if case .request(let request) = message, answer(request, from: peer) { return }
            carryOut(instance.receive(message, from: peer, now: EventLoop.now()))
        } catch {
            // Once for each peer, since a broken program repeats itself, as far as memory is bounded.
            if refusedPeers.count >= Self.rememberedRefusals { refusedPeers.removeAll() }
            guard refusedPeers.insert(peer).inserted else { return }
            carryOut([.send(.refusal(reason: error.description), to: peer)])
            announce.yield(.refused(worker: "a peer", reason: error.description))
        }
    }

    func stored(_ tickets: [UInt64]) {
        carryOut(instance.stored(tickets, now: EventLoop.now()))
        settle()
    }

    // MARK: Directives

    /// Carries directives out in the order in which the instance decided on them: what one of them
    /// leads to comes behind all that were there before.
    func carryOut(_ directives: [CoordinatorDirective]) {
        self.directives += directives
        guard !isCarryingOut else { return }
        isCarryingOut = true
        defer { isCarryingOut = false }
        while let directive = self.directives.popFirst() {
            switch directive {
            case .send(let message, let peer):
                do {
                    // A peer that is gone is found by its silence.
                    let end = peer.key == nil ? socket : frontDesk?.socket
                    _ = try end?.send([peer.bytes, message.encoded()])
                } catch {
                    announce.yield(.stopped(reason: error.description))
                }
            case .store(let batch): writers[batch.sweep]?.enqueue(batch)
            case .log(let parts, let sweep, let worker):
                writers[sweep]?.log(parts, worker: worker)
            case .forgetFailures(let sweep, let ticket):
                writers[sweep]?.forgetFailures(ticket: ticket)
            case .open(let opening): open(opening)
            case .close(let sweep): close(sweep)
            case .record(let record, let asker): write(record, asker)
            case .leave: leave()
            case .announce(let event): announce.yield(event)
            }
        }
    }

    func settle() {
        for (sweep, continuations) in waiting {
            let error = storeErrors[sweep]
            guard error != nil || instance.isAtRest(sweep) else { continue }
            waiting[sweep] = nil
            let end = SweepEnd(
                status: status(of: sweep) ?? SweepStatus(), storeError: error)
            for continuation in continuations { continuation.resume(returning: end) }
        }
    }
}
