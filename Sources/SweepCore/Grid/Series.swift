/// The values that one column takes along an axis, in order: listed, or computed from a rule.
///
/// A rule takes no memory, so an axis of 10⁹ values is as cheap as one of ten. Any position is
/// worked out directly, and any value leads back to its position by arithmetic.
package enum Series: Sendable, Hashable {
    /// Values one by one; nil where the column does not apply.
    case list([Value?])
    /// start, start + step, …, in units of 10^−scale.
    case range(DecimalRange)
    /// Evenly spaced between two ends, both included.
    case linear(Spacing)
    /// Evenly spaced in the logarithm between two positive ends, both included.
    case log(Spacing)

    /// How many values there are.
    package var count: Int {
        switch self {
        case .list(let values): values.count
        case .range(let range): range.count
        case .linear(let spacing), .log(let spacing): spacing.count
        }
    }

    /// The value at a position below `count`.
    package func value(at position: Int) -> Value? {
        switch self {
        case .list(let values): values[position]
        case .range(let range): range.value(at: position)
        case .linear(let spacing): spacing.linearValue(at: position)
        case .log(let spacing): spacing.logValue(at: position)
        }
    }

    /// The position of a value, nil when it is none of the series.
    ///
    /// - Complexity: O(count) for a list, O(1) for a rule
    package func position(of value: Value) -> Int? {
        switch self {
        case .list(let values):
            return values.firstIndex { $0.isSame(as: value) }
        case .range(let range): return range.position(of: value)
        case .linear(let spacing):
            guard let number = value.number, number.isFinite, count > 0 else { return nil }
            let guess =
                (number - spacing.first) / (spacing.last - spacing.first)
                * Double(spacing.count - 1)
            return position(of: value, near: guess)
        case .log(let spacing):
            guard let number = value.number, number > 0, number.isFinite else { return nil }
            let start = DoubleDouble.log(spacing.first)
            let span = DoubleDouble.log(spacing.last) - start
            let guess = (DoubleDouble.log(number) - start) / span
            return position(of: value, near: guess.high * Double(spacing.count - 1))
        }
    }

    private func position(of value: Value, near guess: Double) -> Int? {
        guard count > 1 else { return self.value(at: 0).isSame(as: value) ? 0 : nil }
        guard guess > -2, guess < Double(count) + 2 else { return nil }
        let middle = Int(guess.rounded())
        for position in max(0, middle - 1)...max(0, min(count - 1, middle + 1))
        where position < count && self.value(at: position).isSame(as: value) {
            return position
        }
        return nil
    }
}

/// start, start + step, … in units of 10^−scale, exactly as the decimals were written.
package struct DecimalRange: Sendable, Hashable, Codable {
    /// The first value, in units.
    package var start: Int64
    /// The distance between neighbours, in units; not zero.
    package var step: Int64
    /// How many decimals a unit has: 10^−scale.
    package var scale: Int
    /// How many values there are.
    package var count: Int
    /// Whether the values are whole numbers; then `scale` is zero.
    package var isInteger: Bool

    /// Units beyond this could not be told apart as doubles.
    static let largestUnit: Int64 = 9_007_199_254_740_992

    func value(at position: Int) -> Value {
        let units = start + Int64(position) * step
        return isInteger ? .integer(units) : .real(Double(units) / unitsInOne)
    }

    func position(of value: Value) -> Int? {
        guard let number = value.number else { return nil }
        let units = (number * unitsInOne).rounded()
        guard abs(units) <= Double(DecimalRange.largestUnit) else { return nil }
        let (position, rest) = (Int64(units) - start).quotientAndRemainder(dividingBy: step)
        guard rest == 0, position >= 0, position < count,
            self.value(at: Int(position)).isSame(as: value)
        else { return nil }
        return Int(position)
    }

    /// 10^scale, exact as a double since scale ≤ 22: one division gives the nearest double.
    private var unitsInOne: Double { DoubleDouble.tens[scale] }
}

/// Evenly spaced values between two ends.
package struct Spacing: Sendable, Hashable, Codable {
    /// The first value, exactly as written.
    package var first: Double
    /// The last value, exactly as written.
    package var last: Double
    /// How many values there are, the ends among them.
    package var count: Int
    /// Whether values are rounded to whole numbers.
    package var isInteger: Bool

    /// first + (last − first)·i/(count − 1), at 15 significant digits of the larger end.
    func linearValue(at position: Int) -> Value {
        if position == 0 { return end(first) }
        if position == count - 1 { return end(last) }
        let span = DoubleDouble(last) - DoubleDouble(first)
        let share = DoubleDouble(Double(position)) / DoubleDouble(Double(count - 1))
        let exact = DoubleDouble(first) + span * share
        if isInteger { return .integer(Int64(exact.rounded(toMultiplesOfTenTo: 0))) }
        return .real(exact.rounded(toMultiplesOfTenTo: linearQuantum))
    }

    /// first·(last/first)^(i/(count − 1)), at 15 significant digits.
    ///
    /// - Parameter ends: `logEnds`, where they are at hand.
    func logValue(
        at position: Int, _ ends: (start: DoubleDouble, span: DoubleDouble)? = nil
    ) -> Value {
        if position == 0 { return end(first) }
        if position == count - 1 { return end(last) }
        let exact = exactLogValue(at: position, ends ?? logEnds)
        if isInteger { return .integer(Int64(exact.rounded(toMultiplesOfTenTo: 0))) }
        return .real(Spacing.rounded(exact))
    }

    /// The value before rounding.
    func exactLogValue(at position: Int) -> DoubleDouble {
        exactLogValue(at: position, logEnds)
    }

    /// The logarithms of the first end, and of the last over the first.
    var logEnds: (start: DoubleDouble, span: DoubleDouble) {
        let start = DoubleDouble.log(first)
        return (start, DoubleDouble.log(last) - start)
    }

    private func exactLogValue(
        at position: Int, _ ends: (start: DoubleDouble, span: DoubleDouble)
    ) -> DoubleDouble {
        let share = DoubleDouble(Double(position)) / DoubleDouble(Double(count - 1))
        return DoubleDouble.exp(ends.start + ends.span * share)
    }

    /// A number rounded to 15 significant decimal digits, which every double can tell apart.
    static func rounded(_ exact: DoubleDouble) -> Double {
        guard exact.high != 0 else { return 0 }
        return exact.rounded(
            toMultiplesOfTenTo: DoubleDouble.decimalExponent(of: exact.high) - 14)
    }

    /// The decimal place at which linear values are rounded.
    var linearQuantum: Int {
        let size = max(abs(first), abs(last))
        return size == 0 ? 0 : DoubleDouble.decimalExponent(of: size) - 14
    }

    private func end(_ number: Double) -> Value {
        isInteger ? .integer(Int64(number)) : .real(number)
    }
}
