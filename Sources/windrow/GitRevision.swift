import CProcess
import Glibc

/// The commit that the sweep file's folder stands at.
enum GitRevision {
    /// `g` and the abbreviated commit, with `-dirty` when files differ from it; empty when the
    /// folder is in no repository, or git is not there or does not answer within two seconds.
    static func ofFolder(_ folder: String) -> String {
        let words = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return "" }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(ends[0])
            close(null)
        }
        let pid = "git".withCString { path in
            folder.withCString { folder in
                var child = windrow_child(
                    path: path, arguments: arguments, environment: environ, directory: folder,
                    input: null, output: ends[1], error: null, channel: -1, death_signal: 0)
                return windrow_spawn(&child)
            }
        }
        close(ends[1])
        guard pid > 0 else { return "" }
        let text = answer(ends[0])
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard let text, !text.isEmpty,
            text.allSatisfy({ $0.isHexDigit || "-dirty".contains($0) })
        else { return "" }
        return "g" + text
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
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }
}
