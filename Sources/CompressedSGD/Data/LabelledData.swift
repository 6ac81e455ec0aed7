import Synchronization

/// Rows of features with a label each, in compressed sparse rows; immutable, so that trials share
/// them.
///
/// A row's entries are stored in groups of four, so that loops over a row take few and regular
/// turns. A last group is filled up with zeros in columns that the row has anyway.
public final class LabelledData: @unchecked Sendable {
    // Unchecked: the memory behind the pointers is written in `init` only.

    /// How large the parts are.
    struct Shape: Hashable {
        /// N.
        var rowCount: Int
        /// d.
        var dimension: Int
        /// How many entries are stored, without those that fill up groups.
        var entryCount: Int
        /// How many groups of four entries there are.
        var groupCount: Int
        /// How many different labels there are.
        var classCount: Int
        /// Whether each row has all d features, as in a CSV file; in a LIBSVM file d is the largest that
        /// a row happens to have.
        var isFixedWidth: Bool
    }

    /// N.
    public var rowCount: Int { shape.rowCount }
    /// d: the largest feature number in the file.
    public var dimension: Int { shape.dimension }
    /// How many entries are stored.
    public var entryCount: Int { shape.entryCount }
    /// How many different labels there are.
    public var classCount: Int { shape.classCount }
    /// The labels as the file has them, ascending; their places are the classes.
    public let classLabels: [Double]

    /// The group at which each row's entries begin; one more than there are rows.
    package let groups: UnsafePointer<Int>
    /// The column of each entry, from 0, four to a group.
    package let columns: UnsafePointer<SIMD4<UInt32>>
    /// The value of each entry, four to a group.
    package let values: UnsafePointer<SIMD4<Double>>
    /// For each row −1 or +1 where there are two classes, the class otherwise.
    package let labels: UnsafePointer<Double>
    /// The class of each row: 0 … `classCount` − 1.
    package let classes: UnsafePointer<UInt32>

    let shape: Shape
    /// The digest of the content, once it is known.
    let digest = Mutex<SIMD2<UInt64>?>(nil)
    /// The values in single precision, once they are asked for.
    let singles = Mutex<DataMemory?>(nil)
    /// What the pointers point into.
    private let memory: [DataMemory]

    /// Rows from their parts.
    ///
    /// - Parameters:
    ///   - dimension: how many columns there are.
    ///   - offsets: where each row's entries begin, and where the last row's end.
    ///   - columns: ascending within a row and below `dimension`.
    ///   - values: that of each entry, beside its column.
    ///   - labels: any finite numbers; the smallest is class 0.
    ///   - isFixedWidth: whether `dimension` is that of each row, or the largest column that one
    ///     has.
    package convenience init(
        dimension: Int, offsets: [Int], columns: [UInt32], values: [Double], labels: [Double],
        isFixedWidth: Bool = false
    ) {
        precondition(
            offsets.count == labels.count + 1 && offsets.last == columns.count
                && columns.count == values.count && columns.allSatisfy { $0 < dimension },
            "compressed sparse rows")
        let classLabels = Set(labels).sorted()
        var groupCount = 0
        for row in 0..<labels.count { groupCount += (offsets[row + 1] - offsets[row] + 3) / 4 }
        let shape = Shape(
            rowCount: labels.count, dimension: dimension, entryCount: values.count,
            groupCount: groupCount, classCount: classLabels.count,
            isFixedWidth: isFixedWidth)
        let parts = Parts(shape)
        let memory = DataMemory(zeros: parts.byteCount)
        parts.classLabels(in: memory).update(from: classLabels, count: classLabels.count)
        let number = Dictionary(
            uniqueKeysWithValues: classLabels.enumerated().map { ($0.element, $0.offset) })
        for (row, label) in labels.enumerated() {
            Self.write(
                number[label] ?? 0, of: classLabels.count, to: row, parts.labels(in: memory),
                parts.classes(in: memory))
        }
        Self.pack(offsets, columns, values, into: parts, of: memory)
        self.init(shape: shape, memory: memory)
    }

    /// Rows that lie in memory as ``Parts`` says.
    init(shape: Shape, memory: DataMemory) {
        let parts = Parts(shape)
        self.shape = shape
        self.memory = [memory]
        groups = UnsafePointer(parts.groups(in: memory))
        columns = UnsafePointer(parts.columns(in: memory))
        values = UnsafePointer(parts.values(in: memory))
        labels = UnsafePointer(parts.labels(in: memory))
        classes = UnsafePointer(parts.classes(in: memory))
        classLabels = Array(
            UnsafeBufferPointer(start: parts.classLabels(in: memory), count: shape.classCount))
    }

