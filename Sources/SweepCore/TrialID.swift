/// The name of a trial, independent of its place in any grid.
///
/// The first eight bytes of the SHA-256 of the trial's canonical form; see `CanonicalForm`.
package struct TrialID: Sendable, Hashable {
    /// The eight bytes, the first one most significant.
    package let bits: UInt64

    /// A name from its eight bytes.
    package init(bits: UInt64) {
        self.bits = bits
    }

    /// Reads `t-` and sixteen lower-case hexadecimal digits; nil for anything else.
    package init?(_ text: String) {
        var text = text
        let parsed = text.withUTF8 { TrialID(utf8: UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Reads the bytes of `t-` and sixteen lower-case hexadecimal digits; nil for anything else.
    package init?(utf8 bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 18, bytes[0] == UInt8(ascii: "t"), bytes[1] == UInt8(ascii: "-")
        else { return nil }
        var bits: UInt64 = 0
        for byte in bytes[2...] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                bits = bits << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                bits = bits << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self.bits = bits
    }
}

extension TrialID: Comparable {
    package static func < (a: TrialID, b: TrialID) -> Bool { a.bits < b.bits }
}

extension TrialID: CustomStringConvertible {
    /// `t-` and sixteen hexadecimal digits: a spreadsheet cannot take it for a number.
    package var description: String {
        String(unsafeUninitializedCapacity: 18) { buffer in
            buffer[0] = UInt8(ascii: "t")
            buffer[1] = UInt8(ascii: "-")
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: bits >> UInt64(60 - 4 * place)) & 15
                buffer[2 + place] = digit < 10 ? digit + 48 : digit + 87
            }
            return 18
        }
    }
}

extension TrialID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = TrialID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is no trial id: t- and 16 hexadecimal digits")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
