import Synchronization

/// Leads from a row's values to a position of a digit.
enum GridLookup: Sendable {
    /// The values of this track tell the position by arithmetic.
    case computed(track: Int)
    /// There are few positions: they are tried in turn.
    case search
    /// Positions by value.
    case table(Table)

    /// Positions by the values of some columns, put together when first asked for: a slot, which
    /// only goes from index to values, never needs them.
    final class Table: Sendable {
        /// The columns that the keys are made of.
        let columns: [Int]
        private let make: @Sendable () -> [[ValueKey?]: [Int]]
        private let made = Mutex<[[ValueKey?]: [Int]]?>(nil)

        init(_ columns: [Int], _ make: @escaping @Sendable () -> [[ValueKey?]: [Int]]) {
            self.columns = columns
            self.make = make
        }

        /// The positions with these values.
        func positions(of key: [ValueKey?]) -> [Int] {
            made.withLock { made in
                let all = made ?? make()
                if made == nil { made = all }
                return all[key, default: []]
            }
        }
    }
}
