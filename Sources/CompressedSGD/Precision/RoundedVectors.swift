/// A point and the gradient there as kernels of one precision see them: the vectors themselves in
/// double, room for them rounded in single.
struct RoundedVectors<Scalar: KernelScalar> {
    private let point: ScalarMemory<Scalar>
    private let slopes: ScalarMemory<Scalar>

    /// Room for vectors in ℝᵈ.
    init(dimension: Int) {
        let room = Scalar.isDouble ? 0 : dimension
        point = ScalarMemory(room)
        slopes = ScalarMemory(room)
    }

    /// x as the kernels see it.
    @inline(__always)
    func read(_ x: Vector) -> UnsafePointer<Scalar> { Scalar.read(x, room: point.base) }

    /// Sets a gradient to what `body` adds to 0.
    @inline(__always)
    func sum<Result>(
        at x: Vector, into gradient: Vector,
        _ body: (_ x: UnsafePointer<Scalar>, _ gradient: UnsafeMutablePointer<Scalar>) -> Result
    ) -> Result {
        let result = body(read(x), Scalar.clear(gradient, room: slopes.base))
        Scalar.finish(gradient, room: UnsafePointer(slopes.base))
        return result
    }
}
