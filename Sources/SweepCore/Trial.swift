/// One point of a sweep's grid: what a single run of an experiment is given.
public struct Trial: Sendable, Hashable {
    /// Position in the grid.
    ///
    /// Changes when the sweep file changes; `id` does not.
    public let index: Int
    /// One value for each of the sweep's columns; nil where the column does not apply.
    public let values: [Value?]
    /// The sweep's columns.
    public let columns: Columns

    /// A trial from its values.
    public init(index: Int, values: [Value?], columns: Columns) {
        self.index = index
        self.values = values
        self.columns = columns
    }

    /// The value of a parameter by its sweep-file name (`step-size`, `method.eta`), nil when it
    /// does not apply.
    public subscript(_ name: String) -> Value? {
        columns.position(of: name).flatMap { values[$0] }
    }
}

/// The parameters of a sweep as columns, in their fixed order.
public struct Columns: Sendable, Hashable {
    /// The columns in order.
    public let all: [Column]
    private let positions: [String: Int]

    /// Columns in order; names are unique.
    public init(_ all: [Column]) {
        self.all = all
        positions = Dictionary(
            all.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The position of a column by its sweep-file name.
    public func position(of name: String) -> Int? { positions[name] }
}

/// One parameter as a column.
public struct Column: Sendable, Hashable, Codable {
    /// Sweep-file name; a variant's own parameter carries its owner: `method.eta`.
    public let name: String
    /// Declared type.
    public let type: ParameterType
    /// Value when the sweep file does not assign it and it applies; nil when there is none.
    public let fallback: Value?

    /// Describes a column.
    public init(name: String, type: ParameterType, fallback: Value?) {
        self.name = name
        self.type = type
        self.fallback = fallback
    }

    /// Name in CSV headers: `method.eta` → `method_eta`, `step-size` → `step_size`.
    public var header: String {
        String(name.map { $0 == "-" || $0 == "." ? "_" : $0 })
    }
}
