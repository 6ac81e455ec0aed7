import Glibc
import Processes

/// Files of mode 0600 that hold a secret.
package enum SecretFile {
    /// Bytes of the largest file that is read: keys are small.
    private static let maximumSize = 16 << 20

    /// Reads a file that only its owner can read.
    ///
    /// - Throws: `KeyProblem` when there is none, when others may read or write it, or when it
    ///   belongs to somebody else.
    package static func read(_ path: String) throws(KeyProblem) -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw failure("read", path) }
        let descriptor = Descriptor(number)
        // Of the open file, not of the path: nobody can put another one in its place now.
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw failure("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw KeyProblem(.malformed, "\(path): expected a file")
        }
        guard status.st_uid == getuid() else {
            throw KeyProblem(
                .loose,
                "\(path): belongs to the user with number \(status.st_uid), and holds a secret; "
                    + "expected a file of your own (number \(getuid())): copy it, and use the copy")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw KeyProblem(
                .loose,
                "\(path): holds a secret, and others may read or write it (mode "
                    + "\(String(status.st_mode & 0o777, radix: 8))); expected 600: chmod 600 \(path)"
            )
        }
        guard status.st_size <= maximumSize else {
            throw KeyProblem(.malformed, "\(path): \(status.st_size) bytes are no key")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor.number, buffer.baseAddress.map { $0 + filled }, buffer.count - filled
                )
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            filled += count
        }
        guard let text = String(validating: bytes.prefix(filled), as: UTF8.self) else {
            throw KeyProblem(.malformed, "\(path): expected text")
        }
        return text
    }

    /// Puts a file of mode 0600 in place, durably and at once: a reader sees the old one or the new.
    ///
    /// - Parameters:
    ///   - text: what it is to hold.
    ///   - path: where.
    ///   - isNew: whether a file that is there already is an error.
    package static func write(
        _ text: String, to path: String, isNew: Bool = false
    ) throws(KeyProblem) {
        let draft = "\(path).\(getpid()).draft"
        unlink(draft)
        let number = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw failure("write", draft) }
        let descriptor = Descriptor(number)
        var isDone = false
        defer { if !isDone { unlink(draft) } }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor.number, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", draft) }
            written += count
        }
        guard fsync(descriptor.number) == 0 else { throw failure("synchronise", draft) }
        if isNew {
            // A link fails where a rename would replace.
            guard link(draft, path) == 0 else { throw failure("make", path) }
        } else {
            guard rename(draft, path) == 0 else { throw failure("replace", path) }
            isDone = true
        }
        let folder = open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open the folder of", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 || errno == EINVAL else {
            throw failure("synchronise the folder of", path)
        }
    }

    /// Makes a folder of mode 0700 with its parents; one that is there must be nobody else's.
    package static func makeFolder(_ path: String) throws(KeyProblem) {
        if mkdir(path, 0o700) != 0 {
            if errno == ENOENT, parent(of: path) != path {
                try makeFolder(parent(of: path))
                guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                    throw failure("make", path)
                }
            } else if errno != EEXIST {
                throw failure("make", path)
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw KeyProblem(.malformed, "\(path): expected a folder")
        }
    }

    /// Takes an exclusive lock on a file beside keys; it lasts as long as what is returned.
    ///
    /// - Throws: `KeyProblem` when another process has it.
    package static func lock(_ path: String, _ owner: String) throws(KeyProblem) -> Descriptor {
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw failure("lock", path) }
        let descriptor = Descriptor(number)
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            throw KeyProblem(.system, "\(path): \(owner)")
        }
        return descriptor
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func failure(_ operation: String, _ path: String) -> KeyProblem {
        KeyProblem(
            errno == ENOENT ? .absent : .system,
            "\(path): cannot \(operation) it: \(String(cString: strerror(errno)))")
    }
}
