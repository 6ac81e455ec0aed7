import Glibc
import Processes

/// Where the signal handler writes; set once, before the handler is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// Ctrl-C, Ctrl-\\, a closed terminal and a polite kill, as a stream.
enum Interruptions {
    /// Takes the signals over from the kernel's habit of ending the process.
    ///
    /// - Parameter others: further signals that the stream is to carry.
    static func stream(and others: [Int32] = []) throws(SystemError) -> AsyncStream<Int32> {
        let (reading, writing) = try Descriptor.pipe()
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        signalPipe = dup(writing.number)
        try startThread { forward(reading, continuation) }
        // A script's background jobs start with SIGINT ignored: whoever sends one means it. SIGHUP
        // stays ignored where it is, for nohup.
        var signals = [SIGINT, SIGTERM, SIGQUIT]
        var hangUp = sigaction()
        sigaction(SIGHUP, nil, &hangUp)
        if hangUp.__sigaction_handler.sa_handler == nil { signals.append(SIGHUP) }
        for number in signals + others { take(number) }
        return stream
    }

    /// Has a signal come through the stream, once there is one.
    static func take(_ number: Int32) {
        signal(number) { number in
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(signalPipe, &byte, 1)
        }
    }

    /// Carries signals from the handler's pipe to the stream.
    private static func forward(
        _ reading: Descriptor, _ continuation: AsyncStream<Int32>.Continuation
    ) {
        var byte: UInt8 = 0
        while true {
            var item = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
            guard poll(&item, 1, -1) > 0, read(reading.number, &byte, 1) == 1 else { continue }
            continuation.yield(Int32(byte))
        }
    }
}
