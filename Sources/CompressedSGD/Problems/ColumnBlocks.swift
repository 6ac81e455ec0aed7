import KernelInterface

/// Every client's rows once more, stored by columns, for gradients over all of them.
///
/// A client's rows are cut into blocks; the entries of each column of a block lie together, each as
/// its row's number within the block in two bytes, and its value unless all values are 1. If they
/// are, a column in which many of the block's rows have an entry is kept as a bit for each row.
final class ColumnBlocks<Scalar: KernelScalar> {
    private let dimension: Int
    /// Each client's first block, and how many blocks there are.
    private let firstBlocks: [Int]
    /// Each block's first row among all rows, and how many rows there are.
    private let firstRows: [Int]
    /// Each block's first column among those kept as bits, and how many there are in all blocks.
    private let firstMasked: [Int]
    /// Each block's first word of bits, and how many words there are.
    private let firstWords: [Int]
    /// Where the columns of a block begin and end, among the entries of all blocks.
    private let starts: UnsafeMutablePointer<UInt32>
    private let rows: UnsafeMutablePointer<UInt16>
    private let values: UnsafeMutablePointer<Scalar>?
    private let masked: UnsafeMutablePointer<UInt32>
    private let words: UnsafeMutablePointer<UInt64>
    private let labels: UnsafeMutablePointer<Double>
    private let margins: UnsafeMutablePointer<Scalar>
    private let workspace: UnsafeMutablePointer<Double>

    /// Blocks of the clients' rows; nil where columns would be too short to gain anything.
    ///
    /// - Parameters:
    ///   - order: all rows, client by client.
    ///   - clientStarts: where each client's rows begin in it, and where the last one's end.
    init?(data: LabelledData, order: UnsafePointer<UInt32>, clientStarts: [Int]) {
        let limit = Self.blockSize(of: data)
        var firstBlocks = [0]
        var firstRows = [0]
        for end in clientStarts.dropFirst() {
            var row = firstRows[firstRows.count - 1]
            while row < end {
                row = min(row + limit, end)
                firstRows.append(row)
            }
            firstBlocks.append(firstRows.count - 1)
        }
        let blocks = firstRows.count - 1
        let (columns, isTooMany) = data.dimension.multipliedReportingOverflow(by: blocks)
        guard !isTooMany, data.entryCount / Self.leastLength >= columns,
            data.entryCount <= Int(UInt32.max)
        else { return nil }
        dimension = data.dimension
        self.firstBlocks = firstBlocks
        self.firstRows = firstRows
        starts = .allocate(capacity: blocks * (dimension + 1))
        let found = Self.count(data, order, firstRows, into: starts)
        (firstMasked, firstWords) = (found.firstMasked, found.firstWords)
        rows = .allocate(capacity: max(1, found.entries))
        values = data.isBinary ? nil : .allocate(capacity: max(1, found.entries))
        masked = .allocate(capacity: max(1, found.masked.count))
        masked.initialize(from: found.masked, count: found.masked.count)
        words = .allocate(capacity: max(1, firstWords[blocks]))
        words.initialize(repeating: 0, count: firstWords[blocks])
        labels = .allocate(capacity: data.rowCount + Self.padding * blocks)
        margins = .allocate(capacity: LogisticColumns.limit)
        margins.initialize(repeating: 0, count: LogisticColumns.limit)
        workspace = .allocate(capacity: LogisticColumns.chunk)
        workspace.initialize(repeating: 0, count: LogisticColumns.chunk)
        var places = [Int?](repeating: nil, count: dimension)
        for block in 0..<blocks { fill(block, data, order, &places) }
    }

    deinit {
        starts.deallocate()
        rows.deallocate()
        values?.deallocate()
        masked.deallocate()
        words.deallocate()
        labels.deallocate()
        margins.deallocate()
        workspace.deallocate()
    }

    /// g ← g + Σ ∇ log(1 + exp(−y·aᵀx)) over a client's rows.
    func addGradient(
        of client: Int, at x: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>
    ) {
        for block in firstBlocks[client]..<firstBlocks[client + 1] {
            Scalar.kernels.addLogisticGradient(
                of: columns(of: block), values: values.map { UnsafePointer($0) },
                margins: margins, at: x, to: gradient)
        }
    }

