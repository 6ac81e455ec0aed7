import Glibc
import SweepCore

/// Follows the trace of a program while it runs, for those who watch.
///
/// Each look reads what is new, and tells the last whole line: its `round`, or else how many lines
/// there are, and the sweep's metric. What is wrong with a line is told when the program has ended.
struct CommandProgress {
    private let path: String
    private let metric: String?
    private let tell: @Sendable (TrialProgress) -> Void
    private var descriptor: Int32 = -1
    private var lines = 0
    /// A line that is not whole yet; nil: a line that is too long is passed over.
    private var rest: [UInt8]? = []

    /// Bytes of one look, and of one line, at most.
    private static let longestLook = 1 << 20
    private static let longestLine = 1 << 16

    /// Follows a file that need not be there yet.
    init(
        path: String, metric: String?, tell: @escaping @Sendable (TrialProgress) -> Void
    ) {
        self.path = path
        self.metric = metric
        self.tell = tell
    }

    /// Closes the file.
    func end() {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads what is new, and tells what it says.
    mutating func look() {
        if descriptor < 0 {
            descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            var status = stat()
            guard descriptor >= 0, fstat(descriptor, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { return }
        }
        var last: [UInt8]?
        var chunk = [UInt8](repeating: 0, count: Self.longestLine)
        for _ in 0..<Self.longestLook / chunk.count {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            take(chunk[..<count], &last)
        }
        guard let last, let members = try? CommandTrace.members(of: last[...]) else { return }
        func number(_ name: String) -> Double? {
            members.last { $0.key == name }.flatMap { $0.value?.number }
        }
        let round = number("round").flatMap { Int(exactly: $0) }
        tell(TrialProgress(round: round ?? lines, value: metric.flatMap(number)))
    }

    /// Counts lines and keeps the last whole one.
    private mutating func take(_ bytes: ArraySlice<UInt8>, _ last: inout [UInt8]?) {
        var bytes = bytes
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            if let start = rest {
                let line = start + bytes[..<end]
                if line.contains(where: { $0 > 0x20 }) {
                    lines += 1
                    last = line
                }
            }
            rest = []
            bytes = bytes[(end + 1)...]
        }
        rest = rest.flatMap { $0.count + bytes.count <= Self.longestLine ? $0 + bytes : nil }
    }
}
