import KernelInterface

/// This target's build of the kernels.
///
/// The sources of this target are built again, unchanged, by the targets for levels of x86-64; see
/// the package's manifest. So that no code of a higher level is ever merged into the program by the
/// linker, nothing here may leave a generic function behind: loops are written for concrete types
/// and are inlined.
package enum VectorKernels: KernelSet {
    package static var doubles: any ScalarKernels<Double>.Type { VectorKernels.self }
    package static var singles: any ScalarKernels<Float>.Type { SingleKernels.self }

    /// Eight doubles, one cache line.
    typealias Lanes = SIMD8<Double>

    /// Eight doubles from an index on.
    @inline(__always)
    static func load(_ base: UnsafePointer<Double>, _ index: Int) -> Lanes {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index &* 8, as: Lanes.self)
    }

    /// Eight doubles from an index on.
    @inline(__always)
    static func load(_ base: UnsafeMutablePointer<Double>, _ index: Int) -> Lanes {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index &* 8, as: Lanes.self)
    }

    /// Eight whole numbers from an index on.
    @inline(__always)
    static func load(_ base: UnsafePointer<UInt64>, _ index: Int) -> SIMD8<UInt64> {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index &* 8, as: SIMD8<UInt64>.self)
    }

    /// Writes eight doubles from an index on.
    @inline(__always)
    static func store(_ lanes: Lanes, _ base: UnsafeMutablePointer<Double>, _ index: Int) {
        UnsafeMutableRawPointer(base).storeBytes(
            of: lanes, toByteOffset: index &* 8, as: Lanes.self)
    }

    /// Eight doubles without their signs.
    @inline(__always)
    static func magnitudes(_ lanes: Lanes) -> Lanes {
        let bits = unsafeBitCast(lanes, to: SIMD8<UInt64>.self) & SIMD8(repeating: .max >> 1)
        return unsafeBitCast(bits, to: Lanes.self)
    }

    /// The sum of eight lanes: ((0+4) + (2+6)) + ((1+5) + (3+7)).
    @inline(__always)
    static func total(_ lanes: Lanes) -> Double {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
}

/// This target's build of the kernels in single precision.
package enum SingleKernels: ScalarKernels {}
