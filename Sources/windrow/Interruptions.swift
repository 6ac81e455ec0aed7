import Glibc

/// Ctrl-C, a closed terminal and a polite kill, as a stream.
enum Interruptions {
    /// Blocks the signals for every thread of the process and delivers them here instead. Call it
    /// once, before any thread is started.
    static func stream() -> AsyncStream<Int32> {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        let box = Unmanaged.passRetained(Box(continuation)).toOpaque()
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { box in
                guard let box else { return nil }
                let continuation = Unmanaged<Box>.fromOpaque(box).takeRetainedValue().continuation
                var signals = sigset_t()
                sigemptyset(&signals)
                for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
                var signal: Int32 = 0
                while sigwait(&signals, &signal) == 0 { continuation.yield(signal) }
                return nil
            }, box)
        return stream
    }

    private final class Box {
        let continuation: AsyncStream<Int32>.Continuation
        init(_ continuation: AsyncStream<Int32>.Continuation) { self.continuation = continuation }
    }
}
