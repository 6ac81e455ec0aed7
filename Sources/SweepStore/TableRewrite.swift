import Glibc

extension TableFile {
    /// Puts a new file in the place of this one: with more columns, or without some rows.
    ///
    /// The old file stands until the new one is durable; a reader sees the one or the other.
    /// - Parameters:
    ///   - old: this file's columns.
    ///   - new: the new file's columns; all old ones are among them.
    ///   - dropped: ranges of bytes, in order, whose rows are left out.
    /// - Returns: the new file, open; this one is of no more use.
    func rewrite(
        from old: TableLayout, to new: TableLayout, dropping dropped: [Range<Int>] = []
    ) throws(StoreError) -> TableFile {
        let temporary = FileSystem.temporaryPath(for: path)
        close(try FileSystem.openFile(temporary, O_WRONLY | O_CREAT | O_TRUNC, to: "create"))
        do {
            let output = try TableFile(temporary)
            output.pending.raw(new.headerRow)
            try copyRows(old, to: output, new, dropped)
            try output.synchronize()
        } catch {
            unlink(temporary)
            throw error
        }
        try FileSystem.move(temporary, to: path)
        return try TableFile(path)
    }

    /// For each new column but the checksum, its position among the old ones.
    private static func sources(of new: [String], in old: [String]) -> [Int?] {
        let positions = Dictionary(uniqueKeysWithValues: old.enumerated().map { ($1, $0) })
        return new.dropLast().map { positions[$0] }
    }

    private func copyRows(
        _ old: TableLayout, to output: TableFile, _ new: TableLayout, _ dropped: [Range<Int>]
    ) throws(StoreError) {
        let sources = Self.sources(of: new.header, in: old.header)
        let cellCount = old.header.count
        var scanner = rows(old)
        var cells: [RowCells.Cell] = []
        var dropped = dropped[...]
        while let done: Void = try scanner.next({ row throws(StoreError) in
            while let range = dropped.first, range.upperBound <= row.offset {
                dropped.removeFirst()
            }
            if let range = dropped.first, range.contains(row.offset) { return }
            if old == new {
                output.pending.raw(row.bytes)
                output.pending.raw(CollectionOfOne(CellText.lineFeed))
            } else {
                guard RowCells.split(row.bytes, into: &cells, expecting: cellCount) else {
                    throw StoreError.wrongCellCount(path, row.line, expected: cellCount)
                }
                output.pending.beginRow()
                for source in sources {
                    if let source { output.pending.raw(cells[source].bytes) }
                    output.pending.endCell()
                }
                output.pending.endRow()
            }
            if output.pending.count >= Self.bufferLimit { try output.write() }
        }) {
            _ = done
        }
    }
}

extension StoreError {
    /// A row whose checksum is right but which does not fit its header.
    static func wrongCellCount(_ path: String, _ line: Int, expected: Int) -> StoreError {
        .damaged(
            path: path, line: line, problem: "the row does not have the header's \(expected) cells",
            remedy: "restore the file from a copy, or delete the row: its trial is then run again")
    }
}
