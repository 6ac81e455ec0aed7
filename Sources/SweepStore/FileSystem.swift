import Glibc

/// The system calls of a store, each with an error that names the path.
package enum FileSystem {
    /// What stands at a path.
    enum Kind {
        case nothing, file, directory, symbolicLink, other
    }

    /// The last error of the operating system, as an error of the store.
    static func failure(_ operation: String, _ path: String, need: Int? = nil) -> StoreError {
        .system(operation: operation, path: path, code: errno, need: need)
    }

    /// What stands at a path; a symbolic link is followed only on request.
    static func kind(of path: String, followingLinks: Bool) throws(StoreError) -> Kind {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else {
            if errno == ENOENT { return .nothing }
            throw failure("look at", path)
        }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        case S_IFLNK: .symbolicLink
        default: .other
        }
    }

    /// Creates a folder and its missing parents, and makes their names durable.
    package static func createDirectory(_ path: String) throws(StoreError) {
        if makeDirectory(path) {
            try synchronizeDirectory(parent(of: path))
            return
        }
        switch errno {
        case EEXIST where (try kind(of: path, followingLinks: true)) == .directory: return
        case ENOENT where parent(of: path) != path:
            try createDirectory(parent(of: path))
            guard makeDirectory(path) || errno == EEXIST else {
                throw failure("create the folder", path)
            }
            try synchronizeDirectory(parent(of: path))
        default: throw failure("create the folder", path)
        }
    }

    private static func makeDirectory(_ path: String) -> Bool {
        DiskCall.isAllowed(.createDirectory(path: path)) && mkdir(path, 0o777) == 0
    }

    /// The folder that holds a path.
    static func parent(of path: String) -> String {
        var parts = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }
        parts = parts.drop { $0 != UInt8(ascii: "/") }
        guard !parts.isEmpty else { return path.utf8.first == UInt8(ascii: "/") ? "/" : "." }
        let above = parts.drop { $0 == UInt8(ascii: "/") }
        return above.isEmpty ? "/" : String(decoding: above.reversed(), as: UTF8.self)
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package static func names(in directory: String) throws(StoreError) -> [String] {
        guard let stream = opendir(directory) else { throw failure("list the folder", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw failure("list the folder", directory) }
        return names.sorted()
    }

    /// Makes the names in a folder durable: creations, renames and removals.
    static func synchronizeDirectory(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open the folder", path) }
        defer { close(descriptor) }
        // Some file systems cannot synchronise a folder and say EINVAL; nothing can be done there.
        guard DiskCall.isAllowed(.synchronizeDirectory(path: path)),
            fsync(descriptor) == 0 || errno == EINVAL
        else { throw failure("synchronise the folder", path) }
    }

    /// A write beyond `ulimit -f` fails with `EFBIG` from here on: as it is, SIGXFSZ would end the
    /// process.
    ///
    /// Children begin with the signal as it was.
    private static let sizeLimitIsAnError: Void = { signal(SIGXFSZ, SIG_IGN) }()

    /// Opens a file of the store itself: a symbolic link in its place is refused.
    static func openFile(
        _ path: String, _ flags: Int32, to operation: String
    ) throws(StoreError) -> Int32 {
        if flags & O_CREAT != 0, !DiskCall.isAllowed(.create(path: path)) {
            throw failure(operation, path)
        }
        if flags & (O_WRONLY | O_RDWR) != 0 { _ = sizeLimitIsAnError }
        while true {
            let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
            if descriptor >= 0 {
                var status = stat()
                guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    close(descriptor)
                    throw .unusable(
                        path: path, problem: "not a regular file",
                        remedy: "put the store's own file back, or give another --store")
                }
                return descriptor
            }
            switch errno {
            case EINTR: continue
            case ELOOP:
                throw .unusable(
                    path: path, problem: "a symbolic link",
                    remedy: "a store's files are replaced by renaming: put the file itself here, "
                        + "or make the whole folder a link")
            default: throw failure(operation, path)
            }
        }
    }

    /// Makes an empty file.
    static func create(_ path: String) throws(StoreError) {
        close(try openFile(path, O_WRONLY | O_CREAT | O_TRUNC, to: "create"))
    }

    /// The size of an open file.
    static func size(of descriptor: Int32, _ path: String) throws(StoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("look at", path) }
        return Int(status.st_size)
    }

    /// Reads a whole small file; nil when there is none.
    package static func contents(of path: String) throws(StoreError) -> [UInt8]? {
        let descriptor: Int32
        do {
            descriptor = try openFile(path, O_RDONLY, to: "read")
        } catch {
            if case .system(_, _, ENOENT, _) = error { return nil }
            throw error
        }
        defer { close(descriptor) }
        return try read(descriptor, path, from: 0, count: size(of: descriptor, path))
    }

    /// Reads up to `count` bytes at an offset.
    static func read(
        _ descriptor: Int32, _ path: String, from offset: Int, count: Int
    ) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let done = try bytes.withUnsafeMutableBufferPointer { buffer throws(StoreError) in
            try read(descriptor, path, from: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// Reads bytes at an offset until the buffer is full or the file ends; returns how many.
    static func read(
        _ descriptor: Int32, _ path: String, from offset: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Int {
        var done = 0
        while done < buffer.count {
            let start = buffer.baseAddress?.advanced(by: done)
            let got = pread(descriptor, start, buffer.count - done, off_t(offset + done))
            if got == 0 { break }
            if got < 0 {
                if errno == EINTR { continue }
                throw failure("read", path)
            }
            done += got
        }
        return done
    }

    /// Writes all bytes at an offset.
    static func write(
        _ bytes: [UInt8], _ descriptor: Int32, _ path: String, at offset: Int
    ) throws(StoreError) {
        try bytes.withUnsafeBufferPointer { buffer throws(StoreError) in
            try write(UnsafeRawBufferPointer(buffer), descriptor, path, at: offset)
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String, at offset: Int
    ) throws(StoreError) {
        guard DiskCall.isAllowed(.write(path: path, offset: offset, bytes: Array(bytes))) else {
            throw failure("write to", path, need: bytes.count)
        }
        var done = 0
        while done < bytes.count {
            let start = bytes.baseAddress?.advanced(by: done)
            let put = pwrite(descriptor, start, bytes.count - done, off_t(offset + done))
            if put > 0 {
                done += put
            } else if put == 0 {
                throw .system(
                    operation: "write to", path: path, code: ENOSPC, need: bytes.count - done)
            } else if errno != EINTR {
                throw failure("write to", path, need: bytes.count - done)
            }
        }
    }

    /// Waits until a file's contents are on the disk.
    static func synchronize(_ descriptor: Int32, _ path: String) throws(StoreError) {
        guard DiskCall.isAllowed(.synchronize(path: path)) else {
            throw failure("synchronise", path)
        }
        while fdatasync(descriptor) != 0 {
            if errno != EINTR { throw failure("synchronise", path) }
        }
    }

    /// Cuts a file to a length, or lets it end in zeros.
    static func truncate(
        _ descriptor: Int32, _ path: String, to length: Int
    ) throws(StoreError) {
        guard DiskCall.isAllowed(.truncate(path: path, length: length)),
            ftruncate(descriptor, off_t(length)) == 0
        else { throw failure("truncate", path) }
    }

    /// Removes a file that nobody needs, if it is there.
    static func remove(_ path: String) {
        guard access(path, F_OK) == 0, DiskCall.isAllowed(.remove(path: path)) else { return }
        unlink(path)
    }

    /// Puts a file in place as a whole, durably: a reader sees the old one or the new one.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let temporary = temporaryPath(for: path)
        let descriptor = try openFile(temporary, O_WRONLY | O_CREAT | O_TRUNC, to: "create")
        do {
            defer { close(descriptor) }
            try write(bytes, descriptor, temporary, at: 0)
            try synchronize(descriptor, temporary)
        } catch {
            remove(temporary)
            throw error
        }
        try move(temporary, to: path)
    }

    /// Renames a file within its folder or into another, durably.
    static func move(_ source: String, to target: String) throws(StoreError) {
        guard DiskCall.isAllowed(.rename(from: source, to: target)), rename(source, target) == 0
        else {
            let error = failure("rename \(source) to", target)
            remove(temporaryPath(for: target))
            throw error
        }
        try synchronizeDirectory(parent(of: target))
        if parent(of: source) != parent(of: target) {
            try synchronizeDirectory(parent(of: source))
        }
    }

    /// The name under which a file is prepared before it is put in place.
    static func temporaryPath(for path: String) -> String { path + ".new" }
}
