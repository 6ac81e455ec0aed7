import KernelChoice
import KernelInterface

@testable import CompressedSGD

/// Inputs that show where kernels could differ: awkward numbers, odd lengths, any alignment.
struct KernelInputs {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Splitmix.
    mutating func bits() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number of a moderate size.
    mutating func moderate() -> Double {
        Double(Int64(bitPattern: bits())) * 0x1p-63 * (bits() % 4 == 0 ? 700 : 3)
    }

    /// Mostly moderate; now and then zero, subnormal, huge, or not finite.
    mutating func awkward() -> Double {
        switch bits() % 24 {
        case 0: 0
        case 1: -0.0
        case 2: Double(bitPattern: bits() & 0x800f_ffff_ffff_ffff)
        case 3: Double.greatestFiniteMagnitude * (bits() % 2 == 0 ? 1 : -1)
        case 4: .infinity
        case 5: -.infinity
        case 6: .nan
        case 7: Double(bitPattern: bits())
        default: moderate()
        }
    }

    /// Numbers, awkward ones among them if so asked.
    mutating func numbers(_ count: Int, awkward isAwkward: Bool) -> [Double] {
        (0..<count).map { _ in isAwkward ? awkward() : moderate() }
    }

    /// Numbers from 0 to 1.
    mutating func units(_ count: Int) -> [Double] {
        (0..<count).map { _ in Double(bits() >> 11) * 0x1p-53 }
    }

    static let lengths = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 255, 256, 1003]
}

/// Calls `body` with the numbers at every distance from a cache line that doubles can have.
func atEveryOffset(_ numbers: [Double], _ body: (UnsafeMutablePointer<Double>) -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(
        byteCount: (numbers.count + 8) * 8, alignment: 64)
    defer { memory.deallocate() }
    let base = memory.bindMemory(to: Double.self, capacity: numbers.count + 8)
    for offset in 0..<8 {
        for (index, number) in numbers.enumerated() { base[offset + index] = number }
        body(base + offset)
    }
}

/// The bits of numbers; all NaN are the same, because their sign and payload are unspecified.
func bits(_ numbers: some Sequence<Double>) -> [UInt64] {
    numbers.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
}

/// The bits of singles.
func bits(_ numbers: some Sequence<Float>) -> [UInt64] { bits(numbers.map { Double($0) }) }

/// A precision that there are kernels in.
protocol TestedScalar: BinaryFloatingPoint, Sendable {
    /// The kernels of a level.
    static func kernels(_ level: KernelLevel) -> any ScalarKernels<Self>.Type
}

extension Double: TestedScalar {
    static func kernels(_ level: KernelLevel) -> any ScalarKernels<Double>.Type {
        level.kernels.doubles
    }
}

extension Float: TestedScalar {
    static func kernels(_ level: KernelLevel) -> any ScalarKernels<Float>.Type {
        level.kernels.singles
    }
}

extension TestedScalar {
    /// A bound for what `count` operations that are rounded one by one add up to: nu/(1 − nu) with the
    /// unit roundoff u.
    static func growth(_ count: Int) -> Double {
        let product = Double(count) * Double(Self.ulpOfOne) / 2
        return product / (1 - product)
    }
}

extension LabelledData {
    /// The values of all groups, four to a group.
    var packedValues: [Double] {
        (0..<groups[rowCount]).flatMap { group in (0..<4).map { values[group][$0] } }
    }
}
