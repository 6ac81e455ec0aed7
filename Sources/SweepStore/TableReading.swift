import Glibc

/// A table that is being read, beside its writer or without one.
final class TableReading {
    let path: String
    let layout: TableLayout
    /// Where the rows begin.
    let start: Int

    private let descriptor: Int32

    /// Opens a table of a store, of a trace the file of a number.
    init(
        _ directory: String, _ manifest: Manifest, _ table: TableLayout.Table, number: Int = 1
    ) throws(StoreError) {
        path = directory + "/" + (number > 1 ? TraceSegment.name(number) : table.file)
        descriptor = try FileSystem.openTable(path, O_RDONLY, to: "read")
        do {
            (layout, start) = try TableAudit.layout(
                descriptor, path, known: manifest.known(table))
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// How many bytes there are.
    func size() throws(StoreError) -> Int { try FileSystem.size(of: descriptor, path) }

    /// Reads all rows.
    ///
    /// - Parameter durable: how much was synchronised, as was known before; nil when it was not.
    @discardableResult
    func visit(
        durable: Int?, _ body: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) -> TableAudit {
        try TableAudit(descriptor, path, headerEnd: start, durable: durable, visit: body)
    }

    /// Some of the file's bytes.
    func bytes(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        try FileSystem.read(descriptor, path, from: range.lowerBound, count: range.count)
    }
}
