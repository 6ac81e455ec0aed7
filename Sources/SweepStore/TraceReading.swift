/// A trace that is being read, beside its writer or without one.
final class TraceReading {
    /// Its files, in order.
    private(set) var files: [TableReading] = []
    /// Columns of all files.
    private(set) var layout: TableLayout

    private let mark: SyncMark?
    private let directory: String
    private let manifest: Manifest

    /// Opens the files that are there.
    ///
    /// - Parameter mark: read before, so that what is written in between lies behind it.
    init(_ directory: String, _ manifest: Manifest, mark: SyncMark?) throws(StoreError) {
        self.directory = directory
        self.manifest = manifest
        self.mark = mark
        layout = TableLayout(.trace)
        try refresh()
    }

    /// Opens files that were begun meanwhile.
    private func refresh() throws(StoreError) {
        for number in try TraceSegment.all(in: directory) where number > files.count {
            let file = try TableReading(directory, manifest, .trace, number: number)
            files.append(file)
            layout = try layout.adding(parameters: [], measured: file.layout.measured)
        }
    }

    /// Where its first file is.
    var path: String { directory + "/" + TraceSegment.name(1) }

    /// Reads all rows, those of files that were begun meanwhile, too.
    func visit(
        _ body: (_ file: Int, RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        try refresh()
        var before = 0
        for (number, file) in files.enumerated() {
            let size = try file.size()
            let durable = TraceSegment.durable(
                size: size, before: before, isLast: number == files.count - 1, mark: mark)
            try file.visit(durable: durable) { row throws(StoreError) in
                try body(number, row)
            }
            before += size
        }
    }
}
