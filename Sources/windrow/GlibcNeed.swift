import Glibc

/// A version of the C library: `2.36`.
struct GlibcVersion: Comparable, CustomStringConvertible {
    var major: Int
    var minor: Int

    /// Reads `2.36` or `glibc 2.36`; nil for anything else.
    init?(_ text: some StringProtocol) {
        let numbers = (text.split(separator: " ").last ?? "").split(separator: ".")
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else {
            return nil
        }
        self.major = major
        self.minor = minor
    }

    static func < (left: GlibcVersion, right: GlibcVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    var description: String { "\(major).\(minor)" }

    /// The newest version whose symbols a program wants; nil: it wants none, or cannot be read.
    ///
    /// They stand in the file as `GLIBC_2.34`.
    static func needed(by path: String) -> GlibcVersion? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0,
            let map = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0),
            map != MAP_FAILED
        else { return nil }
        defer { munmap(map, Int(status.st_size)) }
        let mark = "GLIBC_"
        var newest: GlibcVersion?
        var position = 0
        // Room for the mark and a number.
        while let found = memchr(
            map + position, Int32(UInt8(ascii: "G")), Int(status.st_size) - position)
        {
            position = map.distance(to: found) + 1
            guard position + 16 < Int(status.st_size), memcmp(found, mark, mark.utf8.count) == 0
            else { continue }
            let bytes = UnsafeRawBufferPointer(start: found + mark.utf8.count, count: 8)
            let text = bytes.prefix { $0 == UInt8(ascii: ".") || (48...57).contains($0) }
            if let version = GlibcVersion(String(decoding: text, as: UTF8.self)) {
                newest = max(newest ?? version, version)
            }
        }
        return newest
    }
}
