import KernelChoice
import KernelInterface

/// The precision that gradients are computed in: `Double` or `Float`.
package protocol KernelScalar: BinaryFloatingPoint, Sendable {
    /// The kernels that compute in it.
    static var kernels: any ScalarKernels<Self>.Type { get }

    /// Writes the features of a row.
    static func copyFeatures(
        ofRow row: Int, of examples: any Examples, into target: UnsafeMutablePointer<Self>)
    /// The values of sparse rows, four to a group.
    static func values(of data: LabelledData) -> UnsafePointer<Self>

    /// Whether a vector's elements are used where they are; otherwise they are copied and rounded.
    static var isDouble: Bool { get }
    /// The elements of a vector: where they are, or rounded into room for as many.
    static func read(
        _ vector: Vector, room: UnsafeMutablePointer<Self>
    ) -> UnsafePointer<Self>
    /// Zeros where a vector's elements are to be written: where they are, or room for as many.
    static func clear(
        _ vector: Vector, room: UnsafeMutablePointer<Self>
    ) -> UnsafeMutablePointer<Self>
    /// Takes what was written to room into the vector.
    static func finish(_ vector: Vector, room: UnsafePointer<Self>)
}

extension Double: KernelScalar {
    package static var kernels: any ScalarKernels<Double>.Type { Kernels.doubles }

    package static func copyFeatures(
        ofRow row: Int, of examples: any Examples, into target: UnsafeMutablePointer<Double>
    ) {
        examples.copyFeatures(ofRow: row, into: target)
    }

    package static func values(of data: LabelledData) -> UnsafePointer<Double> {
        UnsafeRawPointer(data.values).assumingMemoryBound(to: Double.self)
    }

    package static var isDouble: Bool { true }

    package static func read(
        _ vector: Vector, room: UnsafeMutablePointer<Double>
    ) -> UnsafePointer<Double> { UnsafePointer(vector.base) }

    package static func clear(
        _ vector: Vector, room: UnsafeMutablePointer<Double>
    ) -> UnsafeMutablePointer<Double> {
        vector.clear()
        return vector.base
    }

    package static func finish(_ vector: Vector, room: UnsafePointer<Double>) {}
}

extension Float: KernelScalar {
    package static var kernels: any ScalarKernels<Float>.Type { Kernels.singles }

    package static func copyFeatures(
        ofRow row: Int, of examples: any Examples, into target: UnsafeMutablePointer<Float>
    ) {
        examples.copyFeatures(ofRow: row, into: target)
    }

    package static func values(of data: LabelledData) -> UnsafePointer<Float> {
        data.singleValues
    }

    package static var isDouble: Bool { false }

    package static func read(
        _ vector: Vector, room: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        Kernels.current.round(vector.base, into: room, count: vector.count)
        return UnsafePointer(room)
    }

    package static func clear(
        _ vector: Vector, room: UnsafeMutablePointer<Float>
    ) -> UnsafeMutablePointer<Float> {
        room.update(repeating: 0, count: vector.count)
        return room
    }

    package static func finish(_ vector: Vector, room: UnsafePointer<Float>) {
        Kernels.current.widen(room, into: vector.base, count: vector.count)
    }
}
