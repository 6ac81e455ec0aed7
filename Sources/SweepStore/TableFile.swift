import Glibc

/// One table's file, open for appending: rows are buffered, written in one piece and made durable.
///
/// `length` covers whole rows only. Rows stay in memory until they are known to be on the disk, so
/// that every call that failed may be tried again: a write that was cut short is undone by cutting
/// the file, and after a failed synchronisation, when the kernel may have dropped what it could not
/// write, the rows are written anew.
final class TableFile {
    /// Where the file is.
    let path: String
    /// Rows that are not yet in the file.
    var pending = RowBuffer()
    /// How much of the file is known to be on the disk.
    private(set) var durable: Int
    /// Why the file takes nothing more.
    private(set) var fault: StoreError?

    private let descriptor: Int32
    /// Rows that are in the file and not yet known to be on the disk.
    private var written: [UInt8] = []
    /// Whether what was there when the file was opened is known to be on the disk.
    private var isSettled = false
    /// Whether the file may hold something else than `written` behind its durable rows.
    private var isUncertain = false

    /// Rows are written when there are so many bytes of them.
    static let bufferLimit = 1 << 20
    /// Written rows are made durable when there are so many bytes of them, so that a torn tail and
    /// the memory for it are bounded.
    private static let unsynchronizedLimit = 1 << 25

    /// Opens a table that holds whole rows.
    init(_ path: String) throws(StoreError) {
        self.path = path
        descriptor = try FileSystem.openTable(path, O_RDWR, to: "write to")
        do {
            durable = try FileSystem.size(of: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Whether everything that is in the file or was appended is durable.
    var isDurable: Bool { isSettled && pending.count == 0 && written.isEmpty }

    /// The size of the file; it holds whole rows.
    var length: Int { durable + written.count }

    /// Hands the buffered rows to the operating system.
    func write() throws(StoreError) {
        guard pending.count > 0 else { return }
        try checkHealth()
        try writeAnew()
        do {
            try FileSystem.write(pending.bytes, descriptor, path, at: length)
        } catch {
            do { try FileSystem.truncate(descriptor, path, to: length) } catch {
                isUncertain = true
            }
            throw error
        }
        written += pending.bytes
        pending.removeAll()
        if written.count >= Self.unsynchronizedLimit { try synchronize() }
    }

    /// Hands the buffered rows to the operating system when there are many.
    func writeIfFull() throws(StoreError) {
        if pending.count >= Self.bufferLimit { try write() }
    }

    /// Makes everything that was appended durable.
    func synchronize() throws(StoreError) {
        try write()
        guard !written.isEmpty || isUncertain else { return }
        try checkHealth()
        try writeAnew()
        do {
            try FileSystem.synchronize(descriptor, path)
        } catch {
            isUncertain = true
            throw error
        }
        durable += written.count
        written.removeAll(keepingCapacity: written.capacity <= Self.bufferLimit)
    }

    /// After a failure: puts the rows that may have been lost behind the durable ones again.
    private func writeAnew() throws(StoreError) {
        guard isUncertain else { return }
        try FileSystem.truncate(descriptor, path, to: durable)
        try FileSystem.write(written, descriptor, path, at: durable)
        isUncertain = false
    }

    /// Makes what a former writer has left durable.
    func settle() throws(StoreError) {
        try FileSystem.synchronize(descriptor, path)
        isSettled = true
    }

    /// Cuts the file to a length, durably.
    func truncate(to end: Int) throws(StoreError) {
        try FileSystem.truncate(descriptor, path, to: end)
        durable = end
        try FileSystem.synchronize(descriptor, path)
    }

    /// Adds the line feed that the last row lacks.
    func endLastRow() throws(StoreError) {
        pending.raw(CollectionOfOne(CellText.lineFeed))
        try synchronize()
    }

    /// Reads up to `count` bytes at an offset.
    func read(from offset: Int, count: Int) throws(StoreError) -> [UInt8] {
        try FileSystem.read(descriptor, path, from: offset, count: count)
    }

    /// Reads the header row as the layout of a table; `known` is what the manifest says.
    func layout(known: TableLayout) throws(StoreError) -> TableLayout {
        try TableAudit.layout(descriptor, path, known: known).layout
    }

    /// Reads all rows.
    func audit(
        _ layout: TableLayout, durable: Int?,
        visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) -> TableAudit {
        try TableAudit(
            descriptor, path, headerEnd: layout.headerRow.count, durable: durable, visit: visit)
    }

    /// A scanner over the rows.
    func rows(_ layout: TableLayout) -> RowScanner {
        RowScanner(descriptor, path, from: layout.headerRow.count, line: 2, to: length)
    }

    /// Throws when the file can take nothing more, or is not as it was left.
    private func checkHealth() throws(StoreError) {
        if let fault { throw .halted(path: path, cause: fault.description) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileSystem.failure("look at", path) }
        if status.st_nlink == 0 {
            let error = StoreError.unusable(
                path: path, problem: "the file was removed while it was in use",
                remedy: "run the same command again")
            fault = error
            throw error
        }
        guard isUncertain || Int(status.st_size) == length else {
            let error = StoreError.unusable(
                path: path, problem: "another program has written to the file while it was in use",
                remedy: "stop that program and run the same command again")
            fault = error
            throw error
        }
    }
}
