extension Figure.Scale {
    /// A scale for some numbers, with a little room at both ends.
    ///
    /// - Parameter tried: the numbers themselves are the ticks, if they are few.
    static func fitting(
        _ numbers: [Double], label: String, isLogarithmic: Bool, tried: [Double]? = nil
    ) -> Figure.Scale? {
        let numbers = numbers.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        guard var low = numbers.min(), var high = numbers.max() else { return nil }
        if isLogarithmic {
            let room = power(max(high / low, 1.2), 0.04)
            (low, high) = (low / room, high * room)
        } else {
            let room = high > low ? (high - low) * 0.04 : max(abs(high) * 0.1, 0.5)
            (low, high) = (low - room, high + room)
        }
        guard low.isFinite, high.isFinite, low < high, !isLogarithmic || low > 0 else { return nil }
        var scale = Figure.Scale(label: label, range: low...high, isLogarithmic: isLogarithmic)
        if let tried, tried.count <= 9, !crowds(tried, low...high, isLogarithmic) {
            scale.ticks = tried.map { ($0, text($0)) }
        } else if isLogarithmic, high / low < 100 {
            scale.ticks = smallTicks(low...high)
        }
        return scale
    }

    /// Whether two ticks would stand too close for their texts.
    private static func crowds(
        _ ticks: [Double], _ range: ClosedRange<Double>, _ isLogarithmic: Bool
    ) -> Bool {
        func place(_ tick: Double) -> Double {
            isLogarithmic ? logarithm(max(tick, .leastNonzeroMagnitude)) : tick
        }
        let size = place(range.upperBound) - place(range.lowerBound)
        let sorted = ticks.map(place).sorted()
        return zip(sorted, sorted.dropFirst()).contains { ($1 - $0) / size < 0.07 }
    }

    /// Ticks of a logarithmic scale that spans less than two decades: 1, 2, 5, or more of them.
    private static func smallTicks(
        _ range: ClosedRange<Double>
    ) -> [(at: Double, text: String)] {
        var decade = 1.0
        while decade > range.lowerBound { decade /= 10 }
        while decade * 10 <= range.lowerBound { decade *= 10 }
        func ticks(_ digits: [Double]) -> [Double] {
            [decade, decade * 10, decade * 100].flatMap { d in digits.map { d * $0 } }
                .filter { range.contains($0) }
        }
        for digits in [[1, 2, 5], [1, 1.5, 2, 3, 5, 7], (10...99).map { Double($0) / 10 }] {
            var found = ticks(digits)
            guard found.count >= 3 else { continue }
            while found.count > 7 {
                found = found.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            }
            return found.map { ($0, text($0)) }
        }
        let middle = (range.lowerBound * range.upperBound).squareRoot()
        return [range.lowerBound, middle, range.upperBound].map { ($0, text($0, digits: 4)) }
    }

    /// The distance of ticks on a horizontal linear scale of so many pixels: 1, 2 or 5 times a power
    /// of ten, and so large that their texts stay apart.
    func step(on length: Double) -> Double {
        let size = range.upperBound - range.lowerBound
        guard size > 0, size.isFinite else { return max(abs(range.upperBound), 1) }
        var unit = power(10, Double(decimalExponent(of: size).exponent - 2))
        while true {
            for step in [unit, 2 * unit, 5 * unit] {
                let first = (range.lowerBound / step).rounded(.up) * step
                let last = (range.upperBound / step).rounded(.down) * step
                let letters = max(Self.text(first).count, Self.text(last).count) + 2
                if size / step * Double(letters) * FigureLayout.letter <= length { return step }
            }
            unit *= 10
        }
    }

    /// A number as a tick shows it.
    static func text(_ number: Double, digits: Int = 3) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
        var (size, exponent) = decimalExponent(of: number)
        let scale = power(10, Double(digits - 1))
        var rounded = (size * scale).rounded() / scale
        if rounded >= 10 {
            rounded /= 10
            exponent += 1
        }
        let sign = number < 0 ? "−" : ""
        if (-3...4).contains(exponent),
            let plain = Double("\(rounded)e\(exponent)")
        {
            let text = plain == plain.rounded() ? "\(Int(plain))" : "\(plain)"
            if !text.contains("e") { return sign + text }
        }
        let mantissa = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        return "\(sign)\(mantissa)e\(exponent)"
    }

    /// The scale with ticks such as 500 k and 1.5 M.
    func withPrefixes() -> Figure.Scale {
        var scale = self
        var marks: [Double] = []
        if isLogarithmic {
            var mark = 1.0
            while mark < range.lowerBound { mark *= 10 }
            while mark <= range.upperBound {
                marks.append(mark)
                mark *= 10
            }
        } else {
            let size = range.upperBound - range.lowerBound
            var unit = 1.0
            while unit * 10 < size { unit *= 10 }
            let step = [0.2, 0.5, 1, 2].map { $0 * unit }.first { size / $0 <= 6 } ?? 2 * unit
            var mark = (range.lowerBound / step).rounded(.up) * step
            while mark <= range.upperBound {
                marks.append(mark)
                mark += step
            }
        }
        guard marks.count > 1 else { return self }
        scale.ticks = marks.map { mark in
            let prefixes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
            guard let prefix = prefixes.first(where: { abs(mark) >= $0.0 }) else {
                return (mark, Self.text(mark))
            }
            return (mark, Self.text(mark / prefix.0) + " " + prefix.1)
        }
        return scale
    }

    /// Places 0, 1, 2, … with words.
    static func words(_ words: [String], label: String) -> Figure.Scale {
        Figure.Scale(
            label: label, range: -0.5...(Double(max(1, words.count)) - 0.5),
            ticks: words.enumerated().map { (Double($0.offset), $0.element) })
    }
}
