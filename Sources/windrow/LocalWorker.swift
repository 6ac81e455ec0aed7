import CProcess
import Glibc
import ZeroMQ

/// The worker daemon that `windrow run` starts beside its coordinator: the same program, as a child
/// that does not outlive it.
final class LocalWorker: @unchecked Sendable {
    private let endpoint: String
    private let slots: Int
    private let pid = Locked<pid_t>(0)
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
        while pid.withLock({ $0 }) > 0, EventLoop.now() < deadline { usleep(2000) }
        let left = pid.withLock { $0 }
        if left > 0 { kill(left, SIGKILL) }
        pthread_join(thread, nil)
    }

    private func keep() {
        for deaths in 1...Self.maximumDeaths {
            let child = spawn()
            guard child > 0 else {
                died(Self.maximumDeaths, "cannot start a worker: \(String(cString: strerror(-child)))")
                return
            }
            pid.withLock { $0 = child }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            pid.withLock { $0 = 0 }
            if isDismissed.withLock({ $0 }) { return }
            var signal: Int32 = 0
            let code = windrow_exit_code(status, &signal)
            died(deaths, code >= 0 ? "it exited with code \(code)" : "it was ended by signal \(signal)")
        }
    }

    private func spawn() -> pid_t {
        let arguments =
            ["windrow", "worker", "start", "--connect", endpoint, "--slots", "\(slots)", "--child"]
            .map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        return "/proc/self/exe".withCString { path in
            var child = windrow_child(
                path: path, arguments: arguments, environment: environ, directory: nil,
                input: null, output: null, error: 2, channel: -1, death_signal: SIGKILL)
            return windrow_spawn(&child)
        }
    }
}
