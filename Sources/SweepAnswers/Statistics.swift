import Glibc

/// Mean and spread of a few numbers, on the line or on the logarithms.
package struct Summary: Sendable, Hashable {
    /// How many numbers there are.
    package var count: Int
    /// The arithmetic mean; on logarithms, the geometric one.
    package var mean: Double
    /// Mean minus and plus one standard deviation of the sample; on logarithms, the geometric mean
    /// divided and multiplied by the exponential of the deviation.
    ///
    /// Both are the mean for a single number.
    package var band: ClosedRange<Double>
    /// The standard deviation of the sample, of the logarithms where those are summarised; nil for
    /// a single number.
    package var deviation: Double?

    /// Summarises numbers; nil unless there is one, all are finite, and for logarithms positive.
    ///
    ///     m = Σ uᵢ/n,   s² = Σ (uᵢ − m)²/(n − 1),   u = x or ln x
    ///
    /// Sums run over the numbers by size, so that their order does not show.
    package init?(_ numbers: [Double], logarithmic: Bool = false) {
        guard !numbers.isEmpty,
            numbers.allSatisfy({ $0.isFinite && (!logarithmic || $0 > 0) })
        else { return nil }
        let values = (logarithmic ? numbers.map { Glibc.log($0) } : numbers).sorted()
        count = values.count
        let middle = values.reduce(0, +) / Double(count)
        var deviation = 0.0
        if count > 1 {
            let squares = values.map { ($0 - middle) * ($0 - middle) }.sorted().reduce(0, +)
            deviation = (squares / Double(count - 1)).squareRoot()
        }
        let (low, high) = (middle - deviation, middle + deviation)
        guard middle.isFinite, low.isFinite, high.isFinite else { return nil }
        self.deviation = count > 1 ? deviation : nil
        mean = logarithmic ? Glibc.exp(middle) : middle
        band = logarithmic ? Glibc.exp(low)...Glibc.exp(high) : low...high
    }
}

/// The natural logarithm.
func logarithm(_ x: Double) -> Double { Glibc.log(x) }

/// *x* to the power of *y*.
func power(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
