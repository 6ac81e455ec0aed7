/// Which columns belong to which kind of a variant, and what each column is when nobody says.
struct ColumnSchema: Sendable {
    /// What holds for one column.
    struct Entry: Sendable {
        /// The column of the kind that decides whether this one applies; −1 for none.
        var owner = -1
        /// The value of a column without an owner when it is not assigned.
        var fallback: Value?
        /// For a column with an owner: the kinds it applies to, and its value there.
        var kinds: [Kind] = []
        /// For a variant's column: its kinds, and the columns that belong to each.
        var branches: [Branch] = []
    }

    /// A column's role under one kind of its owner.
    struct Kind: Sendable {
        let name: String
        let fallback: Value?
    }

    /// One kind of a variant's column.
    struct Branch: Sendable {
        let kind: String
        let columns: [Int]
    }

    let entries: [Entry]

    /// Works out the roles of columns.
    ///
    /// - Throws: when a name stands twice, or a variant's own parameter has no column.
    init(_ columns: [Column]) throws(SweepError) {
        var positions: [String: Int] = [:]
        for (index, column) in columns.enumerated() {
            guard positions.updateValue(index, forKey: column.name) == nil else {
                throw SweepError("two columns are named '\(column.name)'")
            }
        }
        var entries = columns.map { Entry(fallback: $0.fallback) }
        for (index, column) in columns.enumerated() {
            guard case .variant(let variants) = column.type else { continue }
            for variant in variants {
                var owned: [Int] = []
                for parameter in variant.parameters {
                    let name = column.name + "." + parameter.name
                    guard let place = positions[name], place != index,
                        entries[place].owner == -1 || entries[place].owner == index,
                        entries[place].branches.isEmpty, !owned.contains(place)
                    else { throw SweepError("the column '\(name)' is missing or unclear") }
                    if case .variant = columns[place].type {
                        throw SweepError("'\(name)' is a variant inside a variant")
                    }
                    entries[place].owner = index
                    entries[place].fallback = nil
                    entries[place].kinds.append(
                        Kind(name: variant.kind, fallback: parameter.fallback.value))
                    owned.append(place)
                }
                guard !entries[index].branches.contains(where: { $0.kind == variant.kind }) else {
                    throw SweepError("'\(column.name)' has two kinds named '\(variant.kind)'")
                }
                entries[index].branches.append(Branch(kind: variant.kind, columns: owned))
            }
            guard entries[index].owner == -1 else {
                throw SweepError("'\(column.name)' is a variant inside a variant")
            }
        }
        self.entries = entries
    }

    /// Whether a column exists under the kind that a row has chosen.
    func applies(_ column: Int, in row: [Value?]) -> Bool {
        entries[column].owner < 0 || kind(of: column, in: row) != nil
    }

    /// What a column is when nobody says, given the kind that a row has chosen.
    func fallback(of column: Int, in row: [Value?]) -> Value? {
        entries[column].owner < 0
            ? entries[column].fallback : kind(of: column, in: row)?.fallback
    }

    private func kind(of column: Int, in row: [Value?]) -> Kind? {
        guard case .text(let name)? = row[entries[column].owner] else { return nil }
        for kind in entries[column].kinds where kind.name == name { return kind }
        return nil
    }

    /// A row with each absent cell replaced by what holds there when nobody says.
    func completed(_ row: [Value?]) -> [Value?] {
        var full = row
        for column in entries.indices where full[column] == nil && entries[column].owner < 0 {
            full[column] = entries[column].fallback
        }
        for column in entries.indices where full[column] == nil && entries[column].owner >= 0 {
            full[column] = fallback(of: column, in: full)
        }
        return full
    }
}

extension Parameter.Fallback {
    /// The value that holds when a sweep file does not say, if it is known beforehand.
    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}
