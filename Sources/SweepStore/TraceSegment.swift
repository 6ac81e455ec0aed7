/// The names and the size of the files that hold a store's trace.
///
/// A trace is a sequence of files: `trace.csv`, `trace-0002.csv` and so on, each with a header row of
/// its own. Only the last one grows; before another is begun, it is synchronised. Rows are never
/// split between files, the rows of one trial may be.
package enum TraceSegment {
    /// A file has at most so many bytes, unless its only row is longer.
    ///
    /// Tests set it, so that a few rows make many files.
    @TaskLocal package static var limit = 256_000_000

    /// The name of a file, counted from 1.
    static func name(_ number: Int) -> String {
        guard number > 1 else { return "trace.csv" }
        let digits = String(number)
        return "trace-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ".csv"
    }

    /// The number of the file of that name; nil for any other name.
    static func number(of name: String) -> Int? {
        if name == "trace.csv" { return 1 }
        guard name.hasPrefix("trace-"), name.hasSuffix(".csv"),
            let number = Int(name.dropFirst(6).dropLast(4)), number > 1,
            name == Self.name(number)
        else { return nil }
        return number
    }

    /// The numbers of the files that are there, in order.
    static func numbers(in directory: String) throws(StoreError) -> [Int] {
        try FileSystem.names(in: directory).compactMap(number(of:)).sorted()
    }

    /// The numbers of the files that a store has: 1, 2, … without a gap.
    ///
    /// - Throws: when one is missing.
    static func all(in directory: String) throws(StoreError) -> ClosedRange<Int> {
        let numbers = try numbers(in: directory)
        let last = numbers.last ?? 1
        if let missing = (1...last).first(where: { !numbers.contains($0) }), last > 1 {
            throw .unusable(
                path: directory + "/" + name(missing),
                problem: "the file is missing, although \(name(last)) is there",
                remedy: "restore it from a copy, or let windrow store repair \(directory) put an "
                    + "empty one in its place: the trials whose rows it held are then run again")
        }
        return 1...last
    }

    /// How much of a file was synchronised; nil when that is not known.
    ///
    /// What stands before the last file was, as a whole. A mark counts the bytes of all files: one
    /// that ends behind the last file is not of these files.
    ///
    /// - Parameter before: bytes of all files before it.
    static func durable(size: Int, before: Int, isLast: Bool, mark: SyncMark?) -> Int? {
        if !isLast { return size }
        return mark.flatMap { $0.trace - before <= size ? max(0, $0.trace - before) : nil }
    }
}
