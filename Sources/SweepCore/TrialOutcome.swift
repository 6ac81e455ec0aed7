/// What a finished trial leaves behind.
public struct TrialOutcome: Sendable, Hashable {
    /// How the run ended.
    public let status: Status
    /// Measured quantities, in the experiment's order, with snake_case names.
    public let metrics: [Measurement]
    /// Logged rounds.
    public let trace: Trace

    /// A way for a trial to end with a result.
    ///
    /// A failure is not among them: see `TrialFailure`.
    public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case ok
        case diverged
    }

    /// One measured quantity.
    public struct Measurement: Sendable, Hashable {
        /// Column name.
        public let name: String
        /// What was measured.
        public let value: Value

        /// A measurement.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// An outcome.
    public init(status: Status, metrics: [Measurement], trace: Trace = Trace(columns: [])) {
        self.status = status
        self.metrics = metrics
        self.trace = trace
    }
}

/// A table of logged rounds: numbers only, row by row.
public struct Trace: Sendable, Hashable {
    /// Column names, snake_case; `round` first where there are rounds.
    public let columns: [Column]
    /// Row-major cells, `columns.count` for each row.
    ///
    /// NaN stands for a cell without a value.
    public private(set) var cells: [Double] = []

    /// A column of a trace.
    public struct Column: Sendable, Hashable {
        /// Column name.
        public let name: String
        /// Whether its cells are whole numbers (written without a decimal point).
        public let isInteger: Bool

        /// A column.
        public init(_ name: String, isInteger: Bool = false) {
            self.name = name
            self.isInteger = isInteger
        }
    }

    /// An empty table.
    public init(columns: [Column]) {
        self.columns = columns
    }

    /// A table from its cells.
    public init(columns: [Column], cells: [Double]) {
        precondition(columns.isEmpty ? cells.isEmpty : cells.count % columns.count == 0)
        self.columns = columns
        self.cells = cells
    }

    /// How many rows there are.
    public var rowCount: Int { columns.isEmpty ? 0 : cells.count / columns.count }

    /// Adds a row of as many cells as there are columns.
    public mutating func append(_ row: [Double]) {
        precondition(row.count == columns.count)
        cells.append(contentsOf: row)
    }
}
