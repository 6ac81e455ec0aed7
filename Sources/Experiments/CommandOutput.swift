import Glibc
import SweepCore

/// What is kept of a program's standard output: the last lines that look like a JSON object.
struct ResultLines {
    /// A longer line is not kept.
    static let longestLine = 1 << 20
    private static let mostLines = 8

    private(set) var lines: [[UInt8]] = []
    /// Whether a line was too long to be kept.
    private(set) var hasLongLine = false
    private var line: [UInt8] = []
    private var isTooLong = false

    /// Takes in what the program printed.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        while let base = bytes.baseAddress, start < bytes.count,
            let end = memchr(base + start, 10, bytes.count - start)
        {
            let length = UnsafeRawPointer(end) - base - start
            add(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
            endLine()
            start += length + 1
        }
        add(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    private mutating func add(_ part: UnsafeRawBufferPointer) {
        guard !isTooLong else { return }
        if line.count + part.count > Self.longestLine {
            isTooLong = true
            line.removeAll(keepingCapacity: true)
        } else {
            line.append(contentsOf: part)
        }
    }

    /// Ends a line, also one that the program has not ended.
    mutating func endLine() {
        let text = line.trimmingSpace()
        if isTooLong {
            hasLongLine = true
        } else if text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") {
            if lines.count == Self.mostLines { lines.removeFirst() }
            lines.append(Array(text))
        }
        line.removeAll(keepingCapacity: true)
        isTooLong = false
    }
}

/// The last part of a program's standard error.
struct ErrorTail {
    private static let mostBytes = 1 << 16
    private static let mostLines = 20

    private var bytes: [UInt8] = []

    /// Takes in what the program printed.
    mutating func append(_ more: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: more.suffix(Self.mostBytes))
        if bytes.count > 2 * Self.mostBytes { bytes.removeFirst(bytes.count - Self.mostBytes) }
    }

    /// The last lines; empty when there are none.
    var text: String {
        let lines = bytes.suffix(Self.mostBytes).trimmingSpace()
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.suffix(Self.mostLines).map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: "\n")
    }
}

extension BidirectionalCollection<UInt8> {
    /// The bytes without white space at either end.
    func trimmingSpace() -> SubSequence {
        func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        let start = self.firstIndex { !isSpace($0) } ?? endIndex
        var end = endIndex
        while end > start, isSpace(self[index(before: end)]) { end = index(before: end) }
        return self[start..<end]
    }
}
