import Synchronization

/// The solution of a convex problem, with a bound for how far off its value is.
public final class Optimum: Sendable {
    /// f(x*).
    public let loss: Double
    /// f(x*) − inf f is at most this: ‖∇f(x*)‖²/(2μ).
    public let errorBound: Double
    private let elements: [Double]

    /// A solution.
    public init(point: Vector, loss: Double, errorBound: Double) {
        elements = point.elements
        self.loss = loss
        self.errorBound = errorBound
    }

    /// x*, in a vector of its own.
    public var point: Vector { Vector(elements) }

    /// What `errorBound` must not exceed.
    public static let tolerance = 1e-12
}

/// How a problem bends.
public struct Smoothness: Sendable, Hashable {
    /// L of f.
    public var ofMean: Double
    /// Lᵢ of each fᵢ.
    public var ofClients: [Double]

    /// √((1/n) Σ Lᵢ²).
    public var rootMeanSquare: Double {
        (ofClients.map { $0 * $0 }.reduce(0, +) / Double(ofClients.count)).squareRoot()
    }
    /// max Lᵢ.
    public var largest: Double { ofClients.max() ?? ofMean }
}

/// Solutions that this process has found, by what they are solutions of.
final class OptimumCache: Sendable {
    /// What a solution depends on.
    struct Key: Hashable {
        let content: SIMD2<UInt64>
        let clients: Int
        let split: Split
        /// The seed, where the split depends on it.
        let seed: UInt64
        let lambda: Double
    }

    static let shared = OptimumCache(capacity: 64)

    private let capacity: Int
    private let known = Mutex<[(key: Key, optimum: Optimum?)]>([])

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The solution for a key, found by `solve` the first time; nil where there is none.
    func optimum(for key: Key, _ solve: () -> Optimum?) -> Optimum? {
        let found = known.withLock { known in known.first { $0.key == key } }
        if let found { return found.optimum }
        let optimum = solve()
        known.withLock { known in
            known.removeAll { $0.key == key }
            known.append((key, optimum))
            if known.count > capacity { known.removeFirst() }
        }
        return optimum
    }
}

extension LabelledData {
    /// A digest of all rows and labels.
    var contentDigest: SIMD2<UInt64> {
        var digest = SIMD2<UInt64>(0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f)
        func mix(_ word: UInt64) {
            digest = (digest ^ word) &* SIMD2(0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53)
            digest ^= digest &>> 32
        }
        mix(UInt64(dimension))
        for row in 0..<rowCount {
            mix(labels[row].bitPattern)
            for group in groups[row]..<groups[row + 1] {
                for lane in 0..<4 {
                    mix(UInt64(columns[group][lane]))
                    mix(values[group][lane].bitPattern)
                }
            }
            mix(UInt64(groups[row + 1]))
        }
        return digest
    }
}
