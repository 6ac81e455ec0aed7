import Glibc
import Processes

/// The machine that this process runs on.
enum Machine {
    /// The time of day, in seconds since 1970.
    static var secondsSince1970: Double {
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        return Double(clock.tv_sec) + Double(clock.tv_nsec) * 1e-9
    }

    /// Its name without a domain.
    static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        let name = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.split(separator: ".").first.map(String.init) ?? "unknown"
    }

    /// Its name with its domain, if it has one.
    static var fullName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The user's name, or number where it has none.
    static var user: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
            return "\(getuid())"
        }
        return String(cString: name)
    }

    /// Cores that this process may use.
    static var cores: Int { availableProcessors() }

    /// The processor's name, as the kernel tells it.
    static var processor: String { processorLine("model name") ?? "unknown" }

    /// The instruction set's level: `x86-64-v3`; the architecture's name elsewhere.
    static var level: String {
        #if arch(x86_64)
            let flags = Set((processorLine("flags") ?? "").split(separator: " "))
            let levels: [(String, [Substring])] = [
                ("x86-64-v4", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
                ("x86-64-v3", ["avx2", "bmi1", "bmi2", "fma", "movbe"]),
                ("x86-64-v2", ["sse4_2", "ssse3", "popcnt"]),
            ]
            return levels.first { flags.isSuperset(of: $0.1) }?.0 ?? "x86-64"
        #elseif arch(arm64)
            return "aarch64"
        #else
            return "unknown"
        #endif
    }

    /// The text behind the first `name:` in the kernel's description of the processors.
    private static func processorLine(_ name: String) -> String? {
        guard let file = fopen("/proc/cpuinfo", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name), let colon = text.firstIndex(of: ":") else { continue }
            let value = text[text.index(after: colon)...]
            return String(value.drop { $0.isWhitespace }.prefix { !$0.isNewline })
        }
        return nil
    }
}
