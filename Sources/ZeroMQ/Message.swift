import CZeroMQ
import Glibc

/// One frame: owns its `zmq_msg_t` and gives it back exactly once.
///
/// The `zmq_msg_t` lives on the heap, because short messages keep their bytes inside it and a
/// borrowed view must not move.
package struct Message: ~Copyable {
    let raw: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame, ready to receive into.
    package init() {
        raw = .allocate(capacity: 1)
        zmq_msg_init(raw)
    }

    /// A frame with a copy of `bytes`.
    package init(_ bytes: some Collection<UInt8>) throws(ZeroMQError) {
        raw = .allocate(capacity: 1)
        guard zmq_msg_init_size(raw, bytes.count) == 0 else {
            raw.deallocate()
            throw .last("allocate a message of \(bytes.count) bytes")
        }
        UnsafeMutableRawBufferPointer(start: zmq_msg_data(raw), count: bytes.count)
            .copyBytes(from: bytes)
    }

    deinit {
        zmq_msg_close(raw)
        raw.deallocate()
    }

    /// How many bytes the frame holds.
    package var count: Int { zmq_msg_size(raw) }

    /// Whether another frame of the same message follows.
    package var hasMore: Bool { zmq_msg_more(raw) != 0 }

    /// Where the message came from, as far as libzmq knows.
    package var origin: Socket.Origin {
        var origin = Socket.Origin()
        if let user = zmq_msg_gets(raw, "User-Id") { origin.user = String(cString: user) }
        if let address = zmq_msg_gets(raw, "Peer-Address") {
            origin.address = String(cString: address)
        }
        // Not `zmq_msg_get(ZMQ_SRCFD)`: it fails an assertion on messages without one.
        if let number = zmq_msg_gets(raw, "__fd") {
            origin.descriptor = Int32(String(cString: number)) ?? -1
        }
        return origin
    }

    /// A copy of the frame's bytes.
    package borrowing func bytes() -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: zmq_msg_data(raw), count: zmq_msg_size(raw)))
    }
}
