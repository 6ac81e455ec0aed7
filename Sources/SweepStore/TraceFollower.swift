import SweepCore

/// A trace as it grows: where each trial's rows stand, so that the curve of one is read at once.
///
/// Takes no lock and goes beside a running sweep. The first call reads the whole trace, each later one
/// what is new.
package final class TraceFollower {
    /// Rows of a trial that stand one after the other.
    private struct Block {
        var file: Int
        var attempt: Int
        var bytes: Range<Int>
    }

    private let directory: String
    private var files: [TableFollower] = []
    private var blocks: [UInt64: [Block]] = [:]

    /// Follows the trace of the store in a folder.
    package init(_ directory: String) { self.directory = directory }

    deinit { for file in files { file.close() } }

    /// Reads what has come since the last call.
    package func poll() throws(StoreError) {
        let count = try TraceSegment.all(in: directory).upperBound
        while files.count < count {
            files.append(TableFollower(directory, .trace, number: files.count + 1))
        }
        for place in files.indices {
            var isNew = false
            var added: [(id: UInt64, block: Block)] = []
            try files[place].poll(began: { _ in isNew = true }) { row throws(StoreError) in
                var cells = RowCells(row.bytes)
                guard let id = cells.next()?.trial, let attempt = cells.next()?.integer else {
                    return
                }
                if let last = added.last, last.id == id.bits, last.block.attempt == attempt,
                    last.block.bytes.upperBound == row.offset
                {
                    added[added.count - 1].block.bytes = last.block.bytes.lowerBound..<row.end
                } else {
                    added.append(
                        (
                            id.bits,
                            Block(file: place, attempt: attempt, bytes: row.offset..<row.end)
                        ))
                }
            }
            if isNew { forget(place) }
            for (id, block) in added { blocks[id, default: []].append(block) }
        }
    }

    private func forget(_ file: Int) {
        for id in blocks.keys {
            blocks[id]?.removeAll { $0.file == file }
            if blocks[id]?.isEmpty == true { blocks[id] = nil }
        }
    }

    /// Two columns of the trace of a trial's last attempt, as of the last `poll`.
    ///
    /// - Returns: for each row its cells, NaN where there is none; nil when there is no trace.
    package func rows(
        of trial: TrialID, columns names: [String]
    ) throws(StoreError) -> [[Double]]? {
        guard let all = blocks[trial.bits], let last = all.map(\.attempt).max() else { return nil }
        var rows: [[Double]] = []
        var cells: [RowCells.Cell] = []
        for block in all where block.attempt == last {
            let header = files[block.file].layout.header
            let places = names.map { header.firstIndex(of: $0) }
            let bytes = try files[block.file].bytes(block.bytes)
            bytes.withUnsafeBytes { bytes in
                for line in bytes.split(separator: CellText.lineFeed)
                where RowCells.split(
                    UnsafeRawBufferPointer(rebasing: line), into: &cells, expecting: header.count)
                {
                    rows.append(
                        places.map { place in
                            place.flatMap { cells[$0].text }.flatMap(Double.init) ?? .nan
                        })
                }
            }
        }
        return rows
    }

    /// The columns that the trace logs, in order.
    package var columns: [String] {
        files.reduce(into: []) { names, file in
            names += file.layout.measured.filter { !names.contains($0) }
        }
    }
}
