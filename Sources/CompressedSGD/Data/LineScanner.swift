import Glibc

/// Reads numbers from one line of a data file.
struct LineScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// How many bytes of the line have been read.
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Whether the line has been read to its end.
    var isAtEnd: Bool { position >= bytes.count }

    /// The next byte, nil at the end.
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Skips blanks and tabs.
    mutating func skipBlanks() {
        while let byte = peek, byte == 32 || byte == 9 { position += 1 }
    }

    /// Skips one byte if it is this one.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// The first byte that no text has: a control character other than a tab.
    var firstBinaryByte: (position: Int, byte: UInt8)? {
        for (position, byte) in bytes.enumerated() where (byte < 32 && byte != 9) || byte == 127 {
            return (position, byte)
        }
        return nil
    }

    /// What stands here up to the next separator, for a message: at most 32 characters.
    func word(from start: Int) -> String {
        var end = start
        while end < bytes.count, !Self.isSeparator(bytes[end]) { end += 1 }
        let shown = bytes[start..<min(end, start + 32)]
        return String(decoding: shown, as: UTF8.self) + (end - start > 32 ? "…" : "")
    }

    /// What a scan for a number finds.
    enum Number {
        case finite(Double)
        /// A number or a word that no finite double stands for.
        case infinite
        case none
    }

    /// Reads a decimal number: sign, digits, point, exponent; correctly rounded.
    ///
    /// At most 15 digits with a power of ten up to 22 are exact in doubles and rounded once; the
    /// C library rounds the rest, which it does correctly.
    mutating func number() -> Number {
        let start = position
        var isNegative = false
        if let sign = peek, sign == 43 || sign == 45 {
            isNegative = sign == 45
            position += 1
        }
        if isNonFiniteWord { return .infinite }
        var digits: UInt64 = 0
        var digitCount = 0
        var scale = 0
        var hasDigits = false
        var isPastPoint = false
        while let byte = peek {
            if byte &- 48 < 10 {
                hasDigits = true
                if digitCount > 0 || byte != 48 { digitCount += 1 }
                if digitCount <= 18 { digits = digits &* 10 &+ UInt64(byte &- 48) }
                if isPastPoint { scale -= 1 }
            } else if byte == 46, !isPastPoint {
                isPastPoint = true
            } else {
                break
            }
            position += 1
        }
        guard hasDigits else {
            position = start
            return .none
        }
        if let byte = peek, byte | 32 == 101 {
            guard let exponent = exponent() else {
                position = start
                return .none
            }
            scale += exponent
        }
        if digitCount <= 15, abs(scale) <= 22 {
            let power = Self.powersOfTen[abs(scale)]
            let magnitude = scale < 0 ? Double(digits) / power : Double(digits) * power
            return .finite(isNegative ? -magnitude : magnitude)
        }
        guard let base = bytes.baseAddress else { return .none }
        let text = UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self)
        let value = strtod(text, nil)
        return value.isFinite ? .finite(value) : .infinite
    }

    /// Reads digits as a whole number; nil when there are none or too many to matter.
    mutating func index() -> Int? {
        var number = 0
        let start = position
        while let byte = peek, byte &- 48 < 10 {
            number = min(number * 10 + Int(byte - 48), Int.max / 16)
            position += 1
        }
        return position > start ? number : nil
    }

    /// The digits of an exponent, with the e; nil when there are none.
    private mutating func exponent() -> Int? {
        position += 1
        var isNegative = false
        if let sign = peek, sign == 43 || sign == 45 {
            isNegative = sign == 45
            position += 1
        }
        guard let magnitude = index() else { return nil }
        let bounded = min(magnitude, 1 << 40)
        return isNegative ? -bounded : bounded
    }

    /// Whether `nan`, `inf` or `infinity` stands here, in any case.
    private var isNonFiniteWord: Bool {
        var end = position
        while end < bytes.count, !Self.isSeparator(bytes[end]), end - position < 9 { end += 1 }
        guard end - position >= 3 else { return false }
        let word = bytes[position..<end].map { $0 | 32 }
        return word.elementsEqual("nan".utf8) || word.elementsEqual("inf".utf8)
            || word.elementsEqual("infinity".utf8)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 32 || byte == 9 || byte == 44 || byte == 58 || byte == 35
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