    /// The rows of another data set, with the classes and the dimension of a third.
    ///
    /// - Parameter numbers: the new class of each of the other's classes.
    init(_ other: LabelledData, numbers: [Int], like model: LabelledData) {
        shape = Shape(
            rowCount: other.rowCount, dimension: model.dimension, entryCount: other.entryCount,
            groupCount: other.shape.groupCount, classCount: model.classCount,
            isFixedWidth: other.shape.isFixedWidth)
        var layout = DataLayout()
        let places = (
            layout.place(other.rowCount, of: Double.self),
            layout.place(other.rowCount, of: UInt32.self)
        )
        let own = DataMemory(zeros: layout.byteCount)
        let signs = (own.base + places.0).assumingMemoryBound(to: Double.self)
        let classes = (own.base + places.1).assumingMemoryBound(to: UInt32.self)
        for row in 0..<other.rowCount {
            let number = numbers[Int(other.classes[row])]
            Self.write(number, of: model.classCount, to: row, signs, classes)
        }
        memory = other.memory + [own]
        groups = other.groups
        columns = other.columns
        values = other.values
        labels = UnsafePointer(signs)
        self.classes = UnsafePointer(classes)
        classLabels = model.classLabels
    }

    /// Writes what stands for the class of a row.
    private static func write(
        _ number: Int, of classCount: Int, to row: Int, _ signs: UnsafeMutablePointer<Double>,
        _ classes: UnsafeMutablePointer<UInt32>
    ) {
        classes[row] = UInt32(truncatingIfNeeded: number)
        signs[row] = classCount == 2 ? (number == 0 ? -1 : 1) : Double(number)
    }

    /// Writes the entries of all rows in groups of four.
    private static func pack(
        _ offsets: [Int], _ columns: [UInt32], _ values: [Double], into parts: Parts,
        of memory: DataMemory
    ) {
        let groups = parts.groups(in: memory)
        let packedColumns = parts.columns(in: memory)
        let packedValues = parts.values(in: memory)
        var group = 0
        for row in 0..<offsets.count - 1 {
            groups[row] = group
            let (start, end) = (offsets[row], offsets[row + 1])
            for first in stride(from: start, to: end, by: 4) {
                var column = SIMD4<UInt32>.zero
                var value = SIMD4<Double>.zero
                for lane in 0..<4 {
                    let entry = first + lane
                    // Zeros go to the row's first columns, which are not those written just before.
                    column[lane] =
                        columns[entry < end ? entry : start + (entry - end) % (end - start)]
                    value[lane] = entry < end ? values[entry] : 0
                }
                packedColumns[group] = column
                packedValues[group] = value
                group += 1
            }
        }
        groups[offsets.count - 1] = group
    }

    /// How many bytes of memory the rows take.
    var byteCount: Int { memory.reduce(0) { $0 + $1.byteCount } }

    var block: DataMemory? { memory.count == 1 ? memory[0] : nil }

    /// Whether all entries that are not zero are 1.
    package var isBinary: Bool {
        for group in 0..<groups[rowCount] {
            for lane in 0..<4 where values[group][lane] != 0 && values[group][lane] != 1 {
                return false
            }
        }
        return true
    }

    /// Calls `body` with the column and the value of each entry of a row that is not zero.
    @inline(__always)
    package func forEachEntry(ofRow row: Int, _ body: (_ column: Int, _ value: Double) -> Void) {
        for group in groups[row]..<groups[row + 1] {
            for lane in 0..<4 where values[group][lane] != 0 {
                body(Int(columns[group][lane]), values[group][lane])
            }
        }
    }

    /// The entries of a row that are not zero: columns from 0, ascending.
    public func entries(ofRow row: Int) -> [(column: Int, value: Double)] {
        (groups[row]..<groups[row + 1]).flatMap { group in
            (0..<4).map { (Int(columns[group][$0]), values[group][$0]) }
        }.filter { $0.1 != 0 }
    }
}

extension LabelledData {
    /// Where the parts of rows lie in a block of memory.
    struct Parts {
        private let groups: Int
        private let columns: Int
        private let values: Int
        private let labels: Int
        private let classes: Int
        private let classLabels: Int
        /// How large the block is.
        let byteCount: Int

        init(_ shape: Shape) {
            var layout = DataLayout()
            groups = layout.place(shape.rowCount + 1, of: Int.self)
            columns = layout.place(shape.groupCount, of: SIMD4<UInt32>.self)
            values = layout.place(shape.groupCount, of: SIMD4<Double>.self)
            labels = layout.place(shape.rowCount, of: Double.self)
            classes = layout.place(shape.rowCount, of: UInt32.self)
            classLabels = layout.place(shape.classCount, of: Double.self)
            byteCount = layout.byteCount
        }

        func groups(in memory: DataMemory) -> UnsafeMutablePointer<Int> {
            (memory.base + groups).assumingMemoryBound(to: Int.self)
        }
        func columns(in memory: DataMemory) -> UnsafeMutablePointer<SIMD4<UInt32>> {
            (memory.base + columns).assumingMemoryBound(to: SIMD4<UInt32>.self)
        }
        func values(in memory: DataMemory) -> UnsafeMutablePointer<SIMD4<Double>> {
            (memory.base + values).assumingMemoryBound(to: SIMD4<Double>.self)
        }
        func labels(in memory: DataMemory) -> UnsafeMutablePointer<Double> {
            (memory.base + labels).assumingMemoryBound(to: Double.self)
        }
        func classes(in memory: DataMemory) -> UnsafeMutablePointer<UInt32> {
            (memory.base + classes).assumingMemoryBound(to: UInt32.self)
        }
        func classLabels(in memory: DataMemory) -> UnsafeMutablePointer<Double> {
            (memory.base + classLabels).assumingMemoryBound(to: Double.self)
        }
    }
}
