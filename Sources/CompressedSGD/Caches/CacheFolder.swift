import CZlib
import Glibc

/// A folder of blocks that take long to make and can be made again at any time: data files as they
/// lie in memory, and solutions.
///
/// A block is a file: 4096 bytes of header, then its bytes, which are mapped into memory, so that all
/// processes of a machine share them. It is written under another name and renamed when it is whole.
/// A block that does not agree with its checksums is taken away; whoever wants it makes it again.
/// Nothing here is an error: where the folder cannot be used, there are no blocks.
package final class CacheFolder: Sendable {
    /// Where it is.
    package let path: String
    /// How many bytes the blocks may have together; then those not used for longest go.
    let limit: Int
    /// Data with fewer bytes in memory are read sooner than a block is found.
    let leastSize: Int

    /// The folder of this user: `windrow` below `XDG_CACHE_HOME`, or below `~/.cache`.
    package static func ofUser() -> CacheFolder? {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let root = variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }
        return root.flatMap { CacheFolder(path: $0 + "/windrow") }
    }

    /// A folder, which is made if it is not there; nil where it is not this user's own.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - limit: how many bytes the blocks may have together.
    ///   - leastSize: how many bytes data have at least that are kept.
    package init?(path: String, limit: Int = 8 << 30, leastSize: Int = 1 << 20) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        mkdir(parent, 0o700)
        mkdir(path, 0o700)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == geteuid(), status.st_mode & 0o022 == 0
        else { return nil }
        self.path = path
        self.limit = limit
        self.leastSize = leastSize
    }

    /// Does something that only one process of the machine does at a time for this name.
    ///
    /// Where there can be no lock, it is done without.
    func exclusively<Result, Failure: Error>(
        _ name: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let file = path + "/" + name + ".lock"
        guard let descriptor = Self.lock(file) else { return try body() }
        defer {
            // Who waits for this file finds that it has gone, and locks the next one.
            unlink(file)
            close(descriptor)
        }
        return try body()
    }

    /// Makes a file, if it is not there, and locks it; nil where that does not work.
    private static func lock(_ file: String) -> Int32? {
        while true {
            let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return nil }
            while flock(descriptor, LOCK_EX) != 0 {
                guard errno == EINTR else {
                    close(descriptor)
                    return nil
                }
            }
            // The file that was waited for may have been taken away meanwhile.
            var (locked, named) = (stat(), stat())
            if fstat(descriptor, &locked) == 0, lstat(file, &named) == 0,
                locked.st_ino == named.st_ino, locked.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    /// Takes away what has not been used for longest, until the rest is within the limit.
    ///
    /// - Parameter kept: a file that stays whatever its size.
    func trim(keeping kept: String) {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        var files: [(name: String, size: Int, used: timespec)] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            guard lstat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG
            else { continue }
            files.append((name, Int(status.st_size), status.st_mtim))
        }
        var total = files.reduce(0) { $0 + $1.size }
        files.sort { ($0.used.tv_sec, $0.used.tv_nsec) < ($1.used.tv_sec, $1.used.tv_nsec) }
        for file in files where total > limit && file.name != kept {
            unlink(path + "/" + file.name)
            total -= file.size
        }
    }
}
