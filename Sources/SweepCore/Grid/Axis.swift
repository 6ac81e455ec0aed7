/// One factor of the product that a grid is.
package enum Axis: Sendable, Hashable {
    /// One column along a series.
    case column(ColumnSeries)
    /// A variant parameter: the union of its branches, in order.
    case variants(VariantAxis)
    /// Columns that move together; all series have the same length.
    case zip([ColumnSeries])
    /// Points drawn at random.
    case random(RandomAxis)
}

/// A column and the values it takes.
package struct ColumnSeries: Sendable, Hashable, Codable {
    /// The column's name.
    package var column: String
    /// Its values.
    package var series: Series

    /// A column and the values it takes.
    package init(column: String, series: Series) {
        self.column = column
        self.series = series
    }
}

/// The union of branches of a variant parameter.
package struct VariantAxis: Sendable, Hashable, Codable {
    /// The column of the kind: `method`.
    package var column: String
    /// The branches, in order.
    package var branches: [Branch]

    /// One kind, and the product of its own parameters' series.
    package struct Branch: Sendable, Hashable, Codable {
        /// The kind.
        package var kind: String
        /// The kind's own assigned parameters, outermost first; the others have their defaults.
        package var parameters: [ColumnSeries]

        /// A kind and the series of its parameters.
        package init(kind: String, parameters: [ColumnSeries] = []) {
            self.kind = kind
            self.parameters = parameters
        }
    }

    /// The union of branches of a variant parameter.
    package init(column: String, branches: [Branch]) {
        self.column = column
        self.branches = branches
    }
}

extension Axis: Codable {
    private enum Form: String, CodingKey {
        case column, variants, zip, random
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Form.self)
        if let column = try container.decodeIfPresent(ColumnSeries.self, forKey: .column) {
            self = .column(column)
        } else if let variants = try container.decodeIfPresent(VariantAxis.self, forKey: .variants)
        {
            self = .variants(variants)
        } else if let random = try container.decodeIfPresent(RandomAxis.self, forKey: .random) {
            self = .random(random)
        } else {
            self = .zip(try container.decode([ColumnSeries].self, forKey: .zip))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Form.self)
        switch self {
        case .column(let column): try container.encode(column, forKey: .column)
        case .variants(let variants): try container.encode(variants, forKey: .variants)
        case .zip(let columns): try container.encode(columns, forKey: .zip)
        case .random(let random): try container.encode(random, forKey: .random)
        }
    }
}

/// A combination that is left out: every condition holds.
package struct Exclusion: Sendable, Hashable, Codable {
    /// All must hold for a trial to be left out.
    package var conditions: [Condition]

    /// Holds when any of the alternatives does.
    package struct Condition: Sendable, Hashable, Codable {
        /// Each is a conjunction.
        package var alternatives: [[Match]]

        /// Holds when any of the alternatives does.
        package init(alternatives: [[Match]]) {
            self.alternatives = alternatives
        }
    }

    /// Holds when a column has one of the values.
    package struct Match: Sendable, Hashable, Codable {
        /// The column's name.
        package var column: String
        /// Any of these.
        package var values: [Value]

        /// Holds when a column has one of the values.
        package init(column: String, values: [Value]) {
            self.column = column
            self.values = values
        }
    }

    /// A combination that is left out.
    package init(conditions: [Condition]) {
        self.conditions = conditions
    }
}
