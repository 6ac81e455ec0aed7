/// Numbers at a fixed place in memory, which a problem allocates before the first round.
final class ScalarMemory<Scalar: KernelScalar> {
    /// The first number, at the beginning of a cache line.
    let base: UnsafeMutablePointer<Scalar>
    /// How many there are.
    let count: Int
    private let memory: UnsafeMutableRawPointer

    /// Zeros.
    init(_ count: Int) {
        self.count = count
        memory = .allocate(
            byteCount: max(1, count) * MemoryLayout<Scalar>.stride, alignment: 64)
        base = memory.bindMemory(to: Scalar.self, capacity: max(1, count))
        base.initialize(repeating: 0, count: count)
    }

    deinit { memory.deallocate() }
}
