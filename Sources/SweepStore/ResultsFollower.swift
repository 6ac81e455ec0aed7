import SweepCore

/// `results.csv` as it grows: each call hands over the rows that are new.
///
/// Takes no lock and goes beside a running sweep.
package final class ResultsFollower {
    private var follower: TableFollower
    private var cells: [RowCells.Cell] = []
    private var seen: Set<UInt64> = []

    /// Follows the table of the store in a folder.
    package init(_ directory: String) { follower = TableFollower(directory, .results) }

    deinit { follower.close() }

    /// The columns of a table.
    package struct Columns {
        /// All of them, in order.
        package let all: [String]
        package let parameters: [String]
        package let metrics: [String]

        /// The position of a column; nil when there is none of that name.
        package func position(of column: String) -> Int? { all.firstIndex(of: column) }
    }

    /// A row, for the length of a call.
    package struct Row {
        fileprivate let cells: [RowCells.Cell]
        /// The trial.
        package let id: TrialID

        /// A cell's text by the column's position; nil when it is empty.
        package func text(_ column: Int) -> String? { cells[column].text }

        /// A cell as a number; NaN when it is none.
        package func number(_ column: Int) -> Double {
            cells[column].text.flatMap(Double.init) ?? .nan
        }
    }

    /// Hands over what is new; of rows that agree to the last bit, one.
    ///
    /// - Parameters:
    ///   - began: called with the columns when all rows come once more, before the first: at the
    ///     first call, and when the file was rewritten.
    ///   - visit: called with each new row.
    /// - Throws: when the file cannot be read.
    package func poll(
        began: (Columns) -> Void, _ visit: (Row) -> Void
    ) throws(StoreError) {
        var width = follower.layout.header.count
        try follower.poll(
            began: { layout in
                seen = []
                width = layout.header.count
                began(
                    Columns(
                        all: layout.header, parameters: layout.parameters,
                        metrics: layout.measured))
            }
        ) { row throws(StoreError) in
            guard RowCells.split(row.bytes, into: &cells, expecting: width),
                let id = cells[0].trial, seen.insert(id.bits).inserted
            else { return }
            visit(Row(cells: cells, id: id))
        }
    }
}
