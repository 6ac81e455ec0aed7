import Glibc

/// Reads a table that grows, again and again: each call hands over the rows that are new.
///
/// Takes no lock and goes beside the writer. A row that is being written waits for the next call;
/// when the file was put in another's place, or was cut, reading begins anew.
struct TableFollower {
    let path: String
    private let table: TableLayout.Table
    private let directory: String
    private var descriptor: Int32 = -1
    private var identity: (device: UInt64, file: UInt64) = (0, 0)
    private var offset = 0
    private var line = 2
    /// Where a row did not agree with its checksum, and whether reading has begun anew for that.
    private var brokenAt: Int?
    private var hasRestarted = false
    /// The columns as the file has them.
    private(set) var layout: TableLayout
    /// Rises when reading begins anew.
    private(set) var generation = 0

    /// Follows a table of the store in a folder, of a trace the file of a number.
    init(_ directory: String, _ table: TableLayout.Table, number: Int = 1) {
        self.directory = directory
        self.table = table
        path = directory + "/" + (number > 1 ? TraceSegment.name(number) : table.file)
        layout = TableLayout(table)
    }

    /// Closes the file.
    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Some of the file's bytes, as it was when it was read last.
    func bytes(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        try FileSystem.read(descriptor, path, from: range.lowerBound, count: range.count)
    }

    /// Hands over the rows that have come since the last call.
    ///
    /// - Parameter began: called with the columns when reading begins anew, before the first row.
    mutating func poll(
        began: (TableLayout) -> Void, _ visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        if try hasChanged() {
            try reopen()
            began(layout)
        }
        let size = try FileSystem.size(of: descriptor, path)
        guard size > offset else { return }
        var scanner = RowScanner(descriptor, path, from: offset, line: line, to: size)
        var end = offset
        var next = line
        var broken = false
        while !broken {
            let isThere = try scanner.next { row throws(StoreError) -> Bool in
                guard row.isComplete else { return false }
                guard row.isIntact else {
                    broken = true
                    return false
                }
                try visit(row)
                end = row.end
                next = row.line + 1
                return true
            }
            guard isThere == true else { break }
        }
        (offset, line) = (end, next)
        guard broken else {
            brokenAt = nil
            hasRestarted = false
            return
        }
        // It may be on its way to the file, or the file was cut and has grown again. Where it is
        // damage, what follows is not read.
        if brokenAt == end, !hasRestarted {
            try reopen()
            began(layout)
            hasRestarted = true
        } else {
            brokenAt = end
        }
    }

    /// Whether the file is another one than at the last call, or shorter.
    private func hasChanged() throws(StoreError) -> Bool {
        guard descriptor >= 0 else { return true }
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileSystem.failure("read", path) }
        return UInt64(status.st_dev) != identity.device || UInt64(status.st_ino) != identity.file
            || Int(status.st_size) < offset
    }

    private mutating func reopen() throws(StoreError) {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        let fresh = try FileSystem.openTable(path, O_RDONLY, to: "read")
        do throws(StoreError) {
            var status = stat()
            guard fstat(fresh, &status) == 0 else { throw FileSystem.failure("look at", path) }
            (layout, offset) = try TableAudit.layout(fresh, path, known: manifest.known(table))
            identity = (UInt64(status.st_dev), UInt64(status.st_ino))
        } catch {
            Glibc.close(fresh)
            throw error
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = fresh
        line = 2
        brokenAt = nil
        generation += 1
    }
}
