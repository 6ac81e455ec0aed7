/// A number as the unevaluated sum of two doubles: about 106 significant bits.
///
/// Axis values are computed with it from additions, products and quotients only. The C library's
/// `exp` and `log` differ in the last bit from CPU to CPU, and a trial must have the same parameters
/// on every node.
///
/// Algorithms: T. J. Dekker, "A floating-point technique for extending the available precision",
/// Numer. Math. 18 (1971), doi:10.1007/BF01397083.
struct DoubleDouble {
    let high: Double
    let low: Double

    init(_ high: Double, _ low: Double = 0) {
        self.high = high
        self.low = low
    }

    /// The exact sum of two doubles.
    private static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
        let s = a + b
        let t = s - a
        return DoubleDouble(s, (a - (s - t)) + (b - t))
    }

    /// The exact product of two doubles; `addingProduct` rounds once on every machine.
    private static func product(_ a: Double, _ b: Double) -> DoubleDouble {
        let p = a * b
        return DoubleDouble(p, (-p).addingProduct(a, b))
    }

    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let s = sum(a.high, b.high)
        let t = sum(a.low, b.low)
        let u = sum(s.high, s.low + t.high)
        return sum(u.high, u.low + t.low)
    }

    static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

    static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let p = product(a.high, b.high)
        return sum(p.high, p.low + (a.high * b.low + a.low * b.high))
    }

    static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let q1 = a.high / b.high
        let r1 = a - b * DoubleDouble(q1)
        let q2 = r1.high / b.high
        let r2 = r1 - b * DoubleDouble(q2)
        let q3 = r2.high / b.high
        return sum(q1, q2) + DoubleDouble(q3)
    }

    /// 1/n! for n up to 9.
    private static let inverseFactorials: [DoubleDouble] = (0...9).map { n in
        DoubleDouble(1) / DoubleDouble((0..<n).reduce(1) { $0 * Double($1 + 1) })
    }

    /// 1, 1/3, 1/5 … 1/43.
    private static let oddInverses: [DoubleDouble] = stride(from: 1.0, through: 43, by: 2).map {
        DoubleDouble(1) / DoubleDouble($0)
    }

    private static let ln2 = DoubleDouble(0.6931471805599453, 2.3190468138462996e-17)

    /// eˣ, for |x| up to about 700.
    ///
    /// x = k·ln 2 + 2⁹·r; the Taylor series of eʳ, squared nine times, times 2ᵏ.
    static func exp(_ x: DoubleDouble) -> DoubleDouble {
        let k = (x.high / ln2.high).rounded()
        let scaled = x - ln2 * DoubleDouble(k)
        let r = DoubleDouble(scaled.high / 512, scaled.low / 512)
        // e^r − 1, so that the squarings lose nothing: (1+s)² − 1 = 2s + s².
        var s = inverseFactorials[9]
        for n in (1...8).reversed() { s = s * r + inverseFactorials[n] }
        s = s * r
        for _ in 0..<9 { s = s + s + s * s }
        let result = s + DoubleDouble(1)
        // In two steps, so that neither power leaves the range of a double.
        let half = Int(k) / 2
        let first = Double(sign: .plus, exponent: half, significand: 1)
        let second = Double(sign: .plus, exponent: Int(k) - half, significand: 1)
        return DoubleDouble(result.high * first * second, result.low * first * second)
    }

    /// ln x for a normal double x > 0, by the series of artanh.
    ///
    /// x = 2ᵏ·m with m in [√½, √2); ln m = 2·artanh((m − 1)/(m + 1)).
    static func log(_ x: Double) -> DoubleDouble {
        var k = Double(x.exponent)
        var m = x.significand
        if m > 1.4142135623730951 {
            m /= 2
            k += 1
        }
        let z = (DoubleDouble(m) - DoubleDouble(1)) / (DoubleDouble(m) + DoubleDouble(1))
        let z2 = z * z
        // |z| ≤ 0.172: z⁴³/43 lies below 2⁻¹⁰⁶ of the sum.
        var sum = DoubleDouble(0)
        for term in oddInverses.reversed() { sum = sum * z2 + term }
        let half = z * sum
        return half + half + ln2 * DoubleDouble(k)
    }
}

extension DoubleDouble {
    /// The double nearest to this number after rounding it to multiples of 10^`exponent`.
    ///
    /// The number over 10^`exponent` must stay below 2⁵³.
    func rounded(toMultiplesOfTenTo exponent: Int) -> Double {
        let count: Double
        if exponent < 0 {
            count = scaled(byTenTo: -exponent)
        } else {
            let quotient = self / DoubleDouble.powerOfTen(exponent)
            count =
                quotient.high.rounded() == quotient.high
                ? quotient.high + quotient.low.rounded()
                : (quotient.high + quotient.low).rounded()
        }
        if abs(exponent) <= 22 {
            // Both operands are exact, so the result is the double nearest to the decimal.
            let power = DoubleDouble.powerOfTen(abs(exponent)).high
            return exponent < 0 ? count / power : count * power
        }
        return Double("\(Int64(count))e\(exponent)") ?? high
    }

    private func scaled(byTenTo exponent: Int) -> Double {
        var remaining = exponent
        var number = self
        while remaining > 0 {
            let step = min(remaining, 22)
            number = number * DoubleDouble.powerOfTen(step)
            remaining -= step
        }
        return number.high.rounded() == number.high
            ? number.high + number.low.rounded() : (number.high + number.low).rounded()
    }

    /// The powers of ten that a double holds exactly.
    static let tens: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    private static func powerOfTen(_ exponent: Int) -> DoubleDouble {
        var result = DoubleDouble(1)
        var remaining = exponent
        while remaining > 0 {
            let step = min(remaining, 22)
            result = result * DoubleDouble(tens[step])
            remaining -= step
        }
        return result
    }

    /// The largest power of ten that is at most |x|, for x other than zero.
    static func decimalExponent(of x: Double) -> Int {
        let size = abs(x)
        var guess = Int((Double(size.exponent) * 0.30102999566398120).rounded(.down))
        while power(guess + 1) <= size { guess += 1 }
        while power(guess) > size { guess -= 1 }
        return guess
    }

    private static func power(_ exponent: Int) -> Double {
        if exponent >= 0, exponent <= 22 { return tens[exponent] }
        if exponent < 0, exponent >= -22 { return 1 / tens[-exponent] }
        return Double("1e\(exponent)") ?? .infinity
    }
}
