/// What opening a store had to mend.
package struct Recovery: Sendable, Hashable {
    /// One mended table.
    package struct Item: Sendable, Hashable {
        /// What was mended.
        package enum Kind: Sendable, Hashable {
            /// The last write was cut short.
            case tornTail
            /// Rows among intact ones were lost before they were synchronised.
            case lostBlocks
            /// The last row lacked its line feed only; it was kept.
            case missingLineFeed
            /// Rows that do not agree with their checksums, with another row of their trial, or with
            /// their trace; only a repair takes them out.
            case damaged
            /// A file was missing; an empty one took its place.
            case missingFile
            /// Trace rows whose trial has no results row.
            case orphanedTrace
        }

        /// What was mended.
        package let kind: Kind
        /// The file's name: `results.csv`.
        package let file: String
        /// How many rows.
        package let rows: Int
        /// How many bytes.
        package let bytes: Int
        /// Path of the copy; nil when nothing was taken out.
        package let keptIn: String?

        /// One line for the user.
        package var description: String {
            let copy = keptIn.map { ", kept in \($0)" } ?? ""
            let size = "\(bytes) \(bytes == 1 ? "byte" : "bytes")\(copy)"
            let noun = rows == 1 ? "row" : "rows"
            return switch kind {
            case .tornTail: "\(file) (\(rows) torn \(noun), \(size))"
            case .lostBlocks: "\(file) (\(rows) unsynchronised \(noun), \(size))"
            case .damaged: "\(file) (\(rows) damaged \(noun), \(size))"
            case .missingFile: "\(file) (it is missing; an empty one takes its place)"
            case .missingLineFeed: "\(file) (the last row lacked its line feed)"
            case .orphanedTrace: "\(file) (\(rows) \(noun) of unfinished trials, \(size))"
            }
        }
    }

    /// What was mended, in order; empty when all was well.
    package internal(set) var items: [Item] = []

    /// One line for each mended table.
    package var descriptions: [String] { items.map(\.description) }

    /// Whether anything was mended.
    package var isEmpty: Bool { items.isEmpty }
}
