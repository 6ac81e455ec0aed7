import Glibc
import Processes

/// The commit that the sweep file's folder stands at.
enum GitRevision {
    /// `g` and the abbreviated commit, with `-dirty` when files differ from it; empty when the
    /// folder is in no repository, or git is not there or does not answer within two seconds.
    static func ofFolder(_ folder: String) -> String {
        guard let (git, reading) = try? start(in: folder) else { return "" }
        let text = answer(reading.number)
        git.kill()
        _ = git.wait()
        guard let text, !text.isEmpty,
            text.allSatisfy({ $0.isHexDigit || "-dirty".contains($0) })
        else { return "" }
        return "g" + text
    }

    private static func start(
        in folder: String
    ) throws(SystemError) -> (ChildProcess, Descriptor) {
        let null = try Descriptor.null()
        let (reading, writing) = try Descriptor.pipe()
        let git = try ChildProcess.start(
            "git", ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            directory: folder,
            descriptors: .init(input: null.number, output: writing.number, error: null.number))
        return (git, reading)
    }

    /// The first line within two seconds; nil when the end is not reached in time.
    private static func answer(_ descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256)
        while bytes.count < 256 {
            var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&item, 1, 2000) > 0 else { return nil }
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { continue }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }
}
