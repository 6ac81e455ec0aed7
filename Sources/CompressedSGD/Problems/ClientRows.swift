/// Which rows of a data set each client holds, and which of them it looks at in a round.
///
/// Rows are put in the order of the split; of N rows client i of n holds those from ⌊iN/n⌋ to
/// ⌊(i+1)N/n⌋ − 1.
package final class ClientRows {
    /// n.
    package let clients: Int
    /// Where each client's rows begin, and where the last one's end.
    package let starts: [Int]
    /// All rows in the order of the split: client i's are at `starts[i]` ..< `starts[i + 1]`.
    ///
    /// A batch moves rows while it is looked at, and puts them back.
    let rows: UnsafeMutablePointer<UInt32>
    /// Which rows a client looks at in a round.
    package let batch: Batch

    private let seed: UInt64
    private let draws: UnsafeMutablePointer<Int>

    /// Gives the rows of a data set to clients.
    ///
    /// - Parameters:
    ///   - examples: shared, never written to.
    ///   - chosen: the rows that there are to give, ascending; nil for all.
    ///   - clients: n, from 1 to the number of rows.
    ///   - split: which rows a client gets.
    ///   - batch: no more than the smallest client holds.
    ///   - seed: fixes batches, and splits that are drawn.
    /// - Throws: `ProblemError` when the shapes do not fit.
    package init(
        of examples: some Examples, among chosen: [UInt32]? = nil, clients: Int, split: Split,
        batch: Batch, seed: UInt64
    ) throws(ProblemError) {
        let count = chosen?.count ?? examples.rowCount
        guard clients >= 1, clients <= count else { throw .clients(clients, rows: count) }
        let smallest = count / clients
        if case .size(let size) = batch, size < 1 || size > smallest {
            throw .batch(size, smallestClient: smallest)
        }
        self.clients = clients
        self.batch = batch
        self.seed = seed
        starts = (0...clients).map { $0 * count / clients }
        rows = .allocate(capacity: count)
        for place in 0..<count { rows[place] = chosen?[place] ?? UInt32(truncatingIfNeeded: place) }
        split.arrange(
            UnsafeMutableBufferPointer(start: rows, count: count), of: examples, clients: clients,
            seed: seed)
        draws = .allocate(capacity: batch.size ?? 1)
    }

    deinit {
        rows.deallocate()
        draws.deallocate()
    }

    /// N: how many rows all clients hold together.
    package var count: Int { starts[clients] }

    /// How many rows client i holds.
    package func count(of client: Int) -> Int { starts[client + 1] - starts[client] }

    /// How many rows client i looks at in a round.
    package func batchSize(of client: Int) -> Int { batch.size ?? count(of: client) }

    /// All rows of client i.
    package func all(of client: Int) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(start: rows + starts[client], count: count(of: client))
    }

    /// Lends the rows that client i looks at in a round.
    ///
    /// They depend on the seed, the client and the round alone.
    ///
    /// - Complexity: O(batch); allocates nothing.
    @inline(__always)
    package func withBatch(
        of client: Int, round: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Void
    ) {
        let own = rows + starts[client]
        let count = count(of: client)
        guard let size = batch.size, size < count else { return body(all(of: client)) }
        // The first steps of a Fisher–Yates shuffle, undone afterwards: the next draw starts from
        // the same order, whatever was drawn before.
        var stream = RandomStream(seed: seed, purpose: .batch, client: client, round: round)
        for index in 0..<size {
            let other = index + stream.next(below: count - index)
            draws[index] = other
            (own[index], own[other]) = (own[other], own[index])
        }
        body(UnsafeBufferPointer(start: own, count: size))
        for index in (0..<size).reversed() {
            let other = draws[index]
            (own[index], own[other]) = (own[other], own[index])
        }
    }
}

extension Batch {
    /// How many rows; nil for all.
    package var size: Int? {
        if case .size(let size) = self { size } else { nil }
    }
}
