import SweepCore

/// Renders the rows of finished and failed trials.
struct RowEncoder {
    /// Columns of `results.csv`.
    let results: TableLayout
    /// Columns of `trace.csv`.
    let trace: TableLayout

    /// For each parameter column of the file, the sweep's column.
    private let parameters: [Int?]
    /// The values that were last rendered in the parameter columns, their cells, each with its
    /// comma, and where each cell ends: neighbouring trials share most values.
    private var values: [Value?]
    private var cells: [UInt8]
    private var cellEnds: [Int]
    /// The metrics of the last outcome, and for each metric column its position among them.
    private var metricNames: [String]?
    private var metricSources: [Int?] = []
    /// What has been rendered in each parameter and each metric column.
    private var parameterKinds: [CellKind]
    private var metricKinds: [CellKind]
    /// The columns of the last trace, and for each trace column its position among them.
    private var traceNames: [Trace.Column] = []
    private var traceSources: [(place: Int, isInteger: Bool)?] = []
    private var blockStart = RowBuffer()

    /// Renders rows of a sweep's trials into files with the given columns.
    init(columns: [Column], results: TableLayout, trace: TableLayout) {
        self.results = results
        self.trace = trace
        let positions = Dictionary(
            columns.enumerated().map { ($1.header, $0) }, uniquingKeysWith: { first, _ in first })
        parameters = results.parameters.map { positions[$0] }
        values = Array(repeating: nil, count: parameters.count)
        cells = Array(repeating: CellText.comma, count: parameters.count)
        cellEnds = Array(parameters.indices.map { $0 + 1 })
        parameterKinds = Array(repeating: .nothing, count: parameters.count)
        metricKinds = Array(repeating: .nothing, count: results.measured.count)
    }

    /// The kinds of the cells that were rendered.
    var kinds: ColumnKinds {
        var result = ColumnKinds()
        for (name, kind) in zip(results.parameters, parameterKinds) { result.note(kind, in: name) }
        for (name, kind) in zip(results.measured, metricKinds) { result.note(kind, in: name) }
        return result
    }

    /// Metrics and trace columns of an outcome that the files do not have yet; nil when they have
    /// all.
    mutating func missingColumns(
        of outcome: TrialOutcome
    ) -> (metrics: [String], trace: [String])? {
        let isAsBefore =
            metricNames.map { outcome.metrics.elementsEqual($0) { $0.name == $1 } } ?? false
        if !isAsBefore {
            let names = outcome.metrics.map(\.name)
            let missing = names.filter { !results.measured.contains($0) }
            guard missing.isEmpty else {
                return (missing, missingTraceColumns(of: outcome.trace))
            }
            metricNames = names
            metricSources = results.measured.map { names.firstIndex(of: $0) }
        }
        guard outcome.trace.rowCount > 0, outcome.trace.columns != traceNames else { return nil }
        let missing = missingTraceColumns(of: outcome.trace)
        guard missing.isEmpty else { return ([], missing) }
        traceNames = outcome.trace.columns
        traceSources = trace.measured.map { name in
            traceNames.firstIndex { $0.name == name }.map { ($0, traceNames[$0].isInteger) }
        }
        return nil
    }

    private func missingTraceColumns(of trace: Trace) -> [String] {
        trace.rowCount == 0
            ? [] : trace.columns.map(\.name).filter { !self.trace.measured.contains($0) }
    }

    /// Renders a results row.
    ///
    /// The files have all columns of the outcome.
    mutating func encode(_ row: ResultRow, into buffer: inout RowBuffer) {
        buffer.beginRow()
        buffer.cell(row.id)
        buffer.raw((row.outcome.status == .ok ? "ok" : "diverged").utf8)
        buffer.endCell()
        for (position, source) in parameters.enumerated() {
            guard let source, values[position] != row.trial.values[source] else { continue }
            render(row.trial.values[source], in: position)
        }
        buffer.raw(cells)
        for (position, source) in metricSources.enumerated() {
            if let source {
                let value = row.outcome.metrics[source].value
                measurement(value, into: &buffer)
                let kind = CellKind(value)
                if metricKinds[position] != kind {
                    metricKinds[position] = metricKinds[position].union(kind)
                }
            }
            buffer.endCell()
        }
        let provenance = row.provenance
        buffer.cell(row.outcome.trace.rowCount)
        let revision = provenance.gitRevision
        if !revision.isEmpty {
            buffer.text(revision.utf8.first == UInt8(ascii: "g") ? revision : "g" + revision)
        }
        buffer.endCell()
        buffer.cell(provenance.host)
        buffer.cell(provenance.worker)
        buffer.cell(provenance.attempt)
        buffer.cell(time: provenance.startedAt)
        buffer.cell(duration: provenance.duration)
        buffer.endRow()
    }

    /// Puts another value into a parameter's cell.
    private mutating func render(_ value: Value?, in position: Int) {
        values[position] = value
        var cell = RowBuffer()
        if let value {
            cell.value(value)
            parameterKinds[position] = parameterKinds[position].union(CellKind(value))
        }
        cell.endCell()
        let start = position > 0 ? cellEnds[position - 1] : 0
        let growth = cell.count - (cellEnds[position] - start)
        cells.replaceSubrange(start..<cellEnds[position], with: cell.bytes)
        for later in position..<cellEnds.count { cellEnds[later] += growth }
    }

    /// A metric; results hold no infinity.
    private func measurement(_ value: Value, into buffer: inout RowBuffer) {
        if case .real(let number) = value, !number.isFinite {
            buffer.real(.nan)
        } else {
            buffer.value(value)
        }
    }

    /// Renders the rows of a trace.
    mutating func encodeTrace(of row: ResultRow, into buffer: inout RowBuffer) {
        let table = row.outcome.trace
        guard table.rowCount > 0 else { return }
        blockStart.removeAll()
        blockStart.cell(row.id)
        blockStart.cell(row.provenance.attempt)
        let start = blockStart.bytes
        let sum = start.withUnsafeBytes { RowBuffer.checksum($0) }
        let width = table.columns.count
        table.cells.withUnsafeBufferPointer { cells in
            for first in stride(from: 0, to: cells.count, by: width) {
                buffer.beginRow(with: start, checksum: sum)
                for source in traceSources {
                    if let source {
                        Self.logged(
                            cells[first + source.place], isInteger: source.isInteger,
                            into: &buffer)
                    }
                    buffer.endCell()
                }
                buffer.endRow()
            }
        }
    }

    /// A logged number.
    ///
    /// A whole-number column has no NaN: readers would take it for real.
    private static func logged(_ number: Double, isInteger: Bool, into buffer: inout RowBuffer) {
        guard isInteger else { return buffer.real(number) }
        if let whole = Int64(exactly: number) {
            buffer.integer(whole)
        } else if !number.isNaN {
            buffer.real(number)
        }
    }

    /// Renders a failure's row.
    static func encode(_ row: FailureRow, into buffer: inout RowBuffer) {
        buffer.beginRow()
        buffer.cell(row.id)
        buffer.cell(row.index)
        buffer.cell(row.attempt)
        buffer.cell(row.host)
        buffer.cell(row.worker)
        buffer.cell(time: row.startedAt)
        buffer.cell(duration: row.duration)
        if let code = row.exitCode { buffer.integer(Int64(code)) }
        buffer.endCell()
        if let signal = row.signal { buffer.integer(Int64(signal)) }
        buffer.endCell()
        buffer.cell(row.reason)
        buffer.endRow()
    }
}
