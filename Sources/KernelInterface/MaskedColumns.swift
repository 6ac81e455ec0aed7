/// Columns of ones in which many rows have an entry: a bit for each row says whether it has one.
///
/// A column of m rows takes m/8 bytes and as many steps as its rows have lines, however many entries
/// there are. Four columns are taken at a time, so that a line of margins or weights is read once for
/// all of them; columns without entries may fill up the last four.
package struct MaskedColumns {
    /// How many there are, a multiple of `group`.
    package let count: Int
    /// Which column of the matrix each is; those with entries ascend.
    package let columns: UnsafePointer<UInt32>
    /// How many words a column has: ⌈m/64⌉.
    package let wordCount: Int
    /// The words of each column; row 64i + j is bit j of word i, and bits of no row are 0.
    package let words: UnsafePointer<UInt64>

    /// How many columns are taken at a time.
    package static let group = 4
    /// The least entries, for each word, with which a column is kept so.
    package static let leastEntries = 12

    /// How many words a column of so many rows has.
    package static func wordCount(_ rows: Int) -> Int { (rows + 63) / 64 }

    /// Some columns of so many rows.
    package init(
        count: Int, rows: Int, columns: UnsafePointer<UInt32>, words: UnsafePointer<UInt64>
    ) {
        self.count = count
        self.columns = columns
        self.wordCount = Self.wordCount(rows)
        self.words = words
    }
}
