import Glibc
import Processes
import ZeroMQ

/// The worker daemon that `windrow run` starts beside its coordinator: the same program, as a child
/// that does not outlive it.
final class LocalWorker: @unchecked Sendable {
    private let endpoint: String
    private let slots: Int
    private let process = Locked<ChildProcess?>(nil)
    private let isDismissed = Locked(false)
    private let died: @Sendable (_ deaths: Int, _ reason: String) -> Void
    private var thread = pthread_t()

    /// Deaths after which it is not started again.
    private static let maximumDeaths = 5

    /// Starts the worker; it is started again when it dies unbidden.
    ///
    /// - Parameter died: called after each such death; at the last one with `deaths` = 5.
    init(
        endpoint: String, slots: Int,
        died: @escaping @Sendable (_ deaths: Int, _ reason: String) -> Void
    ) {
        self.endpoint = endpoint
        self.slots = slots
        self.died = died
        let me = Unmanaged.passRetained(self).toOpaque()
        // A thread of its own: the kernel ties a child's life to the thread that started it.
        pthread_create(
            &thread, nil,
            { worker in
                if let worker { Unmanaged<LocalWorker>.fromOpaque(worker).takeRetainedValue().keep() }
                return nil
            }, me)
    }

    /// Whether giving up is final.
    static func isLast(_ deaths: Int) -> Bool { deaths >= maximumDeaths }

    /// Waits until the worker, which was sent away, has gone; kills it after `seconds`.
    func dismiss(within seconds: Double) {
        isDismissed.withLock { $0 = true }
        let deadline = EventLoop.now() + seconds
        while process.withLock({ $0 }) != nil, EventLoop.now() < deadline { usleep(2000) }
        process.withLock { $0 }?.kill()
        pthread_join(thread, nil)
    }

    private func keep() {
        for deaths in 1...Self.maximumDeaths {
            let child: ChildProcess
            do {
                child = try start()
            } catch {
                died(Self.maximumDeaths, error.description)
                return
            }
            process.withLock { $0 = child }
            let exit = child.wait()
            process.withLock { $0 = nil }
            if isDismissed.withLock({ $0 }) { return }
            switch exit {
            case .code(let code): died(deaths, "it exited with code \(code)")
            case .signal(let signal): died(deaths, "it was ended by signal \(signal)")
            }
        }
    }

    private func start() throws(SystemError) -> ChildProcess {
        let null = try Descriptor.null()
        return try ChildProcess.start(
            ChildProcess.thisProgram,
            ["windrow", "worker", "start", "--connect", endpoint, "--slots", "\(slots)"],
            descriptors: .init(input: null.number, output: null.number, error: 2),
            deathSignal: SIGKILL)
    }
}
