import SweepCore

/// The repair of a locked store: first all tables are read, then they are mended.
struct StoreRepair {
    private var results: StoreTable
    /// The files of the trace; nil where one is missing.
    private var traces: [StoreTable?] = []
    /// Nil where it is missing.
    private var failures: StoreTable?
    private let directory: String
    private let traceLayout: TableLayout

    /// What is to be taken out of each table.
    private var plans: [Plan] = []
    private(set) var recovery = Recovery()

    private struct Plan {
        var file: String
        var ranges: [Range<Int>] = []
        var rows = 0
        var lacksLineFeed = false
        var isMissing = false
        /// Whether all of it are whole trace rows without a results row.
        var isOrphaned = false

        var kind: Recovery.Item.Kind { isOrphaned ? .orphanedTrace : .damaged }

        var lineFeed: Recovery.Item {
            Recovery.Item(
                kind: .missingLineFeed, file: file, rows: 1, bytes: 1, keptIn: nil)
        }

        var missingFile: Recovery.Item {
            Recovery.Item(kind: .missingFile, file: file, rows: 0, bytes: 0, keptIn: nil)
        }

        mutating func take(_ more: [Range<Int>], rows count: Int) {
            ranges = TableRanges.union(ranges, more)
            rows += count
        }
    }

    /// A trial's first intact results row.
    private struct Entry {
        var range: Range<Int>
        var checksum: UInt32
        var attempt: Int
        /// Trace rows that it has, less those that were found.
        var missingTrace: Int
    }

    init(directory: String, manifest: Manifest) throws(StoreError) {
        self.directory = directory
        results = try StoreTable(directory, manifest.known(.results))
        traceLayout = manifest.known(.trace)
        let numbers = try TraceSegment.numbers(in: directory)
        let last = numbers.last ?? 1
        guard last - numbers.count <= Self.mostMissing else {
            throw .unusable(
                path: directory + "/" + TraceSegment.name(last),
                problem: "\(last - numbers.count) files of the trace before this one are missing",
                remedy: "restore them from a copy, or move this one away, and repair again")
        }
        for number in 1...last {
            traces.append(
                numbers.contains(number)
                    ? try StoreTable(directory, traceLayout, file: TraceSegment.name(number)) : nil)
        }
        let path = directory + "/" + TableLayout.Table.failures.file
        failures =
            try FileSystem.kind(of: path, followingLinks: false) == .nothing
            ? nil : StoreTable(directory, manifest.known(.failures))
    }

    /// Finds out what is to be taken out.
    mutating func examine() throws(StoreError) {
        var resultsPlan = Plan(file: results.name)
        var entries = try readResults(&resultsPlan)
        try countTrace(&entries)
        let incomplete = entries.filter { $0.value.missingTrace != 0 }
        for id in incomplete.keys { entries[id] = nil }
        resultsPlan.take(incomplete.values.map(\.range), rows: incomplete.count)
        var tracePlans: [Plan] = []
        for (number, trace) in traces.enumerated() {
            var plan = Plan(file: TraceSegment.name(number + 1))
            plan.isMissing = trace == nil
            if let trace { try readTrace(trace, entries, &plan) }
            tracePlans.append(plan)
        }
        var failuresPlan = Plan(file: TableLayout.Table.failures.file)
        failuresPlan.isMissing = failures == nil
        if let failures { try readFailures(failures, &failuresPlan) }
        plans = [resultsPlan] + tracePlans + [failuresPlan]
        for plan in plans {
            if plan.isMissing { recovery.items.append(plan.missingFile) }
            if plan.lacksLineFeed { recovery.items.append(plan.lineFeed) }
            guard !plan.ranges.isEmpty else { continue }
            recovery.items.append(
                Recovery.Item(
                    kind: plan.kind, file: plan.file, rows: plan.rows,
                    bytes: plan.ranges.reduce(0) { $0 + $1.count }, keptIn: nil))
        }
    }

