import KernelChoice
import KernelInterface

@testable import CompressedSGD

/// The rows of a data set by columns, as the kernels take them; some of its columns as bits.
final class StoredColumns<Scalar: TestedScalar> {
    private let words: UnsafeMutableBufferPointer<UInt64>
    private let masked: UnsafeMutableBufferPointer<UInt32>
    private let starts: UnsafeMutableBufferPointer<UInt32>
    private let rows: UnsafeMutableBufferPointer<UInt16>
    private let values: UnsafeMutableBufferPointer<Scalar>?
    private let labels: UnsafeMutableBufferPointer<Double>
    private let margins: UnsafeMutableBufferPointer<Scalar>
    private let workspace: UnsafeMutableBufferPointer<Double>
    private let data: LabelledData

    /// Columns of ones with as many entries as `ColumnBlocks` asks for become bits unless others are
    /// named.
    init(_ data: LabelledData, _ type: Scalar.Type, masked named: [Int]? = nil) {
        self.data = data
        let wordCount = MaskedColumns.wordCount(data.rowCount)
        var entries = [[(row: Int, value: Scalar)]](repeating: [], count: data.dimension)
        for row in 0..<data.rowCount {
            for entry in data.entries(ofRow: row) {
                entries[entry.column].append((row, Scalar(entry.value)))
            }
        }
        let least = MaskedColumns.leastEntries * wordCount
        var chosen =
            named ?? entries.indices.filter { data.isBinary && entries[$0].count >= least }
        var bits: [UInt64] = []
        for column in chosen {
            var own = [UInt64](repeating: 0, count: wordCount)
            for entry in entries[column] { own[entry.row / 64] |= 1 << UInt64(entry.row % 64) }
            entries[column] = []
            bits += own
        }
        while let first = chosen.first, chosen.count % MaskedColumns.group != 0 {
            chosen.append(first)
            bits += [UInt64](repeating: 0, count: wordCount)
        }
        var starts: [UInt32] = [0]
        for column in entries { starts.append(starts[starts.count - 1] + UInt32(column.count)) }
        self.starts = Self.copy(starts)
        words = Self.copy(bits)
        masked = Self.copy(chosen.map { UInt32($0) })
        rows = Self.copy(entries.joined().map { UInt16($0.row) })
        values = data.isBinary ? nil : Self.copy(entries.joined().map(\.value))
        labels = Self.copy((0..<data.rowCount + 8).map { $0 < data.rowCount ? data.labels[$0] : 0 })
        margins = Self.copy([Scalar](repeating: 7, count: 64 * wordCount))
        workspace = Self.copy([Double](repeating: 7, count: LogisticColumns.chunk))
    }

    deinit {
        words.deallocate()
        masked.deallocate()
        starts.deallocate()
        rows.deallocate()
        values?.deallocate()
        labels.deallocate()
        margins.deallocate()
        workspace.deallocate()
    }

    /// The gradient's sum, and each row's −y·σ(−y·aᵀx).
    func gradient(
        at x: [Scalar], _ level: KernelLevel
    ) -> (gradient: [Scalar], weights: [Scalar]) {
        var gradient = [Scalar](repeating: 0, count: data.dimension)
        guard let words = words.baseAddress, let masked = masked.baseAddress,
            let starts = starts.baseAddress, let rows = rows.baseAddress,
            let labels = labels.baseAddress, let margins = margins.baseAddress,
            let workspace = workspace.baseAddress
        else { return (gradient, []) }
        let columns = LogisticColumns(
            count: data.rowCount, dimension: data.dimension,
            masked: MaskedColumns(
                count: self.masked.count, rows: data.rowCount, columns: masked, words: words),
            starts: starts, rows: rows, labels: labels, workspace: workspace)
        Scalar.kernels(level).addLogisticGradient(
            of: columns, values: values.flatMap { UnsafePointer($0.baseAddress) },
            margins: margins, at: x, to: &gradient)
        return (gradient, Array(self.margins.prefix(data.rowCount)))
    }

    private static func copy<Element>(
        _ elements: [Element]
    ) -> UnsafeMutableBufferPointer<Element> {
        // Room for nothing would have no address.
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        memory.initialize(from: elements, count: elements.count)
        return UnsafeMutableBufferPointer(start: memory, count: elements.count)
    }
}
