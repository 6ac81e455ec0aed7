import Glibc

/// What the trials of a sweep have printed: `output.log` in the store's folder, a line for each of
/// theirs, with the trial's id before it.
///
/// Bounded: at `limit` bytes the file becomes `output.1.log`, in the place of an older one. It is
/// not part of the results: nothing waits for it, and what a full disk does not take is left out.
package final class OutputLog {
    /// Names of the files, the older one first.
    package static let files = ["output.1.log", "output.log"]
    /// Bytes in one file.
    package static let limit = 16 << 20

    private let folder: String
    private let limit: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var buffer: [UInt8] = []

    /// A log in a store's folder; the file is made by the first line.
    package init(_ folder: String, limit: Int = OutputLog.limit) {
        self.folder = folder
        self.limit = limit
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private var path: String { folder + "/" + Self.files[1] }

    /// Adds lines of a trial; the last one need not be ended.
    ///
    /// - Parameters:
    ///   - text: what the trial has printed.
    ///   - trial: the trial's name.
    ///   - heading: a line of the log's own before them, or nil.
    package func append(_ text: [UInt8], of trial: String, heading: String?) {
        let prefix = Array((trial + " ").utf8)
        if let heading {
            buffer += prefix + Array(heading.utf8)
            buffer.append(UInt8(ascii: "\n"))
        }
        var lines = text[...]
        if lines.last == UInt8(ascii: "\n") { lines.removeLast() }
        for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            buffer += prefix
            buffer += line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            buffer.append(UInt8(ascii: "\n"))
        }
        if buffer.count >= 1 << 18 { flush() }
    }

    /// Writes what was added; what the disk does not take is left out.
    package func flush() {
        guard !buffer.isEmpty else { return }
        defer { buffer.removeAll(keepingCapacity: true) }
        do {
            if descriptor < 0 { try open() }
            if size > 0, size + buffer.count > limit { try rotate() }
            try FileSystem.write(buffer, descriptor, path, at: size)
            size += buffer.count
        } catch {
            // A part of it may have been written: go on behind it, on a line of its own.
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    private func open() throws(StoreError) {
        let descriptor = try FileSystem.openFile(path, O_RDWR | O_CREAT, to: "open")
        do {
            size = try FileSystem.size(of: descriptor, path)
            if size > 0,
                try FileSystem.read(descriptor, path, from: size - 1, count: 1)
                    != [UInt8(ascii: "\n")]
            {
                try FileSystem.write([UInt8(ascii: "\n")], descriptor, path, at: size)
                size += 1
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    private func rotate() throws(StoreError) {
        guard rename(path, folder + "/" + Self.files[0]) == 0 else {
            throw FileSystem.failure("rename", path)
        }
        close(descriptor)
        descriptor = -1
        try open()
    }

    /// The time as the log's headings write it.
    package static func timestamp(_ seconds: Double) -> String { Timestamp.text(seconds) }

    // MARK: Reading

    /// A line of a log.
    package struct Line: Sendable, Hashable {
        /// The trial's id.
        package var trial: String
        /// Any bytes.
        package var text: [UInt8]
    }

    /// Calls `body` with each line of a store's log, the oldest first.
    ///
    /// Lines that are not of the log's form, as after a crash in the middle of one, are passed
    /// over.
    package static func visit(
        _ folder: String, _ body: (Line) throws -> Void
    ) throws {
        for file in files {
            guard let bytes = try FileSystem.contents(of: folder + "/" + file) else { continue }
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let space = line.firstIndex(of: UInt8(ascii: " ")),
                    line.starts(with: Array("t-".utf8)), space - line.startIndex == 18
                else { continue }
                try body(
                    Line(
                        trial: String(decoding: line[..<space], as: UTF8.self),
                        text: Array(line[line.index(after: space)...])))
            }
        }
    }
}
