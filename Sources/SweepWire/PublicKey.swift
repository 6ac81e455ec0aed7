/// The public half of a CURVE key pair: the name under which somebody is admitted.
package struct PublicKey: Sendable, Hashable {
    /// Bytes of a key.
    package static let count = 32

    /// The 32 bytes.
    package let bytes: [UInt8]

    /// A key of these bytes; nil unless there are 32 of them.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = Array(bytes)
    }

    /// A key of 32 bytes that a library has just written; fewer are filled up with zeros.
    package init(padding bytes: [UInt8]) {
        self.bytes = Array((bytes + Array(repeating: 0, count: Self.count)).prefix(Self.count))
    }

    /// A key of 64 hexadecimal digits; nil for any other text.
    package init?(hexadecimal text: some StringProtocol) {
        guard let bytes = bytesOf(hexadecimal: text) else { return nil }
        self.init(bytes)
    }

    /// The 64 hexadecimal digits.
    package var hexadecimal: String { hexadecimalDigits(bytes) }

    /// A short name for people: `k-` and the first 12 digits.
    package var id: String { "k-" + hexadecimal.prefix(12) }
}

/// Bytes as lower-case hexadecimal digits.
package func hexadecimalDigits(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes that hexadecimal digits stand for; nil for an odd number of them or anything else.
package func bytesOf(hexadecimal text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        let digit: UInt8
        switch character {
        case 48...57: digit = character - 48
        case 97...102: digit = character - 87
        case 65...70: digit = character - 55
        default: return nil
        }
        if let first = high {
            bytes.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? bytes : nil
}