    /// Reads all intact rows of a table; notes what is none.
    private func read(
        _ table: StoreTable, _ plan: inout Plan,
        _ visit: (RowScanner.Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        let audit = try table.file.audit(table.layout, durable: 0, visit: visit)
        plan.take(audit.holes, rows: audit.holeRows)
        switch audit.tail {
        case .nothing: break
        case .lacksLineFeed: plan.lacksLineFeed = true
        case .torn(let rows): plan.take([audit.intactEnd..<audit.size], rows: rows)
        }
    }

    private func readResults(_ plan: inout Plan) throws(StoreError) -> [UInt64: Entry] {
        var entries: [UInt64: Entry] = [:]
        var bad: [Range<Int>] = []
        var cells: [RowCells.Cell] = []
        let header = results.layout.header
        let attemptPlace = header.firstIndex(of: "attempt") ?? 0
        let tracePlace = header.firstIndex(of: "trace_rows") ?? 0
        try read(results, &plan) { row throws(StoreError) in
            guard RowCells.split(row.bytes, into: &cells, expecting: header.count),
                let id = cells[0].trial, let attempt = cells[attemptPlace].integer,
                let traceRows = cells[tracePlace].integer
            else {
                bad.append(row.offset..<row.end)
                return
            }
            let checksum = RowBuffer.checksum(row.bytes)
            if let first = entries[id.bits] {
                if first.checksum != checksum { bad.append(row.offset..<row.end) }
                return
            }
            entries[id.bits] = Entry(
                range: row.offset..<row.end, checksum: checksum, attempt: attempt,
                missingTrace: traceRows)
        }
        plan.take(bad, rows: bad.count)
        return entries
    }

    private func countTrace(_ entries: inout [UInt64: Entry]) throws(StoreError) {
        for case .some(let trace) in traces {
            var ignored = Plan(file: trace.name)
            try read(trace, &ignored) { row throws(StoreError) in
                guard let (id, attempt) = Self.owner(of: row), entries[id]?.attempt == attempt
                else { return }
                entries[id]?.missingTrace -= 1
            }
        }
    }

    private func readTrace(
        _ trace: StoreTable, _ entries: [UInt64: Entry], _ plan: inout Plan
    ) throws(StoreError) {
        var bad: [Range<Int>] = []
        var count = 0
        try read(trace, &plan) { row throws(StoreError) in
            if let (id, attempt) = Self.owner(of: row), entries[id]?.attempt == attempt { return }
            count += 1
            if let last = bad.last, last.upperBound == row.offset {
                bad[bad.count - 1] = last.lowerBound..<row.end
            } else {
                bad.append(row.offset..<row.end)
            }
        }
        plan.isOrphaned = plan.ranges.isEmpty
        plan.take(bad, rows: count)
    }

    private func readFailures(
        _ failures: StoreTable, _ plan: inout Plan
    ) throws(StoreError) {
        let width = failures.layout.header.count
        var bad: [Range<Int>] = []
        var cells: [RowCells.Cell] = []
        try read(failures, &plan) { row throws(StoreError) in
            guard RowCells.split(row.bytes, into: &cells, expecting: width),
                cells[0].trial != nil, cells[1].integer != nil
            else {
                bad.append(row.offset..<row.end)
                return
            }
        }
        plan.take(bad, rows: bad.count)
    }

    private static func owner(of row: RowScanner.Row) -> (trial: UInt64, attempt: Int)? {
        var cells = RowCells(row.bytes)
        guard let trial = cells.next()?.trial, let attempt = cells.next()?.integer else {
            return nil
        }
        return (trial.bits, attempt)
    }

    /// Takes it out: results first, so that no row ever stands without its trace.
    mutating func carryOut() throws(StoreError) {
        recovery = Recovery()
        for plan in plans {
            switch plan.file {
            case results.name: try Self.carryOut(plan, &results, &recovery)
            case TableLayout.Table.failures.file:
                failures = try carryOut(plan, failures, TableLayout(.failures))
            default:
                guard let number = TraceSegment.number(of: plan.file) else { continue }
                traces[number - 1] = try carryOut(plan, traces[number - 1], traceLayout)
            }
        }
        for case .some(let table) in [results, failures] + traces { try table.file.settle() }
        _ = try SyncMarkFile(
            directory,
            SyncMark(
                results: results.file.length,
                trace: traces.reduce(0) { $0 + ($1?.file.length ?? 0) },
                failures: failures?.file.length ?? 0))
    }

    /// Mends a table that may have to be made first.
    private mutating func carryOut(
        _ plan: Plan, _ known: StoreTable?, _ layout: TableLayout
    ) throws(StoreError) -> StoreTable {
        var table: StoreTable
        if let known {
            table = known
        } else {
            try FileSystem.replace(directory + "/" + plan.file, with: layout.headerRow)
            recovery.items.append(plan.missingFile)
            table = try StoreTable(directory, layout, file: plan.file)
        }
        try Self.carryOut(plan, &table, &recovery)
        return table
    }

    /// A number that is higher than that of the last file by more than this is no file's of the store.
    private static let mostMissing = 1000

    private static func carryOut(
        _ plan: Plan, _ table: inout StoreTable, _ recovery: inout Recovery
    ) throws(StoreError) {
        var ranges = plan.ranges
        if plan.lacksLineFeed {
            let end = table.file.length
            try table.file.endLastRow()
            recovery.items.append(plan.lineFeed)
            if let last = ranges.last, last.upperBound == end {
                ranges[ranges.count - 1] = last.lowerBound..<end + 1
            }
        }
        try table.drop(ranges, plan.kind, count: plan.rows, &recovery)
    }
}
