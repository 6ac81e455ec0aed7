import Glibc

/// What a table's file holds: its intact rows, and what is torn at its end.
struct TableAudit {
    /// What stands behind the last intact row.
    enum Tail: Equatable {
        case nothing
        /// The last row is intact but for its line feed.
        case lacksLineFeed
        /// Bytes that are no row: the write that a crash cut short.
        case torn(rows: Int)
    }

    /// Where the last intact row ends.
    private(set) var intactEnd: Int
    /// The size of the file.
    let size: Int
    /// How many intact rows there are.
    private(set) var rowCount = 0
    /// What stands behind them.
    private(set) var tail = Tail.nothing

    /// A longer tail than this is damage: a table is synchronised before so much is outstanding.
    static let longestTail = 1 << 26

    /// Reads all rows of a table and hands each intact one to `visit`.
    ///
    /// - Throws: `StoreError.damaged` when a row that is not the last does not agree with its
    ///   checksum.
    init(
        _ descriptor: Int32, _ path: String, headerEnd: Int,
        visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        size = try FileSystem.size(of: descriptor, path)
        intactEnd = headerEnd
        var scanner = RowScanner(descriptor, path, from: headerEnd, line: 2, to: size)
        var broken: (line: Int, endsWithReturn: Bool)?
        while true {
            let end: Int?? = try scanner.next { row throws(StoreError) -> Int? in
                guard row.isIntact else {
                    broken = (row.line, row.bytes.last == CellText.carriageReturn)
                    return nil
                }
                try visit(row)
                return row.isComplete ? row.end : nil
            }
            guard let end else { return }
            rowCount += broken == nil ? 1 : 0
            if let end {
                intactEnd = end
            } else if let broken {
                tail = try examine(descriptor, path, broken)
                return
            } else {
                intactEnd = size
                tail = .lacksLineFeed
                return
            }
        }
    }

    private static let restore = "restore the file from a copy, or give another --store"

    /// Reads a table's header row: its cells, and where the rows begin.
    static func header(
        _ descriptor: Int32, _ path: String
    ) throws(StoreError) -> (names: [String], end: Int) {
        var scanner = RowScanner(
            descriptor, path, to: try FileSystem.size(of: descriptor, path))
        let header = try scanner.next { row throws(StoreError) -> (names: [String], end: Int) in
            guard row.isComplete else {
                throw .damaged(
                    path: path, line: 1, problem: "the header row is cut off", remedy: restore)
            }
            guard row.bytes.last != CellText.carriageReturn else {
                throw .damaged(
                    path: path, line: 1,
                    problem: "the lines end in CR LF: another program has saved the file",
                    remedy: restore)
            }
            var cells = RowCells(row.bytes)
            var names: [String] = []
            while let cell = cells.next() { names.append(cell.text ?? "") }
            return (names, row.end)
        }
        guard let header else {
            throw .damaged(
                path: path, line: 1, problem: "the file is empty: its header row is missing",
                remedy: restore)
        }
        return header
    }

    /// Reads a table's header row as a layout; `known` is what the manifest says.
    static func layout(
        _ descriptor: Int32, _ path: String, known: TableLayout
    ) throws(StoreError) -> (layout: TableLayout, end: Int) {
        let (names, end) = try header(descriptor, path)
        do {
            let layout = try TableLayout(known.table, header: names, known: known)
            return (layout, end)
        } catch {
            throw .damaged(path: path, line: 1, problem: error.text, remedy: restore)
        }
    }

    /// Tells a write that was cut short from damage: behind a torn row there is no intact one, and
    /// at most one whole line (or zeros, which a lost block leaves).
    private func examine(
        _ descriptor: Int32, _ path: String, _ broken: (line: Int, endsWithReturn: Bool)
    ) throws(StoreError) -> Tail {
        let hint =
            broken.endsWithReturn
            ? "; the line ends in CR LF: another program has saved the file" : ""
        let damage = StoreError.damaged(
            path: path, line: broken.line,
            problem: "the row does not agree with its checksum\(hint)",
            remedy: "restore the file from a copy, or delete the row: its trial is then run again")
        guard size - intactEnd <= Self.longestTail else { throw damage }
        let bytes = try FileSystem.read(descriptor, path, from: intactEnd, count: size - intactEnd)
        let (whole, rows, isFollowed) = bytes.withUnsafeBytes { Self.count($0) }
        if isFollowed { throw damage }
        if whole > 1, !bytes.contains(0) {
            throw .damaged(
                path: path, line: broken.line,
                problem: "this and the \(rows - 1) rows after it do not agree with their checksums"
                    + "\(hint.isEmpty ? ": another program has changed the file" : hint)",
                remedy: Self.restore)
        }
        return .torn(rows: rows)
    }

    /// Counts a tail's whole lines and all its rows, and looks for an intact row behind its start,
    /// wherever it may begin: the damage may have hit a line feed.
    private static func count(
        _ tail: UnsafeRawBufferPointer
    ) -> (whole: Int, rows: Int, isFollowed: Bool) {
        var whole = 0
        var isInside = false
        var lastEnd = 0
        for (position, byte) in tail.enumerated() {
            if byte == CellText.quote { isInside.toggle() }
            if byte == CellText.lineFeed, !isInside {
                whole += 1
                lastEnd = position + 1
            }
            if byte == UInt8(ascii: "t"), position > 0,
                beginsIntactRow(UnsafeRawBufferPointer(rebasing: tail[position...]))
            {
                return (whole, whole, true)
            }
        }
        return (whole, whole + (lastEnd < tail.count ? 1 : 0), false)
    }

    /// Whether some bytes begin with a row that agrees with its checksum.
    private static func beginsIntactRow(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 19, bytes[1] == UInt8(ascii: "-"), bytes[18] == CellText.comma else {
            return false
        }
        var isInside = false
        for (position, byte) in bytes.prefix(1 << 20).enumerated() {
            if byte == CellText.quote { isInside.toggle() }
            guard byte == CellText.lineFeed, !isInside else { continue }
            let row = RowScanner.Row(
                bytes: UnsafeRawBufferPointer(rebasing: bytes[..<position]), offset: 0,
                end: position + 1, line: 0, isComplete: true)
            return row.isIntact
        }
        return false
    }
}
