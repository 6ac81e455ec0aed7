import CSodium

/// Points drawn at random, each once, the same on every machine for the same seed.
///
/// Draw *j* of parameter *p* is output *j* of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014,
/// doi:10.1145/2660193.2660195) from a state that is the first eight bytes, most significant first,
/// of the SHA-256 of the text `seed/p`:
///
///     z = state + (j + 1)·0x9e3779b97f4a7c15
///     z = (z ^ z >> 30)·0xbf58476d1ce4e5b9
///     z = (z ^ z >> 27)·0x94d049bb133111eb
///     draw = z ^ z >> 31
///
/// A draw whose values have all come together before is passed over, so `samples` points need at
/// least as many draws, and more samples begin with the same points.
package struct RandomAxis: Sendable, Hashable, Codable {
    /// How many points.
    package var samples: Int
    /// The generator's seed.
    package var seed: UInt64
    /// The parameters that are drawn.
    package var parameters: [Parameter]

    /// More points than this are refused.
    package static let mostSamples = 1_000_000

    /// One parameter that is drawn.
    package struct Parameter: Sendable, Hashable, Codable {
        /// The column's name.
        package var column: String
        /// Where its values come from.
        package var distribution: Distribution
    }

    /// Where a parameter's values come from; u is uniform in [0, 1), a draw's upper 53 bits.
    package enum Distribution: Sendable, Hashable, Codable {
        /// a + (b − a)·u, at 15 significant digits.
        case uniform(from: Double, to: Double)
        /// exp(ln a + (ln b − ln a)·u), at 15 significant digits.
        case logUniform(from: Double, to: Double)
        /// A whole number in [a, b]: a + ⌊draw·(b − a + 1)/2⁶⁴⌋.
        case integer(from: Int64, to: Int64)
        /// One of the options, equally likely: option ⌊draw·n/2⁶⁴⌋. An option assigns one column,
        /// or a kind's column and the kind's own.
        case choice([[Assignment]])
    }

    /// Points drawn at random.
    package init(samples: Int, seed: UInt64, parameters: [Parameter]) {
        self.samples = samples
        self.seed = seed
        self.parameters = parameters
    }
}

extension RandomAxis {
    /// What is wrong with a recipe that came from outside, or nil when it is sound.
    func flaw() -> String? {
        guard (1...RandomAxis.mostSamples).contains(samples) else {
            return "has \(samples) samples; 1 to \(RandomAxis.mostSamples) are possible"
        }
        guard !parameters.isEmpty else { return "draws no parameter" }
        for parameter in parameters {
            switch parameter.distribution {
            case .uniform(let a, let b):
                guard a.isFinite, b.isFinite, a < b, (b - a).isFinite else {
                    return "has an empty interval for '\(parameter.column)'"
                }
            case .logUniform(let a, let b):
                guard a >= .leastNormalMagnitude, b.isFinite, a < b else {
                    return "has an empty or non-positive interval for '\(parameter.column)'"
                }
            case .integer(let a, let b):
                let limit = DecimalRange.largestUnit
                guard a <= b, a >= -limit, b <= limit else {
                    return "has an empty or too wide interval for '\(parameter.column)'"
                }
            case .choice(let options):
                guard !options.isEmpty, options.allSatisfy({ !$0.isEmpty }) else {
                    return "has no choices for '\(parameter.column)'"
                }
            }
        }
        return nil
    }

