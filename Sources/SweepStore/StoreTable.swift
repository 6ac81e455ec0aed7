import Glibc

/// A table that is being read and mended.
struct StoreTable {
    let directory: String
    let layout: TableLayout
    /// The file's name.
    let name: String
    private(set) var file: TableFile

    /// Opens a table, of a trace the file of a name.
    init(_ directory: String, _ known: TableLayout, file name: String? = nil) throws(StoreError) {
        self.directory = directory
        self.name = name ?? known.table.file
        let path = directory + "/" + self.name
        file = try TableFile(path)
        layout = try file.layout(known: known)
    }

    /// Reads all rows.
    ///
    /// - Parameter durable: how much was synchronised; nil when that is not known.
    func audit(
        durable: Int?, _ visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) -> TableAudit {
        try file.audit(layout, durable: durable, visit: visit)
    }

    /// Takes out what a crash has lost between intact rows.
    mutating func dropHoles(
        _ audit: TableAudit, _ recovery: inout Recovery
    ) throws(StoreError) {
        try drop(audit.holes, .lostBlocks, count: audit.holeRows, &recovery)
    }

    /// Cuts off what is no row.
    func mendTail(_ audit: TableAudit, _ recovery: inout Recovery) throws(StoreError) {
        switch audit.tail {
        case .nothing: return
        case .lacksLineFeed:
            try file.endLastRow()
            note(.missingLineFeed, rows: 1, bytes: 1, nil, &recovery)
        case .torn(let rows):
            let tail = audit.intactEnd..<audit.size
            let copy = try LostAndFound(store: directory).keep([tail], of: file, layout)
            try file.truncate(to: tail.lowerBound)
            note(.tornTail, rows: rows, bytes: tail.count, copy, &recovery)
        }
    }

    /// Takes rows out of the table.
    mutating func drop(
        _ ranges: [Range<Int>], _ kind: Recovery.Item.Kind, count: Int,
        _ recovery: inout Recovery
    ) throws(StoreError) {
        guard let last = ranges.last else { return }
        let copy = try LostAndFound(store: directory).keep(ranges, of: file, layout)
        if ranges.count == 1, last.upperBound >= file.length {
            try file.truncate(to: last.lowerBound)
        } else {
            file = try file.rewrite(from: layout, to: layout, dropping: ranges)
        }
        note(
            kind, rows: count, bytes: ranges.reduce(0) { $0 + $1.count }, copy, &recovery)
    }

    private func note(
        _ kind: Recovery.Item.Kind, rows: Int, bytes: Int, _ copy: String?,
        _ recovery: inout Recovery
    ) {
        recovery.items.append(
            Recovery.Item(
                kind: kind, file: name, rows: rows, bytes: bytes, keptIn: copy))
    }
}
