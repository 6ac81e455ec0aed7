extension Series {
    /// Says what is wrong with a series that came from outside, or nil when it is sound.
    ///
    /// A sound series computes each of its values without overflow, and no value twice.
    func flaw() -> String? {
        switch self {
        case .list(let values):
            if values.isEmpty { return "has no values" }
            return values.contains { $0.map(Series.isFinite) == false }
                ? "holds a number that is not finite" : nil
        case .range(let range): return range.flaw()
        case .linear(let spacing): return spacing.flaw() ?? spacing.linearFlaw()
        case .log(let spacing): return spacing.flaw() ?? spacing.logFlaw()
        }
    }

    private static func isFinite(_ value: Value) -> Bool {
        if case .real(let number) = value { number.isFinite } else { true }
    }
}

extension DecimalRange {
    fileprivate func flaw() -> String? {
        guard count >= 1 else { return "has no values" }
        guard step != 0 else { return "has a step of zero" }
        guard (0...22).contains(scale), !isInteger || scale == 0 else {
            return "has a scale of \(scale)"
        }
        let limit = DecimalRange.largestUnit
        guard start >= -limit, start <= limit, step >= -limit, step <= limit else {
            return "has more than 15 digits"
        }
        let (span, overflow) = step.multipliedReportingOverflow(by: Int64(count - 1))
        guard !overflow, span >= -2 * limit, span <= 2 * limit,
            start + span >= -limit, start + span <= limit
        else { return "runs beyond ±2^53 units of its last digit" }
        return nil
    }
}

extension Spacing {
    fileprivate func flaw() -> String? {
        guard count >= 1 else { return "has no values" }
        guard Int64(count) <= DecimalRange.largestUnit else { return "has too many values" }
        guard first.isFinite, last.isFinite, (last - first).isFinite else {
            return "has an end that is not finite"
        }
        if count == 1, first != last { return "has one value but two different ends" }
        if count > 1, first == last { return "has equal ends, but more than one value" }
        if isInteger {
            let limit = Double(DecimalRange.largestUnit)
            guard abs(first) <= limit, abs(last) <= limit, first.rounded() == first,
                last.rounded() == last
            else { return "has an end that is not a whole number within ±2^53" }
        }
        return nil
    }

    /// Neighbours must stay apart after rounding.
    fileprivate func linearFlaw() -> String? {
        guard count > 1 else { return nil }
        let gap = abs(last - first) / Double(count - 1)
        if isInteger {
            guard (last - first).truncatingRemainder(dividingBy: Double(count - 1)) == 0 else {
                return "does not fall on whole numbers, since \(Int64(abs(last - first))) is no "
                    + "multiple of \(count - 1); ask for another count"
            }
            return nil
        }
        let size = max(abs(first), abs(last))
        return gap > size * 1e-13 ? nil : "has values too close to tell apart"
    }

    fileprivate func logFlaw() -> String? {
        guard first > 0, last > 0 else { return "has an end that is not above zero" }
        guard first >= .leastNormalMagnitude, last >= .leastNormalMagnitude else {
            return "has an end below 2.2e-308"
        }
        guard count > 1 else { return nil }
        let span = DoubleDouble.log(last) - DoubleDouble.log(first)
        guard abs(span.high) / Double(count - 1) > 1e-13 else {
            return "has values too close to tell apart"
        }
        return isInteger ? integerLogFlaw() : nil
    }

    /// From the small end on, until neighbours are a whole unit apart anyway.
    private func integerLogFlaw() -> String? {
        let rising = first < last
        var before: Value?
        var exactBefore = 0.0
        for step in 0..<count {
            let position = rising ? step : count - 1 - step
            let value = logValue(at: position)
            if let before, before == value {
                return "gives \(value) twice once rounded to whole numbers; ask for fewer values"
            }
            let exact = exactLogValue(at: position).high
            if step > 0, exact - exactBefore > 1.000001 { return nil }
            before = value
            exactBefore = exact
        }
        return nil
    }
}