    /// The points, as columns that move together; nil when there are fewer distinct ones.
    func points() -> [ColumnSeries]? {
        let names = columns
        guard samples <= mostDistinct else { return nil }
        var values = [[Value?]](repeating: [], count: names.count)
        for column in values.indices { values[column].reserveCapacity(samples) }
        let places = Dictionary(
            names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let slots = parameters.map { $0.columns.compactMap { places[$0] } }
        let states = parameters.map { Draws.state(seed: seed, name: $0.column) }
        var seen = Set<UInt64>(minimumCapacity: samples)
        var point = [Value?](repeating: nil, count: names.count)
        // The last of n equally likely points takes about n·ln n draws to appear.
        let patience = UInt64(samples) * 100 + 10_000
        var draw: UInt64 = 0
        while seen.count < samples {
            guard draw < patience else { return nil }
            var digest: UInt64 = 0
            for (index, parameter) in parameters.enumerated() {
                let bits = Draws.output(draw, state: states[index])
                let key: UInt64
                if case .choice(let options) = parameter.distribution {
                    let choice = Draws.below(UInt64(options.count), bits)
                    for slot in slots[index] { point[slot] = nil }
                    for assignment in options[Int(choice)] {
                        if let slot = places[assignment.column] { point[slot] = assignment.value }
                    }
                    key = choice
                } else {
                    let value = parameter.distribution.number(bits)
                    point[slots[index][0]] = value
                    key = value.bits
                }
                digest = Draws.mix(digest ^ key)
            }
            draw += 1
            guard seen.insert(digest).inserted else { continue }
            for column in values.indices { values[column].append(point[column]) }
        }
        return zip(names, values).map { ColumnSeries(column: $0, series: .list($1)) }
    }

    /// All columns that points assign, in order of first appearance.
    package var columns: [String] {
        var names: [String] = []
        for parameter in parameters {
            for name in parameter.columns where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// How many distinct points there can be, as far as an Int can tell.
    private var mostDistinct: Int {
        var product = 1
        for parameter in parameters {
            let count: Int =
                switch parameter.distribution {
                case .uniform, .logUniform: Int.max
                case .integer(let a, let b): Int(b - a) + 1
                case .choice(let options): options.count
                }
            let (next, overflow) = product.multipliedReportingOverflow(by: count)
            if overflow { return Int.max }
            product = next
        }
        return product
    }
}

extension RandomAxis.Parameter {
    /// The columns that a draw may assign.
    var columns: [String] {
        guard case .choice(let options) = distribution else { return [column] }
        var names = [column]
        for option in options {
            for assignment in option where !names.contains(assignment.column) {
                names.append(assignment.column)
            }
        }
        return names
    }
}

extension RandomAxis.Distribution {
    /// The number that a draw stands for; zero for a choice, which is not a number.
    fileprivate func number(_ bits: UInt64) -> Value {
        switch self {
        case .uniform(let a, let b):
            let exact = DoubleDouble(a) + (DoubleDouble(b) - DoubleDouble(a)) * Draws.unit(bits)
            return .real(min(max(Spacing.rounded(exact), a), b))
        case .logUniform(let a, let b):
            let start = DoubleDouble.log(a)
            let exact = DoubleDouble.exp(start + (DoubleDouble.log(b) - start) * Draws.unit(bits))
            return .real(min(max(Spacing.rounded(exact), a), b))
        case .integer(let a, let b):
            return .integer(a + Int64(Draws.below(UInt64(b - a) + 1, bits)))
        case .choice: return .integer(0)
        }
    }
}

extension Value {
    /// Bits that tell two drawn numbers of one parameter apart.
    fileprivate var bits: UInt64 {
        switch self {
        case .integer(let number): UInt64(bitPattern: number)
        case .real(let number): number.bitPattern
        case .text, .flag: 0
        }
    }
}

/// The counter-based generator behind `RandomAxis`.
enum Draws {
    /// The first eight bytes of the SHA-256 of `seed/name`.
    static func state(seed: UInt64, name: String) -> UInt64 {
        let text = Array("\(seed)/\(name)".utf8)
        var hash = [UInt8](repeating: 0, count: 32)
        crypto_hash_sha256(&hash, text, UInt64(text.count))
        return hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Output `index` of SplitMix64.
    static func output(_ index: UInt64, state: UInt64) -> UInt64 {
        mix(state &+ (index &+ 1) &* 0x9e37_79b9_7f4a_7c15)
    }

    /// SplitMix64's finaliser.
    static func mix(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// ⌊bits·limit/2⁶⁴⌋, a whole number below `limit`.
    static func below(_ limit: UInt64, _ bits: UInt64) -> UInt64 {
        bits.multipliedFullWidth(by: limit).high
    }

    /// The upper 53 bits as a number in [0, 1).
    static func unit(_ bits: UInt64) -> DoubleDouble {
        DoubleDouble(Double(bits >> 11) * 0x1p-53)
    }
}
