/// A store's trace, open for appending: the last of its files, and the names of those before it.
///
/// As with `TableFile`, every call that failed may be tried again.
final class TraceFile {
    /// Rows that are not yet in a file.
    var pending = RowBuffer()
    /// Columns of the last file; those before may have fewer.
    private(set) var layout: TableLayout
    /// How many files there are.
    private(set) var count: Int

    private let directory: String
    private var last: TableFile
    /// The length of all files but the last one.
    private var sealed: Int
    /// Columns of the files before the last one, those of equal columns together.
    private(set) var narrow: [(layout: TableLayout, files: [String])]

    /// A trace whose files hold whole rows.
    init(
        _ directory: String, files: [(file: TableFile, layout: TableLayout)]
    ) throws(StoreError) {
        self.directory = directory
        guard let end = files.last else {
            throw .unusable(
                path: directory + "/trace.csv", problem: "the file is missing",
                remedy: "restore it from a copy, or give another --store")
        }
        last = end.file
        layout = end.layout
        count = files.count
        sealed = files.dropLast().reduce(0) { $0 + $1.file.length }
        narrow = []
        for (number, file) in files.dropLast().enumerated() { seal(file.layout, number + 1) }
    }

    /// Begins the trace of a store that has none.
    convenience init(_ directory: String, new layout: TableLayout) throws(StoreError) {
        let path = directory + "/" + TraceSegment.name(1)
        try FileSystem.replace(path, with: layout.headerRow)
        try self.init(directory, files: [(try TableFile(path), layout)])
    }

    /// Where the last file is.
    var path: String { last.path }
    /// How many bytes of all files are known to be on the disk.
    var durable: Int { sealed + last.durable }
    /// How many bytes all files have.
    var length: Int { sealed + last.length }
    /// Whether everything that is in the files or was appended is durable.
    var isDurable: Bool { pending.count == 0 && last.isDurable }

    /// The files by their columns, the first ones first.
    var groups: [(layout: TableLayout, files: [String])] {
        var groups = narrow
        let name = TraceSegment.name(count)
        if groups.last?.layout == layout {
            groups[groups.count - 1].files.append(name)
        } else {
            groups.append((layout, [name]))
        }
        return groups
    }

    /// Hands the buffered rows to the operating system, in as many files as they need.
    func write() throws(StoreError) {
        try last.write()
        while pending.count > 0 {
            let room = TraceSegment.limit - last.length
            if pending.count <= room {
                swap(&pending, &last.pending)
            } else {
                let fitting = pending.wholeRows(within: room)
                guard fitting > 0 || last.length <= layout.headerRow.count else {
                    try begin(layout)
                    continue
                }
                // A row that is longer than a file may be has one of its own.
                pending.move(fitting > 0 ? fitting : pending.firstRow, to: &last.pending)
            }
            try last.write()
        }
    }

    /// Hands the buffered rows to the operating system when there are many.
    func writeIfFull() throws(StoreError) {
        if pending.count >= TableFile.bufferLimit { try write() }
    }

    /// Makes everything that was appended durable.
    func synchronize() throws(StoreError) {
        try write()
        try last.synchronize()
    }

    /// Adds columns.
    ///
    /// A file that may grow beyond the limit by it stays as it is, and another is begun.
    func widen(to new: TableLayout) throws(StoreError) {
        try synchronize()
        let growth = max(0, new.measured.count - layout.measured.count)
        let rows = (last.length - layout.headerRow.count) / Self.shortestRow
        let most =
            last.length + new.headerRow.count - layout.headerRow.count + growth * rows
        guard rows == 0 || most <= TraceSegment.limit else { return try begin(new) }
        last = try last.rewrite(from: layout, to: new)
        layout = new
    }

    /// A trial's id, an attempt of one digit, a checksum and a line feed.
    private static let shortestRow = 31

    /// Begins another file, after the last one is durable.
    private func begin(_ new: TableLayout) throws(StoreError) {
        try last.synchronize()
        let path = directory + "/" + TraceSegment.name(count + 1)
        try FileSystem.replace(path, with: new.headerRow)
        let next = try TableFile(path)
        sealed += last.length
        seal(layout, count)
        count += 1
        last = next
        layout = new
    }

    private func seal(_ layout: TableLayout, _ number: Int) {
        let name = TraceSegment.name(number)
        if narrow.last?.layout == layout {
            narrow[narrow.count - 1].files.append(name)
        } else {
            narrow.append((layout, [name]))
        }
    }
}

extension RowBuffer {
    /// How many of the first bytes are whole rows and fit; no row holds a line feed within it.
    fileprivate func wholeRows(within room: Int) -> Int {
        guard room > 0 else { return 0 }
        return bytes.prefix(room).lastIndex(of: CellText.lineFeed).map { $0 + 1 } ?? 0
    }

    /// How many bytes the first row has.
    fileprivate var firstRow: Int {
        bytes.firstIndex(of: CellText.lineFeed).map { $0 + 1 } ?? bytes.count
    }
}
