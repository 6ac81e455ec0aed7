import CZlib
import SweepCore

/// Rows being rendered: bytes of CSV that are not yet in a file.
///
/// A row is the cells, each followed by a comma, then its checksum and a line feed. The checksum is
/// `x` and the eight hexadecimal digits of the CRC-32 (that of zlib) over everything before it.
struct RowBuffer {
    /// The rendered rows.
    private(set) var bytes: [UInt8] = []
    private var rowStart = 0
    /// Where the row's checksum goes on, and the checksum of what is before it.
    private var summedEnd = 0
    private var sum: UInt32 = 0

    /// How many bytes a checksum has.
    static let checksumWidth = 9

    /// How many bytes have been rendered.
    var count: Int { bytes.count }

    /// Drops everything but keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        rowStart = 0
    }

    /// Drops what was rendered after a mark.
    mutating func truncate(to mark: Int) {
        bytes.removeLast(bytes.count - mark)
        rowStart = mark
    }

    /// Moves the first bytes, whole rows, behind another buffer's rows.
    mutating func move(_ count: Int, to other: inout RowBuffer) {
        other.bytes.append(contentsOf: bytes[..<count])
        bytes.removeFirst(count)
        rowStart = bytes.count
    }

    /// Begins a row.
    mutating func beginRow() {
        rowStart = bytes.count
        summedEnd = rowStart
        sum = 0
    }

    /// Begins a row with what several rows begin with.
    mutating func beginRow(with start: [UInt8], checksum: UInt32) {
        rowStart = bytes.count
        bytes.append(contentsOf: start)
        summedEnd = bytes.count
        sum = checksum
    }

    /// Ends a row with its checksum.
    mutating func endRow() {
        let checksum = bytes.withUnsafeBytes { buffer in
            Self.checksum(UnsafeRawBufferPointer(rebasing: buffer[summedEnd...]), after: sum)
        }
        bytes.append(UInt8(ascii: "x"))
        hexadecimal(UInt64(checksum), digits: 8)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The CRC-32 of some bytes, behind those with the given one.
    static func checksum(_ bytes: UnsafeRawBufferPointer, after sum: UInt32 = 0) -> UInt32 {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return sum }
        return UInt32(truncatingIfNeeded: crc32_z(UInt(sum), start, bytes.count))
    }

    /// Ends a cell.
    mutating func endCell() { bytes.append(UInt8(ascii: ",")) }

    /// Appends bytes that are CSV already.
    mutating func raw(_ rendered: some Collection<UInt8>) { bytes.append(contentsOf: rendered) }

    /// Appends bytes that are CSV already.
    mutating func raw(_ rendered: UnsafeRawBufferPointer) { bytes.append(contentsOf: rendered) }

    /// A trial's id and the comma after it.
    mutating func cell(_ id: TrialID) {
        bytes.append(UInt8(ascii: "t"))
        bytes.append(UInt8(ascii: "-"))
        hexadecimal(id.bits, digits: 16)
        endCell()
    }

    /// A whole number and the comma after it.
    mutating func cell(_ number: Int) {
        integer(Int64(number))
        endCell()
    }

    /// A time and the comma after it.
    mutating func cell(time seconds: Double) {
        Timestamp.append(seconds, to: &bytes)
        endCell()
    }

    /// A length of time, to the microsecond, and the comma after it.
    mutating func cell(duration seconds: Double) {
        if seconds.isFinite { real((seconds * 1e6).rounded() / 1e6) }
        endCell()
    }

    /// A text and the comma after it.
    mutating func cell(_ string: String) {
        text(string)
        endCell()
    }

    /// A whole number.
    mutating func integer(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let size = number.magnitude
        if size < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: size))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = size
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start...]))
        }
    }

    /// A real number: the shortest decimal that reads back as the same double.
    mutating func real(_ number: Double) {
        if number.isNaN {
            bytes.append(contentsOf: [UInt8(ascii: "N"), UInt8(ascii: "a"), UInt8(ascii: "N")])
        } else {
            number.write(to: &self)
        }
    }

    /// A value of any type.
    mutating func value(_ value: Value) {
        switch value {
        case .integer(let number): integer(number)
        case .real(let number): real(number)
        case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .text(let string): text(string)
        }
    }

    /// A text, guarded and quoted where CSV needs it (see `CellText`).
    mutating func text(_ string: String) {
        var string = string
        string.withUTF8 { utf8 in
            let isGuarded = CellText.needsGuard(utf8)
            guard CellText.needsQuotes(utf8) else {
                if isGuarded { bytes.append(CellText.guardMark) }
                bytes.append(contentsOf: utf8)
                return
            }
            bytes.append(CellText.quote)
            if isGuarded { bytes.append(CellText.guardMark) }
            for byte in utf8 {
                if byte == CellText.quote { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(CellText.quote)
        }
    }

    private mutating func hexadecimal(_ number: UInt64, digits: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digits) { text in
            for place in 0..<digits {
                let digit = UInt8(
                    truncatingIfNeeded: number >> UInt64(4 * (digits - 1 - place)) & 15)
                text[place] =
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            bytes.append(contentsOf: text)
        }
    }
}

/// A double writes its digits into a stream without making a text of them first.
extension RowBuffer: TextOutputStream {
    /// Appends a text as it is.
    mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends digits; the standard library calls it in the place of `write` where it can.
    mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: buffer)
    }
}
