import Glibc

/// Starts a thread of its own for `body`.
///
/// - Throws: `SystemError` when the system has none left to give.
@discardableResult
package func startThread(
    _ body: @escaping @Sendable () -> Void
) throws(SystemError) -> pthread_t {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { box in
            if let box { Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().run() }
            return nil
        }, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw SystemError(code: code, operation: "start a thread")
    }
    return thread
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
