/// What a client sends: bytes in a buffer that is used again and again.
///
/// Numbers are little-endian: doubles in 8 bytes, counts in 4, packed fields from the lowest bit of
/// a byte upwards. A message is as many whole bytes as were written.
public final class Message {
    /// Length in bytes.
    public private(set) var byteCount = 0
    /// Length in bits: what a run counts.
    public var bitCount: Int { byteCount * 8 }

    private var memory: UnsafeMutableRawPointer
    private var capacity: Int

    /// An empty message.
    public init(byteCapacity: Int = 256) {
        capacity = max(16, byteCapacity)
        memory = .allocate(byteCount: capacity, alignment: 16)
    }

    /// A message with the given bytes.
    public convenience init(bytes: [UInt8]) {
        self.init(byteCapacity: bytes.count)
        for byte in bytes { append(byte, as: UInt8.self) }
    }

    deinit { memory.deallocate() }

    /// The bytes, copied out.
    public var bytes: [UInt8] {
        Array(UnsafeRawBufferPointer(start: memory, count: byteCount))
    }

    /// Makes the message empty; its memory stays.
    public func removeAll() { byteCount = 0 }

    /// Appends a whole number in 4 bytes.
    public func append(_ number: UInt32) { append(number.littleEndian, as: UInt32.self) }

    /// Appends a double in 8 bytes.
    public func append(_ number: Double) {
        append(number.bitPattern.littleEndian, as: UInt64.self)
    }

    /// Appends all elements of a vector, 8 bytes each.
    public func append(_ vector: Vector) {
        reserve(vector.count * 8)
        for index in 0..<vector.count {
            (memory + byteCount).storeBytes(
                of: vector.base[index].bitPattern.littleEndian, toByteOffset: index &* 8,
                as: UInt64.self)
        }
        byteCount += vector.count * 8
    }

    /// Appends numbers below 2^width in `width` bits each, filled up with zeros to a whole byte.
    public func append(_ numbers: UnsafeBufferPointer<UInt32>, width: Int) {
        append(numbers.count, width: width) { numbers[$0] }
    }

    /// Appends `count` numbers below 2^width, width ≤ 32, in `width` bits each, filled up with zeros
    /// to a whole byte.
    @inline(__always)
    package func append(_ count: Int, width: Int, _ number: (Int) -> UInt32) {
        reserve((count * width + 7) / 8)
        var pending: UInt64 = 0
        var pendingBits = 0
        var position = byteCount
        for index in 0..<count {
            pending |= UInt64(number(index)) &<< UInt64(truncatingIfNeeded: pendingBits)
            pendingBits &+= width
            while pendingBits >= 8 {
                memory.storeBytes(
                    of: UInt8(truncatingIfNeeded: pending), toByteOffset: position, as: UInt8.self)
                position &+= 1
                pending &>>= 8
                pendingBits &-= 8
            }
        }
        if pendingBits > 0 {
            memory.storeBytes(
                of: UInt8(truncatingIfNeeded: pending), toByteOffset: position, as: UInt8.self)
            position &+= 1
        }
        byteCount = position
    }

    /// A 4-byte number at a byte offset, nil beyond the end.
    public func number(at offset: Int) -> UInt32? {
        guard offset >= 0, offset + 4 <= byteCount else { return nil }
        return UInt32(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Reads 8-byte doubles from a byte offset; false when the message is too short.
    public func read(
        _ count: Int, from offset: Int, into target: UnsafeMutablePointer<Double>
    ) -> Bool {
        guard offset >= 0, count >= 0, offset + count * 8 <= byteCount else { return false }
        for index in 0..<count {
            let bits = memory.loadUnaligned(fromByteOffset: offset &+ index &* 8, as: UInt64.self)
            target[index] = Double(bitPattern: UInt64(littleEndian: bits))
        }
        return true
    }

    /// Reads packed numbers from a byte offset; false when the message is too short.
    public func read(
        _ count: Int, width: Int, from offset: Int, into target: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        read(count, width: width, from: offset) { target[$0] = $1 }
    }

    /// Reads packed numbers from a byte offset, one after the other; false, and none read, when the
    /// message is too short.
    @inline(__always)
    package func read(
        _ count: Int, width: Int, from offset: Int, _ body: (Int, UInt32) -> Void
    ) -> Bool {
        guard offset >= 0, count >= 0, offset + (count * width + 7) / 8 <= byteCount else {
            return false
        }
        let mask: UInt64 = (1 &<< UInt64(width)) &- 1
        var pending: UInt64 = 0
        var pendingBits = 0
        var position = offset
        for index in 0..<count {
            while pendingBits < width {
                let byte = memory.load(fromByteOffset: position, as: UInt8.self)
                pending |= UInt64(byte) &<< UInt64(pendingBits)
                pendingBits += 8
                position += 1
            }
            body(index, UInt32(truncatingIfNeeded: pending & mask))
            pending &>>= UInt64(width)
            pendingBits -= width
        }
        return true
    }

    /// Appends the bytes of a fixed-width number as they are.
    func append<Number: FixedWidthInteger>(_ number: Number, as type: Number.Type) {
        reserve(MemoryLayout<Number>.size)
        (memory + byteCount).storeBytes(of: number, as: type)
        byteCount += MemoryLayout<Number>.size
    }

    /// Reads the bytes of a fixed-width number as they are; the place must be inside the message.
    func load<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
        memory.loadUnaligned(fromByteOffset: offset, as: type)
    }

    private func reserve(_ more: Int) {
        guard byteCount + more > capacity else { return }
        let larger = max(capacity * 2, byteCount + more)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: memory, byteCount: byteCount)
        memory.deallocate()
        memory = moved
        capacity = larger
    }
}
