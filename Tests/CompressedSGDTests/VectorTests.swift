import Testing

@testable import CompressedSGD

@Suite struct VectorTests {
    @Test(arguments: [0, 1, 7, 8, 9, 64, 1001])
    func `a vector is finite exactly when every element is`(count: Int) {
        let vector = Vector([Double](repeating: 1e308, count: count))
        #expect(vector.isFinite)
        for position in 0..<count {
            for fault in [Double.nan, .infinity, -.infinity] {
                vector[position] = fault
                #expect(!vector.isFinite)
            }
            vector[position] = .leastNonzeroMagnitude
        }
        #expect(vector.isFinite)
    }

    @Test func `the squared norm is exact for whole numbers`() {
        let vector = Vector((0..<100).map { Double($0) })
        #expect(vector.normSquared == 328_350)
        #expect(Vector(zeros: 0).normSquared == 0)
    }
}

@Suite struct MessageTests {
    @Test(arguments: 0...32)
    func `packed numbers of every width come back`(width: Int) {
        var stream = RandomStream(seed: UInt64(width), purpose: .data)
        let mask = width == 32 ? UInt32.max : (1 << UInt32(width)) - 1
        for count in [0, 1, 7, 8, 9, 100] {
            let numbers = (0..<count).map { _ in UInt32(truncatingIfNeeded: stream.next()) & mask }
            let message = Message()
            message.append(UInt32(0xABCD_EF01))
            numbers.withUnsafeBufferPointer { message.append($0, width: width) }
            #expect(message.byteCount == 4 + (count * width + 7) / 8)
            var found = [UInt32](repeating: 0, count: count)
            let isRead = found.withUnsafeMutableBufferPointer { target in
                target.baseAddress.map {
                    message.read(count, width: width, from: 4, into: $0)
                } ?? true
            }
            #expect(isRead && found == numbers)
            #expect(message.number(at: 0) == 0xABCD_EF01)
        }
    }

    @Test func `doubles are written in little-endian order`() {
        let message = Message()
        message.append(1.0)
        #expect(message.bytes == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    }
}
