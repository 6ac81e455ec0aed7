/// What one trial takes of the machine that it runs on.
package struct Resources: Sendable, Hashable, Codable {
    /// Slots of a worker.
    package var cpus = 1
    /// Bytes of memory that it may have at most; nil: no limit.
    package var memory: Int?
    /// Graphics cards of a worker.
    package var gpus = 0

    /// Numbers that `cpus` may be.
    package static let cpuBounds = 1...4096
    /// Bytes that `memory` may be: less than a MiB starts no program.
    package static let memoryBounds = 1 << 20...1 << 50
    /// What an amount of memory looks like, for messages.
    static let memoryRule = "an amount of memory such as 512MiB or 4GiB, from 1MiB to 1024TiB"
    /// Numbers that `gpus` may be.
    package static let gpuBounds = 0...1024

    package init(cpus: Int = 1, memory: Int? = nil, gpus: Int = 0) {
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
    }

    /// Whether each of them is within its bounds.
    package var isValid: Bool {
        Self.cpuBounds.contains(cpus) && Self.gpuBounds.contains(gpus)
            && memory.map(Self.memoryBounds.contains) ?? true
    }

    /// Bytes in words: `4 GiB`, `1.5 GiB`, `1000 B`.
    package static func words(forBytes bytes: Int) -> String {
        let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        guard let (name, shift) = units.first(where: { bytes >= 1 << $0.1 }) else {
            return "\(bytes) B"
        }
        let tenths = (bytes * 10 + 1 << (shift - 1)) >> shift
        return tenths % 10 == 0
            ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
}
