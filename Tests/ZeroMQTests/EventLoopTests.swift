import Foundation
import Testing

@testable import ZeroMQ

/// An actor on an event loop, with a socket of its own.
private actor Endpoint {
    private nonisolated let loop: EventLoop
    private let context: Context
    private var socket: Socket?
    private var received: [[[UInt8]]] = []
    private var waiting: (count: Int, continuation: CheckedContinuation<[[[UInt8]]], Never>)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init() throws {
        loop = try EventLoop()
        context = try Context()
    }

    deinit { loop.stop() }

    func open(_ pattern: Socket.Pattern, _ options: Socket.Options = .init()) throws {
        let socket = try Socket(pattern, in: context, options: options)
        self.socket = socket
        _ = loop.watch(socket) { [unowned self] in self.assumeIsolated { $0.receive() } }
    }

    func bind(_ endpoint: String) throws { try socket?.bind(endpoint) }
    func connect(_ endpoint: String) throws { try socket?.connect(endpoint) }
    func send(_ frames: [[UInt8]]) throws -> Bool { try socket?.send(frames) ?? false }

    private func receive() {
        while let frames = try? socket?.receive() { received.append(frames) }
        if let waiting, received.count >= waiting.count {
            self.waiting = nil
            waiting.continuation.resume(returning: received)
        }
    }

    /// The first messages, as soon as there are so many.
    func messages(_ count: Int) async -> [[[UInt8]]] {
        if received.count >= count { return received }
        return await withCheckedContinuation { waiting = (count, $0) }
    }

    /// What happens at the deadlines, in order.
    func timers() async -> [String] {
        await withCheckedContinuation { continuation in
            let now = EventLoop.now()
            // A later timer replaces an earlier one.
            loop.wake(at: now) { continuation.resume(returning: ["replaced"]) }
            loop.wake(at: now + 0.001) { continuation.resume(returning: ["kept"]) }
        }
    }

    func isOnLoop() -> Bool { loop.isIsolatingCurrentContext() == true }
}

@Suite("Sockets on an event loop")
struct EventLoopTests {
    private func endpoint() -> String {
        "ipc://" + NSTemporaryDirectory() + "windrow-zmq-\(UUID().uuidString.prefix(8))"
    }

    private func remove(_ endpoint: String) {
        try? FileManager.default.removeItem(atPath: String(endpoint.dropFirst(6)))
    }

    @Test("messages of one dealer arrive whole, in order, under its own name")
    func order() async throws {
        let place = endpoint()
        defer { remove(place) }
        let router = try Endpoint()
        let dealer = try Endpoint()
        var options = Socket.Options()
        options.routingID = [1, 2, 3]
        try await router.open(.router)
        try await router.bind(place)
        try await dealer.open(.dealer, options)
        try await dealer.connect(place)
        let payloads = (0..<500).map { [UInt8](repeating: UInt8($0 % 256), count: $0 * 7) }
        for payload in payloads { #expect(try await dealer.send([payload])) }
        let received = await router.messages(500)
        #expect(received == payloads.map { [[1, 2, 3], $0] })
        #expect(try await router.send([[1, 2, 3], [9]]))
        #expect(await dealer.messages(1) == [[[9]]])
    }

    @Test("a router says so when it knows no such peer")
    func unknownPeer() async throws {
        let router = try Endpoint()
        try await router.open(.router)
        #expect(try await router.send([[7], [1]]) == false)
    }

    @Test("an endpoint that cannot be bound is an error that names it")
    func badEndpoint() async throws {
        let router = try Endpoint()
        try await router.open(.router)
        await #expect {
            try await router.bind("ipc:///no/such/folder/socket")
        } throws: { error in
            "\(error)".contains("/no/such/folder/socket")
        }
    }

    @Test("an actor's jobs run on the loop's thread, a later timer replaces an earlier one")
    func jobs() async throws {
        let endpoint = try Endpoint()
        #expect(await endpoint.isOnLoop())
        #expect(await endpoint.timers() == ["kept"])
    }
}
