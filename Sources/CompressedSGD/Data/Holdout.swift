/// Parts the rows of a file into those that clients learn from and those that no client sees.
package struct Holdout: Sendable, Hashable {
    /// Rows to learn from, ascending.
    package let training: [UInt32]
    /// The other rows, ascending.
    package let test: [UInt32]

    /// A share of the rows, drawn by the seed; each set of so many rows is equally likely.
    ///
    /// - Parameters:
    ///   - rowCount: at least 2.
    ///   - share: above 0 and below 1; what it makes is rounded to the nearest number of rows, from
    ///     1 to one less than there are.
    ///   - seed: fixes which rows.
    package init(of rowCount: Int, share: Double, seed: UInt64) {
        precondition(rowCount >= 2 && share > 0 && share < 1, "a share of some rows")
        let count = min(max(1, Int((share * Double(rowCount)).rounded())), rowCount - 1)
        var stream = RandomStream(seed: seed, purpose: .holdout)
        var rows = (0..<rowCount).map { UInt32(truncatingIfNeeded: $0) }
        for place in 0..<count {
            rows.swapAt(place, place + stream.next(below: rowCount - place))
        }
        test = rows[..<count].sorted()
        training = rows[count...].sorted()
    }
}
