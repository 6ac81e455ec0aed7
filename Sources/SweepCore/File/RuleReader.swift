/// Reads the arguments of range, linear and log.
struct RuleReader {
    let name: String
    let type: ParameterType
    let texts: [String]

    /// Why arguments were not accepted, and which one.
    struct Refusal: Error {
        let argument: Int?
        let text: String
    }

    /// `[from, below, step]`: exact decimals, so that ten steps of 0.1 make 1.
    func range() throws(Refusal) -> Series {
        let isInteger: Bool
        switch type {
        case .integer, .count: isInteger = true
        case .any: isInteger = texts.allSatisfy(ScalarReader.isInteger)
        default: isInteger = false
        }
        var decimals: [(units: Int64, scale: Int)] = []
        for index in texts.indices {
            decimals.append(
                isInteger ? (try integer(index), 0) : try RuleReader.decimal(texts[index], index))
        }
        if decimals.count == 2 { decimals.append((1, 0)) }
        let scale = decimals.map(\.scale).max() ?? 0
        var units: [Int64] = []
        for (index, decimal) in decimals.enumerated() {
            var number = decimal.units
            for _ in decimal.scale..<scale {
                let (next, overflow) = number.multipliedReportingOverflow(by: 10)
                guard !overflow else { throw RuleReader.tooFine(index, texts) }
                number = next
            }
            guard number.magnitude <= UInt64(DecimalRange.largestUnit) else {
                throw RuleReader.tooFine(index, texts)
            }
            units.append(number)
        }
        let (start, end, step) = (units[0], units[1], units[2])
        guard step != 0 else { throw Refusal(argument: 2, text: "a step of zero leads nowhere") }
        let span = step > 0 ? end - start : start - end
        guard span > 0 else {
            throw Refusal(
                argument: nil,
                text:
                    "the range from \(texts[0]) to below \(texts[1]) is empty; the end is excluded")
        }
        let size = Int64(step.magnitude)
        let range = DecimalRange(
            start: start, step: step, scale: scale, count: Int((span - 1) / size + 1),
            isInteger: isInteger)
        return try checked(.range(range))
    }

    private static func tooFine(_ index: Int, _ texts: [String]) -> Refusal {
        Refusal(
            argument: index < texts.count ? index : nil,
            text: "the numbers of a range have too many digits between them; at most 15 fit")
    }

    /// `[from, to, count]`: both ends included.
    func spacing(isLog: Bool) throws(Refusal) -> Series {
        let count = try self.count(2)
        var isInteger = false
        var ends: [Double] = []
        switch type {
        case .integer, .count:
            isInteger = true
            for index in 0..<2 { ends.append(Double(try integer(index))) }
        default:
            for index in 0..<2 { ends.append(try real(index)) }
            if case .any = type, !isLog, texts[..<2].allSatisfy(ScalarReader.isInteger), count > 1 {
                isInteger =
                    (ends[1] - ends[0]).truncatingRemainder(dividingBy: Double(count - 1)) == 0
            }
        }
        if isLog {
            for index in 0..<2 where ends[index] <= 0 {
                throw Refusal(
                    argument: index,
                    text: "\(texts[index]) is not above zero; log needs ends above it")
            }
        }
        let spacing = Spacing(first: ends[0], last: ends[1], count: count, isInteger: isInteger)
        return try checked(isLog ? .log(spacing) : .linear(spacing))
    }

    /// A series whose values are distinct, computable and within the parameter's bounds.
    private func checked(_ series: Series) throws(Refusal) -> Series {
        if let flaw = series.flaw() { throw Refusal(argument: nil, text: "this axis \(flaw)") }
        for position in [0, series.count - 1] {
            guard let value = series.value(at: position), let number = value.number else {
                continue
            }
            let isInside: Bool =
                switch type {
                case .integer(let bounds, _), .count(let bounds): bounds.contains(Int64(number))
                case .real(let bounds, _): bounds.contains(number)
                default: true
                }
            guard isInside else {
                throw Refusal(
                    argument: position == 0 ? 0 : 1,
                    text: "\(value.canonicalText) is out of bounds; expected \(type.expectation)")
            }
        }
        return series
    }

    private func count(_ index: Int) throws(Refusal) -> Int {
        do throws(ScalarReader.Refusal) {
            return Int(
                try ScalarReader.integer(
                    texts[index], in: 1...1_000_000_000_000,
                    expecting: "how many values, 1 to 1000000000000", []))
        } catch {
            throw Refusal(argument: index, text: error.text)
        }
    }

    private func integer(_ index: Int) throws(Refusal) -> Int64 {
        do throws(ScalarReader.Refusal) {
            return try ScalarReader.integer(
                texts[index], in: -DecimalRange.largestUnit...DecimalRange.largestUnit,
                expecting: "a whole number", [])
        } catch {
            throw Refusal(argument: index, text: error.text)
        }
    }

    private func real(_ index: Int) throws(Refusal) -> Double {
        do throws(ScalarReader.Refusal) {
            return try ScalarReader.real(texts[index], expecting: "a number")
        } catch {
            throw Refusal(argument: index, text: error.text)
        }
    }

    /// A decimal as a whole number of units of 10^−scale.
    private static func decimal(
        _ text: String, _ index: Int
    ) throws(Refusal) -> (units: Int64, scale: Int) {
        do throws(ScalarReader.Refusal) {
            _ = try ScalarReader.real(text, expecting: "a number")
        } catch {
            throw Refusal(argument: index, text: error.text)
        }
        let tooMany = Refusal(
            argument: index, text: "'\(YAMLTree.short(text))' has too many digits; at most 15 fit")
        var units: Int64 = 0
        var scale = 0
        var isFraction = false
        let parts = text.lowercased().split(separator: "e", maxSplits: 1)
        let digits = parts.first ?? ""
        for character in digits.utf8 {
            if character == UInt8(ascii: ".") {
                isFraction = true
            } else if (48...57).contains(character) {
                let (product, overflow) = units.multipliedReportingOverflow(by: 10)
                guard !overflow, product <= DecimalRange.largestUnit else { throw tooMany }
                units = product + Int64(character - 48)
                if isFraction { scale += 1 }
            }
        }
        if digits.hasPrefix("-") { units = -units }
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 1000 : 0
        scale -= units == 0 ? scale : max(-1000, min(1000, exponent))
        while scale > 0, units % 10 == 0, units != 0 {
            units /= 10
            scale -= 1
        }
        while scale < 0 {
            let (product, overflow) = units.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw tooMany }
            units = product
            scale += 1
        }
        guard scale <= 22, units.magnitude <= UInt64(DecimalRange.largestUnit) else {
            throw tooMany
        }
        return (units, scale)
    }
}
