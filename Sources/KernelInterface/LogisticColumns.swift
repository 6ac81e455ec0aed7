/// Some rows of a sparse matrix with labels, stored by columns, for gradients over all of them.
///
/// Loops over columns are long and regular where those over rows are short, and two bytes to an
/// entry are enough. The values come beside them, in the precision of the sums.
package struct LogisticColumns {
    /// How many rows, at most `LogisticColumns.limit`.
    package let count: Int
    /// d, how many columns.
    package let dimension: Int
    /// The columns that are kept as bits, which have no entries below.
    package let masked: MaskedColumns
    /// Where each other column's entries begin, and where the last one's end.
    package let starts: UnsafePointer<UInt32>
    /// The row of each entry, ascending within a column.
    package let rows: UnsafePointer<UInt16>
    /// −1 or +1 for each row, and 0 up to a multiple of eight.
    package let labels: UnsafePointer<Double>
    /// Room for `chunk` numbers.
    package let workspace: UnsafeMutablePointer<Double>

    /// How many rows there can be: margins of so many stay in the nearest cache.
    package static let limit = 4096
    /// How many margins are turned into weights at a time, a multiple of eight.
    package static let chunk = 256

    /// Whether so many columns have an entry in every row.
    @inline(__always)
    package func areFull(_ columns: Int, from column: Int) -> Bool {
        column &+ columns <= dimension
            && Int(starts[column &+ columns]) &- Int(starts[column]) == columns &* count
    }

    /// Some rows.
    package init(
        count: Int, dimension: Int, masked: MaskedColumns, starts: UnsafePointer<UInt32>,
        rows: UnsafePointer<UInt16>,
        labels: UnsafePointer<Double>, workspace: UnsafeMutablePointer<Double>
    ) {
        self.count = count
        self.dimension = dimension
        self.masked = masked
        self.starts = starts
        self.rows = rows
        self.labels = labels
        self.workspace = workspace
    }
}
