/// A trace that is being read and mended.
struct TraceTable {
    /// Its files, in order.
    private(set) var files: [StoreTable]

    private let directory: String

    init(_ directory: String, _ known: TableLayout) throws(StoreError) {
        self.directory = directory
        files = []
        for number in try TraceSegment.all(in: directory) {
            files.append(try StoreTable(directory, known, file: TraceSegment.name(number)))
        }
    }

    /// How many bytes there are.
    var length: Int { files.reduce(0) { $0 + $1.file.length } }

    /// What is found in each file while it is read.
    struct Finding {
        let audit: TableAudit
        let trace: TraceAudit
    }

    /// Reads all files and counts the rows of each trial.
    func audit(
        _ mark: SyncMark?, trials: inout StoredTrials
    ) throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        var before = 0
        for (number, table) in files.enumerated() {
            var trace = TraceAudit(path: table.file.path)
            let durable = TraceSegment.durable(
                size: table.file.length, before: before, isLast: number == files.count - 1,
                mark: mark)
            let audit = try table.audit(durable: durable) { row throws(StoreError) in
                try trace.insert(row, trials: &trials)
            }
            trace.endBlock(&trials)
            findings.append(Finding(audit: audit, trace: trace))
            before += table.file.length
        }
        return findings
    }

    /// Cuts off what is no row.
    func mendTails(_ findings: [Finding], _ recovery: inout Recovery) throws(StoreError) {
        for (table, finding) in zip(files, findings) {
            try table.mendTail(finding.audit, &recovery)
        }
    }

    /// Takes out what a crash has lost, and rows of unfinished trials.
    mutating func drop(_ findings: [Finding], _ recovery: inout Recovery) throws(StoreError) {
        for (number, finding) in findings.enumerated() {
            let (audit, trace) = (finding.audit, finding.trace)
            try files[number].drop(
                TableRanges.union(
                    trace.orphans(isEnded: audit.tail == .lacksLineFeed), audit.holes),
                .orphanedTrace, count: trace.orphanCount + audit.holeRows, &recovery)
        }
    }

    /// Makes what a former writer has left durable.
    func settle() throws(StoreError) {
        for table in files { try table.file.settle() }
    }

    /// The mended trace, for appending.
    func appending() throws(StoreError) -> TraceFile {
        try TraceFile(directory, files: files.map { ($0.file, $0.layout) })
    }
}
