import Glibc

/// Reads a table row by row, in bounded memory, without looking into the cells.
///
/// A row ends at the first line feed with an even number of quotes before it. The scanner never
/// reads past `end`, so a file may grow meanwhile, and it bears that a file is cut meanwhile.
struct RowScanner {
    /// A row as it stands in the file.
    struct Row {
        /// The bytes without the line feed.
        let bytes: UnsafeRawBufferPointer
        /// Where it begins in the file.
        let offset: Int
        /// Where the next one begins.
        let end: Int
        /// Number of its first line, counted from 1.
        let line: Int
        /// Whether a line feed ends it.
        let isComplete: Bool

        /// The checksum that the row's last cell states; nil when it states none.
        var statedChecksum: UInt32? {
            let split = bytes.count - RowBuffer.checksumWidth
            guard split > 0, bytes[split] == UInt8(ascii: "x"), bytes[split - 1] == CellText.comma
            else { return nil }
            var stated: UInt32 = 0
            for byte in bytes[(split + 1)...] {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    stated = stated << 4 | UInt32(byte - UInt8(ascii: "0"))
                case UInt8(ascii: "a")...UInt8(ascii: "f"):
                    stated = stated << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
                default: return nil
                }
            }
            return stated
        }

        /// Whether the row's first bytes are these.
        func begins(with start: [UInt8]) -> Bool {
            guard let base = bytes.baseAddress, bytes.count >= start.count else { return false }
            return memcmp(base, start, start.count) == 0
        }

        /// Whether the checksum agrees with the row.
        var isIntact: Bool {
            guard let stated = statedChecksum else { return false }
            let body = bytes[..<(bytes.count - RowBuffer.checksumWidth)]
            return stated == RowBuffer.checksum(UnsafeRawBufferPointer(rebasing: body))
        }
    }

    /// A row longer than this is taken for damage: an unbalanced quote swallows what follows it.
    static let longestRow = 1 << 26

    private let descriptor: Int32
    private let path: String
    private var end: Int
    private let chunk: Int
    private var buffer: [UInt8] = []
    private var bufferOffset: Int
    private var consumed = 0
    private var line: Int

    /// Reads from `offset`, where the given line begins, to `end`.
    init(
        _ descriptor: Int32, _ path: String, from offset: Int = 0, line: Int = 1, to end: Int,
        chunk: Int = 1 << 18
    ) {
        self.descriptor = descriptor
        self.path = path
        self.end = end
        self.chunk = chunk
        self.line = line
        bufferOffset = offset
    }

    /// Hands the next row to a closure; returns nil at the end of the file.
    ///
    /// The row's bytes are valid inside the closure only.
    mutating func next<Result>(
        _ body: (Row) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        var search = Search()
        while true {
            if let found = lineFeed(&search) {
                return try hand(found, lines: search.lines, isComplete: true, to: body)
            }
            let held = buffer.count - consumed
            guard bufferOffset + buffer.count < end, held <= Self.longestRow else {
                guard held > 0 else { return nil }
                return try hand(held, lines: search.lines, isComplete: false, to: body)
            }
            try fill()
        }
    }

    /// How far the search for the end of a row has come.
    private struct Search {
        var bytes = 0
        var quotes = 0
        var lines = 0
    }

    /// The length of the row at hand up to its line feed, or nil when it is not in memory yet.
    private func lineFeed(_ search: inout Search) -> Int? {
        buffer.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress else { return nil }
            while consumed + search.bytes < bytes.count {
                let start = base + consumed + search.bytes
                let left = bytes.count - consumed - search.bytes
                guard let found = memchr(start, 10, left) else {
                    search.quotes += Self.quotes(in: start, left)
                    search.bytes += left
                    return nil
                }
                let length = UnsafeRawPointer(found) - start
                search.quotes += Self.quotes(in: start, length)
                search.bytes += length + 1
                search.lines += 1
                if search.quotes & 1 == 0 { return search.bytes - 1 }
            }
            return nil
        }
    }

    private static func quotes(in start: UnsafeRawPointer, _ count: Int) -> Int {
        var found = 0
        var position = start
        let end = start + count
        while position < end, let next = memchr(position, Int32(CellText.quote), end - position) {
            found += 1
            position = UnsafeRawPointer(next) + 1
        }
        return found
    }

    private mutating func hand<Result>(
        _ length: Int, lines: Int, isComplete: Bool, to body: (Row) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let start = consumed
        let offset = bufferOffset + start
        let here = line
        consumed += length + (isComplete ? 1 : 0)
        line += lines
        let last = bufferOffset + consumed
        return try buffer.withUnsafeBufferPointer { bytes throws(StoreError) in
            let row = UnsafeRawBufferPointer(bytes)[start..<start + length]
            return try body(
                Row(
                    bytes: UnsafeRawBufferPointer(rebasing: row), offset: offset, end: last,
                    line: here, isComplete: isComplete))
        }
    }

    /// Reads the next chunk behind what is still needed.
    private mutating func fill() throws(StoreError) {
        buffer.removeSubrange(..<consumed)
        bufferOffset += consumed
        consumed = 0
        let kept = buffer.count
        let count = min(max(chunk, kept), end - bufferOffset - kept)
        buffer.append(contentsOf: repeatElement(0, count: count))
        let offset = bufferOffset + kept
        let (descriptor, path) = (descriptor, path)
        let got = try buffer.withUnsafeMutableBufferPointer { bytes throws(StoreError) in
            let free = UnsafeMutableRawBufferPointer(bytes)[kept...]
            return try FileSystem.read(
                descriptor, path, from: offset, into: UnsafeMutableRawBufferPointer(rebasing: free))
        }
        if got < count {
            // The writer has cut the file meanwhile: what was behind is no row.
            buffer.removeLast(count - got)
            end = offset + got
        }
    }
}
