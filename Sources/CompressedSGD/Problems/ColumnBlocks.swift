import KernelInterface

/// Every client's rows once more, stored by columns, for gradients over all of them.
///
/// A client's rows are cut into blocks; the entries of each column of a block lie together, each as
/// its row's number within the block in two bytes, and its value unless all values are 1.
final class ColumnBlocks<Scalar: KernelScalar> {
    private let dimension: Int
    /// Each client's first block, and how many blocks there are.
    private let firstBlocks: [Int]
    /// Each block's first row among all rows, and how many rows there are.
    private let firstRows: [Int]
    /// Where the columns of a block begin and end, among the entries of all blocks.
    private let starts: UnsafeMutablePointer<UInt32>
    private let rows: UnsafeMutablePointer<UInt16>
    private let values: UnsafeMutablePointer<Scalar>?
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
        rows = .allocate(capacity: max(1, data.entryCount))
        values = data.isBinary ? nil : .allocate(capacity: max(1, data.entryCount))
        labels = .allocate(capacity: data.rowCount + Self.padding * blocks)
        margins = .allocate(capacity: LogisticColumns.limit)
        margins.initialize(repeating: 0, count: LogisticColumns.limit)
        workspace = .allocate(capacity: LogisticColumns.chunk)
        workspace.initialize(repeating: 0, count: LogisticColumns.chunk)
        var next: UInt32 = 0
        for block in 0..<blocks { fill(block, data, order, &next) }
    }

    deinit {
        starts.deallocate()
        rows.deallocate()
        values?.deallocate()
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

    private func columns(of block: Int) -> LogisticColumns {
        LogisticColumns(
            count: firstRows[block + 1] - firstRows[block], dimension: dimension,
            starts: starts + block * (dimension + 1), rows: rows,
            labels: labels + firstRows[block] + Self.padding * block, workspace: workspace)
    }

    /// Counts the entries of a block's columns, then puts each where it belongs.
    private func fill(
        _ block: Int, _ data: LabelledData, _ order: UnsafePointer<UInt32>, _ next: inout UInt32
    ) {
        let own = starts + block * (dimension + 1)
        own.initialize(repeating: 0, count: dimension + 1)
        let range = firstRows[block]..<firstRows[block + 1]
        for place in range {
            data.forEachEntry(ofRow: Int(order[place])) { column, _ in own[column] += 1 }
        }
        for column in 0...dimension { (own[column], next) = (next, next + own[column]) }
        for place in range {
            let row = UInt16(truncatingIfNeeded: place - range.lowerBound)
            data.forEachEntry(ofRow: Int(order[place])) { column, value in
                let entry = Int(own[column])
                rows[entry] = row
                values?[entry] = Scalar(value)
                own[column] += 1
            }
        }
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
