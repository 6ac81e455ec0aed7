/// Cuts a byte stream into frames: four bytes of length, little-endian, then as many bytes.
package struct FrameBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    /// Adds what was read.
    package mutating func append(_ new: some Sequence<UInt8>) {
        if start > 0 && start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    /// Takes the next whole frame, or nil when it is not complete yet.
    ///
    /// - Throws: `WireError.malformed` for a length beyond the bound.
    package mutating func next() throws(WireError) -> [UInt8]? {
        guard bytes.count - start >= 4 else { return nil }
        var length = 0
        for offset in 0..<4 { length |= Int(bytes[start + offset]) << (8 * offset) }
        guard length <= Wire.maximumMessageSize else {
            throw .malformed("a frame of \(length) bytes")
        }
        guard bytes.count - start - 4 >= length else {
            if start > 1 << 16 {
                bytes.removeFirst(start)
                start = 0
            }
            return nil
        }
        let frame = Array(bytes[start + 4..<start + 4 + length])
        start += 4 + length
        return frame
    }

    /// A frame ready to be written.
    package static func frame(_ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 4)
        for offset in 0..<4 {
            frame.append(UInt8(truncatingIfNeeded: payload.count >> (8 * offset)))
        }
        frame.append(contentsOf: payload)
        return frame
    }
}
