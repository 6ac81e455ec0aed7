import Glibc
import Processes
import SweepWire

/// A worker's file of reports that are not acknowledged.
///
/// Each report is a frame: four bytes of length, eight of a checksum (FNV-1a), both little-endian,
/// and the message. What is torn or damaged, and all behind it, is cut off when the file is opened.
final class SpillFile {
    private let descriptor: Descriptor
    private let path: String
    private var lock: Descriptor?
    private var length = 0
    private var isDirty = false
    /// Number of the first report in the file, and of the next one to be read.
    private var first: UInt64 = 1
    private var next: UInt64 = 1
    private var offset = 0
    /// Reports that were there when it was opened.
    private(set) var recovered = 0

    private static let header = 12
    /// Bytes that are read back at once, roughly.
    private static let chunk = 8 << 20

    /// A file that outlives the process.
    ///
    /// - Throws: `SystemError` when it cannot be opened, or another worker has it.
    init(directory: String) throws(SystemError) {
        if mkdir(directory, 0o700) != 0 && errno != EEXIST {
            throw .last("make the folder \(directory)")
        }
        let lockPath = directory + "/lock"
        let lock = Descriptor(
            open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
        guard lock.number >= 0 else { throw .last("make \(lockPath)") }
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            throw .last("take the folder \(directory) while another worker has it")
        }
        self.lock = lock
        path = directory + "/reports"
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw .last("open \(path)") }
        descriptor = Descriptor(number)
        let folder = Descriptor(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        fsync(folder.number)
        recover()
    }

    /// A file that goes with the process, below `TMPDIR` or `/var/tmp`.
    init() throws(SystemError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(folder)/windrow-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0 else { throw .last("make a file in \(folder)") }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        unlink(template)
        path = folder
        descriptor = Descriptor(number)
    }

    /// Appends reports.
    ///
    /// - Throws: `SystemError`, when the disk is full for one; then none of them is in the file.
    func append(_ reports: [Report]) throws(SystemError) {
        guard let number = reports.first?.number else { return }
        if length == 0 {
            first = number
            next = number
            offset = 0
        }
        var bytes: [UInt8] = []
        for report in reports {
            let payload = WorkerMessage.report(report).encoded()
            Self.put(UInt64(payload.count), 4, into: &bytes)
            Self.put(Self.checksum(payload[...]), 8, into: &bytes)
            bytes += payload
        }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor.number, $0.baseAddress, $0.count, off_t(length + done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let error = SystemError.last("write to \(path)")
                ftruncate(descriptor.number, off_t(length))
                throw error
            }
            done += count
        }
        length += bytes.count
        isDirty = true
    }

    /// Makes what was appended durable.
    func synchronize() throws(SystemError) {
        guard isDirty else { return }
        guard fdatasync(descriptor.number) == 0 else { throw .last("synchronise \(path)") }
        isDirty = false
    }

    /// Empties the file.
    func clear() {
        ftruncate(descriptor.number, 0)
        length = 0
        isDirty = false
    }

    /// Reads reports back: contiguous ones from a number on, none when there is no such one.
    func read(from number: UInt64) -> [Report] {
        if number < next {
            next = first
            offset = 0
        }
        var reports: [Report] = []
        var size = 0
        while size < Self.chunk, let frame = frame(at: offset) {
            offset += frame.size
            if next >= number {
                reports.append(Report(number: next, leases: frame.report.leases))
                size += frame.size
            }
            next += 1
        }
        return reports
    }

    private func recover() {
        var status = stat()
        fstat(descriptor.number, &status)
        length = Int(status.st_size)
        var end = 0
        while let frame = frame(at: end) {
            end += frame.size
            recovered += 1
        }
        if end < length {
            complain("worker: \(path): cut off \(length - end) bytes that were not written whole")
            ftruncate(descriptor.number, off_t(end))
        }
        length = end
    }

    private func frame(at offset: Int) -> (report: Report, size: Int)? {
        guard let header = bytes(at: offset, count: Self.header) else { return nil }
        let count = Int(Self.number(header[..<4]))
        guard count <= Wire.maximumMessageSize,
            let payload = bytes(at: offset + Self.header, count: count),
            Self.checksum(payload[...]) == Self.number(header[4...]),
            let message = try? WorkerMessage(decoding: payload),
            case .report(let report) = message
        else { return nil }
        return (report, Self.header + count)
    }

    private func bytes(at offset: Int, count: Int) -> [UInt8]? {
        guard offset + count <= length else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes[done...].withUnsafeMutableBytes {
                pread(descriptor.number, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }

    private static func put(_ number: UInt64, _ count: Int, into bytes: inout [UInt8]) {
        for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