    /// A block's rows as the kernels take them.
    func columns(of block: Int) -> LogisticColumns {
        let count = firstRows[block + 1] - firstRows[block]
        return LogisticColumns(
            count: count, dimension: dimension,
            masked: MaskedColumns(
                count: firstMasked[block + 1] - firstMasked[block], rows: count,
                columns: masked + firstMasked[block], words: words + firstWords[block]),
            starts: starts + block * (dimension + 1), rows: rows,
            labels: labels + firstRows[block] + Self.padding * block, workspace: workspace)
    }

    /// What the blocks have room for.
    private struct Extent {
        var entries = 0
        /// The columns that are kept as bits, those of each block filled up to whole groups.
        var masked: [UInt32] = []
        var firstMasked = [0]
        var firstWords = [0]
    }

    /// Decides which columns of each block are kept as bits, and where the entries of the others
    /// begin and end.
    private static func count(
        _ data: LabelledData, _ order: UnsafePointer<UInt32>, _ firstRows: [Int],
        into starts: UnsafeMutablePointer<UInt32>
    ) -> Extent {
        let dimension = data.dimension
        starts.initialize(repeating: 0, count: (firstRows.count - 1) * (dimension + 1))
        var extent = Extent()
        for (block, range) in zip(firstRows, firstRows.dropFirst()).enumerated() {
            let own = starts + block * (dimension + 1)
            for place in range.0..<range.1 {
                data.forEachEntry(ofRow: Int(order[place])) { column, _ in own[column] += 1 }
            }
            let words = MaskedColumns.wordCount(range.1 - range.0)
            let first = extent.masked.count
            for column in 0..<dimension {
                var entries = Int(own[column])
                if data.isBinary, entries >= MaskedColumns.leastEntries * words {
                    extent.masked.append(UInt32(column))
                    entries = 0
                }
                own[column] = UInt32(extent.entries)
                extent.entries += entries
            }
            own[dimension] = UInt32(extent.entries)
            while (extent.masked.count - first) % MaskedColumns.group != 0 {
                extent.masked.append(extent.masked[first])
            }
            extent.firstMasked.append(extent.masked.count)
            extent.firstWords.append(
                extent.firstWords[block] + words * (extent.masked.count - first))
        }
        return extent
    }

    /// Puts each entry of a block where it belongs.
    ///
    /// - Parameter places: nil for each column, before and after.
    private func fill(
        _ block: Int, _ data: LabelledData, _ order: UnsafePointer<UInt32>, _ places: inout [Int?]
    ) {
        let own = starts + block * (dimension + 1)
        let range = firstRows[block]..<firstRows[block + 1]
        let wordCount = MaskedColumns.wordCount(range.count)
        let kept = firstMasked[block]..<firstMasked[block + 1]
        for place in kept.reversed() {
            places[Int(masked[place])] = firstWords[block] + (place - kept.lowerBound) * wordCount
        }
        for place in range {
            let row = place - range.lowerBound
            data.forEachEntry(ofRow: Int(order[place])) { column, value in
                if let word = places[column] {
                    words[word + row / 64] |= 1 << UInt64(row % 64)
                    return
                }
                let entry = Int(own[column])
                rows[entry] = UInt16(truncatingIfNeeded: row)
                values?[entry] = Scalar(value)
                own[column] += 1
            }
        }
        for place in kept { places[Int(masked[place])] = nil }
        // Each column's beginning has become its end, which is where the next one begins.
        for column in stride(from: dimension, to: 0, by: -1) { own[column] = own[column - 1] }
        own[0] = block == 0 ? 0 : (own - 1).pointee
        let signs = labels + range.lowerBound + Self.padding * block
        signs.initialize(repeating: 0, count: range.count + Self.padding)
        for place in range { signs[place - range.lowerBound] = data.labels[Int(order[place])] }
    }

    /// How many rows a block has: where most columns have an entry in most rows, so many that the
    /// block's values are still in the second cache when they are read again.
    private static func blockSize(of data: LabelledData) -> Int {
        guard data.entryCount / data.rowCount * 2 > data.dimension else {
            return LogisticColumns.limit
        }
        return min(
            max(denseBlock / MemoryLayout<Scalar>.stride / data.dimension, 64),
            LogisticColumns.limit)
    }

    /// 1 MiB of values.
    private static var denseBlock: Int { 1 << 20 }
    /// Room behind the labels of a block, so that they can be read in eights.
    private static var padding: Int { 8 }
    /// How many entries a block's columns have on average, at least.
    private static var leastLength: Int { 8 }
}
