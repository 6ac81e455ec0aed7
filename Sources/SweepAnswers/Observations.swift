import SweepCore
import SweepStore

/// The finished trials of a store as numbers and levels: what tables and pictures are made from.
///
/// A *factor* is a parameter that tells trials apart; each of its values is a *level*. Takes
/// O(trials · (factors + measures)) memory; texts are kept once for each level.
package struct Observations: Sendable {
    /// A parameter that is on an axis of the sweep, or that differs between rows.
    package struct Factor: Sendable {
        /// The name in the sweep file: `method.eta`.
        package let name: String
        /// The name in `results.csv`: `method_eta`.
        package let header: String
        /// Declared type; nil where the sweep does not know the column.
        package let type: ParameterType?
        /// Whether it stands on an axis of the sweep.
        package let isOnAxis: Bool
        /// The values that it has, in the order in which they were found; empty texts stand for
        /// trials to which it does not apply.
        package fileprivate(set) var levels: [Level] = []

        /// Whether every value is a number.
        package var isNumeric: Bool {
            let values = levels.filter { !$0.text.isEmpty }
            return !values.isEmpty && values.allSatisfy { $0.number != nil }
        }

        /// Whether it has several values, or, for a kind's parameter, several where it applies.
        package var tellsApart: Bool {
            name.contains(".") ? levels.count { !$0.text.isEmpty } > 1 : levels.count > 1
        }

        /// Whether a sweep tunes it: a real number on an axis.
        package var isReal: Bool {
            switch type {
            case .real: true
            case .any, nil:
                isNumeric && levels.contains { $0.number.map { $0 != $0.rounded() } == true }
            default: false
            }
        }

        /// Whether a value cannot be passed: it is a bound of the parameter's type.
        package func isBound(_ number: Double) -> Bool {
            switch type {
            case .real(let bounds, _):
                bounds.includesLower && number <= bounds.lower
                    || bounds.includesUpper && number >= bounds.upper
            case .integer(let bounds, _), .count(let bounds):
                number <= Double(bounds.lowerBound) || number >= Double(bounds.upperBound)
            default: false
            }
        }
    }

    /// One value of a factor.
    package struct Level: Sendable, Hashable {
        /// The text as it stands in the store.
        package let text: String
        /// The number that it is, if it is one.
        package let number: Double?
    }

    /// Parameters that tell trials apart, in the order of the store's columns.
    package private(set) var factors: [Factor] = []
    /// Columns of metrics, and `duration_s`.
    package let measures: [String]
    /// How many trials there are.
    package private(set) var count = 0
    /// The trials' ids, in the order in which they finished.
    package private(set) var trials: [TrialID] = []
    /// Whether each of them diverged.
    package private(set) var hasDiverged: [Bool] = []

    private var places: [Int32] = []
    private var numbers: [Double] = []

    /// Which level of a factor a trial has.
    package func place(_ row: Int, _ factor: Int) -> Int {
        Int(places[row * factors.count + factor])
    }

    /// The level of a factor that a trial has.
    package func level(_ row: Int, _ factor: Int) -> Level {
        factors[factor].levels[place(row, factor)]
    }

    /// A trial's value of a measure; NaN where there is none.
    package func number(_ row: Int, _ measure: Int) -> Double {
        numbers[row * measures.count + measure]
    }

    /// Takes rows of a results table.
    ///
    /// - Parameters:
    ///   - table: the results.
    ///   - rows: which rows, such as those that meet a condition.
    ///   - sweep: tells axes and types; nil: every parameter that differs between rows is a factor.
    ///   - named: parameters that are factors although they are on no axis and do not differ.
    package init(
        _ table: ResultsTable, rows: some Collection<Int>, sweep: Sweep?, named: Set<String> = []
    ) {
        let columns = Dictionary(
            (sweep?.columns ?? []).map { ($0.header, $0) }, uniquingKeysWith: { first, _ in first })
        let onAxes = Set(sweep?.columnsOnAxes ?? [])
        var chosen: [Int] = []
        for header in table.parameters {
            guard let column = table.position(of: header) else { continue }
            let known = columns[header]
            let name = known?.name ?? header
            let isOnAxis = onAxes.contains(name)
            let owner = name.firstIndex(of: ".").flatMap { dot in
                columns.values.first { $0.name == name[..<dot] }
            }.flatMap { table.position(of: $0.header) }
            guard
                isOnAxis || named.contains(header)
                    || Self.differs(table, rows: rows, column, owner: owner)
            else { continue }
            chosen.append(column)
            factors.append(
                Factor(name: name, header: header, type: known?.type, isOnAxis: isOnAxis))
        }
        let measured = table.metrics + ["duration_s"]
        measures = measured
        let measureColumns = measured.map { table.position(of: $0) }
        let status = table.position(of: "status") ?? 1
        var known = [[String: Int32]](repeating: [:], count: chosen.count)
        for row in rows {
            guard let id = table.text(row: row, column: 0).flatMap({ TrialID($0) }) else {
                continue
            }
            for (factor, column) in chosen.enumerated() {
                let text = table.text(row: row, column: column) ?? ""
                if let place = known[factor][text] {
                    places.append(place)
                } else {
                    let place = Int32(factors[factor].levels.count)
                    factors[factor].levels.append(Level(text: text, number: Self.number(text)))
                    known[factor][text] = place
                    places.append(place)
                }
            }
            for column in measureColumns {
                numbers.append(column.flatMap { table.number(row: row, column: $0) } ?? .nan)
            }
            trials.append(id)
            hasDiverged.append(
                table.text(row: row, column: status) == TrialOutcome.Status.diverged.rawValue)
            count += 1
        }
    }

    /// Whether a parameter that is on no axis differs between rows, and not only since rows of
    /// different kinds have different defaults.
    private static func differs(
        _ table: ResultsTable, rows: some Collection<Int>, _ column: Int, owner: Int?
    ) -> Bool {
        var known: [String: String] = [:]
        return rows.contains { row in
            let kind = owner.flatMap { table.text(row: row, column: $0) } ?? ""
            let text = table.text(row: row, column: column) ?? ""
            defer { known[kind] = text }
            return known[kind].map { $0 != text } ?? false
        }
    }

    private static func number(_ text: String) -> Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The position of a factor, by its name in the sweep file or in `results.csv`.
    package func factor(_ name: String) -> Int? {
        factors.firstIndex { $0.name == name || $0.header == name }
    }

    /// The levels of a factor as they are shown: numbers by size, before words, in the order in
    /// which the sweep lists them.
    package func order(of factor: Int, listed: [Value] = []) -> [Int] {
        let levels = factors[factor].levels
        let places = Dictionary(
            listed.enumerated().map { ("\($1)", $0) }, uniquingKeysWith: { first, _ in first })
        return levels.indices.sorted { left, right in
            switch (levels[left].number, levels[right].number) {
            case (let a?, let b?): return a == b ? left < right : a < b
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil):
                let (a, b) = (places[levels[left].text], places[levels[right].text])
                return (a ?? .max, left) < (b ?? .max, right)
            }
        }
    }
}
