import Glibc

/// Who holds a store's lock, as the lock's file names it.
struct LockOwner: CustomStringConvertible {
    let process: pid_t
    let host: String

    init(process: pid_t, host: String) {
        self.process = process
        self.host = host
    }

    /// Reads a description; nil when it is none.
    init?(_ description: String) {
        let words = description.split(separator: " ", maxSplits: 3)
        guard words.count == 4, words[0] == "process", words[2] == "on",
            let process = pid_t(words[1])
        else { return nil }
        self.init(process: process, host: String(words[3]))
    }

    var description: String { "process \(process) on \(host)" }

    /// Whether it has been killed and is not gone yet, or is just gone; false for one on another host
    /// than this.
    ///
    /// A process that waits for its disk dies when the disk has answered. Until then its lock stands,
    /// though it will write nothing more.
    func isLeaving(from host: String) -> Bool {
        guard host == self.host else { return false }
        let path = "/proc/\(process)/status"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        let bytes = try? FileSystem.read(descriptor, path, from: 0, count: 1 << 14)
        return bytes.map { Self.isLeaving(status: String(decoding: $0, as: UTF8.self)) } ?? false
    }

    /// Whether a `/proc/PID/status` is that of a process that is dead, or for which a SIGKILL waits.
    static func isLeaving(status: String) -> Bool {
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard words.count >= 2 else { continue }
            switch words[0] {
            case "State:":
                if words[1] == "Z" || words[1] == "X" { return true }
            case "SigPnd:", "ShdPnd:":
                let signals = UInt64(words[1], radix: 16) ?? 0
                if signals >> UInt64(SIGKILL - 1) & 1 == 1 { return true }
            default: continue
            }
        }
        return false
    }
}
