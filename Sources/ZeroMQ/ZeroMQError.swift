import CZeroMQ

/// What libzmq, or the kernel below it, refused.
package struct ZeroMQError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The `errno` value, libzmq's own ones included.
    package let code: Int32
    /// What was being done: `bind ipc:///tmp/x`.
    package let operation: String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The error of the call that has just failed on this thread.
    static func last(_ operation: String) -> ZeroMQError {
        ZeroMQError(code: zmq_errno(), operation: operation)
    }

    package var description: String {
        "\(operation): \(String(cString: zmq_strerror(code)))"
    }
}
