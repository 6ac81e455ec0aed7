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
    /// What stands between intact rows and is none, in order: blocks that a crash has lost before
    /// they were synchronised.
    private(set) var holes: [Range<Int>] = []
    /// How many rows, whole or not, stood there.
    private(set) var holeRows = 0
    /// What stands behind the last intact row.
    private(set) var tail = Tail.nothing

    /// A longer tail than this is damage: a table is synchronised before so much is outstanding.
    static let longestTail = 1 << 26

    /// Reads all rows of a table and hands each intact one to `visit`.
    ///
    /// - Parameter durable: how much of the file was synchronised; nil when that is not known. Then
    ///   only the last row may be torn.
    /// - Throws: `StoreError.damaged` when a row that was synchronised does not agree with its
    ///   checksum.
    init(
        _ descriptor: Int32, _ path: String, headerEnd: Int, durable: Int? = nil,
        visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        size = try FileSystem.size(of: descriptor, path)
        // A mark behind the end is not of this file: it was put back from a copy, or edited.
        let size = size
        let durable = durable.flatMap { $0 <= size ? $0 : nil }
        intactEnd = headerEnd
        var scanner = RowScanner(descriptor, path, from: headerEnd, line: 2, to: size)
        while true {
            var broken: Broken?
            let isComplete = try scanner.next { row throws(StoreError) -> Bool in
                guard row.isIntact else {
                    broken = Broken(
                        line: row.line, endsWithReturn: row.bytes.last == CellText.carriageReturn)
                    return false
                }
                try visit(row)
                if row.isComplete { intactEnd = row.end }
                return row.isComplete
            }
            guard let isComplete else { return }
            if let broken {
                guard let durable, intactEnd >= durable else {
                    tail = try examine(descriptor, path, broken, isMarked: durable != nil)
                    return
                }
                let gap = try DamagedRows(descriptor, path, from: intactEnd, to: size)
                guard gap.isFollowed else {
                    tail = .torn(rows: gap.rows)
                    return
                }
                holes.append(gap.range)
                holeRows += gap.rows
                scanner = RowScanner(
                    descriptor, path, from: gap.range.upperBound, line: broken.line + gap.lines,
                    to: size)
                continue
            }
            rowCount += 1
            guard isComplete else {
                intactEnd = size
                tail = .lacksLineFeed
                return
            }
        }
    }

    /// The first row that does not agree with its checksum.
    private struct Broken {
        let line: Int
        let endsWithReturn: Bool

        var hint: String {
            endsWithReturn
                ? "; the line ends in CR LF: another program has saved the file" : ""
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
            guard !row.begins(with: [0xEF, 0xBB, 0xBF]) else {
                throw .damaged(
                    path: path, line: 1,
                    problem: "the file begins with a byte order mark: another program has saved it",
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
    ///
    /// Where it is marked what was synchronised, the row was, and it is damage in any case.
    private func examine(
        _ descriptor: Int32, _ path: String, _ broken: Broken, isMarked: Bool
    ) throws(StoreError) -> Tail {
        let damage = StoreError.damaged(
            path: path, line: broken.line,
            problem: "the row does not agree with its checksum\(broken.hint)",
            remedy: Self.repair(path))
        guard size - intactEnd <= Self.longestTail else { throw damage }
        let gap = try DamagedRows(descriptor, path, from: intactEnd, to: size)
        if gap.isFollowed { throw damage }
        if gap.wholeRows > 1, !gap.hasZeros {
            throw .damaged(
                path: path, line: broken.line,
                problem: "this and the \(gap.rows - 1) rows after it do not agree with their "
                    + "checksums"
                    + (broken.hint.isEmpty
                        ? ": another program has changed the file" : broken.hint),
                remedy: Self.restore)
        }
        guard !isMarked else { throw damage }
        return .torn(rows: gap.rows)
    }

    /// What to do about damage in a store's table.
    static func repair(_ path: String) -> String {
        "restore the file from a copy, or let windrow store repair "
            + "\(FileSystem.parent(of: path)) move what is damaged to lost+found/: "
            + "those trials are then run again"
    }
}
