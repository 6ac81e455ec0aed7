/// Rows with binary labels, in compressed sparse rows; immutable, so that trials share them.
public final class LabelledData: @unchecked Sendable {
    // Unchecked: the memory behind the pointers is written in `init` only.

    /// N.
    public let rowCount: Int
    /// d: the largest feature number in the file.
    public let dimension: Int
    /// How many entries are stored.
    public let entryCount: Int

    /// Where each row's entries begin; one more than there are rows.
    package let offsets: UnsafePointer<Int>
    /// The column of each entry, from 0, ascending within a row.
    package let columns: UnsafePointer<UInt32>
    /// The value of each entry.
    package let values: UnsafePointer<Double>
    /// −1 or +1 for each row.
    package let labels: UnsafePointer<Double>

    /// Rows from their parts.
    ///
    /// - Parameters:
    ///   - offsets: where each row's entries begin, and where the last row's end.
    ///   - columns: ascending within a row and below `dimension`.
    ///   - labels: −1 or +1.
    package init(
        dimension: Int, offsets: [Int], columns: [UInt32], values: [Double], labels: [Double]
    ) {
        precondition(
            offsets.count == labels.count + 1 && offsets.last == columns.count
                && columns.count == values.count && columns.allSatisfy { $0 < dimension },
            "compressed sparse rows")
        rowCount = labels.count
        entryCount = values.count
        self.dimension = dimension
        self.offsets = Self.copy(offsets)
        self.columns = Self.copy(columns)
        self.values = Self.copy(values)
        self.labels = Self.copy(labels)
    }

    deinit {
        offsets.deallocate()
        columns.deallocate()
        values.deallocate()
        labels.deallocate()
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        elements.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { memory.initialize(from: base, count: source.count) }
        }
        return UnsafePointer(memory)
    }
}
