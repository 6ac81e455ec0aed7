import CProcess
import Glibc

/// A file descriptor that is closed when its owner goes.
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over an open descriptor.
    package init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// `/dev/null`, for reading and writing.
    package static func null() throws(SystemError) -> Descriptor {
        let number = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard number >= 0 else { throw .last("open /dev/null") }
        return Descriptor(number)
    }

    /// A pipe, closed on exec; only the reading end refuses to wait.
    package static func pipe() throws(SystemError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard windrow_pipe(&ends) == 0 else { throw .last("make a pipe") }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Two connected stream sockets, closed on exec.
    package static func socketPair() throws(SystemError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw .last("make a socket pair")
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Sends all of the bytes over a socket; false when the other side is gone or does not read.
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        return bytes.withUnsafeBytes { buffer in
            while sent < buffer.count {
                let count = Glibc.send(
                    number, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
