import Glibc

/// The right to write to a store.
///
/// It belongs to a process and dies with it.
final class StoreLock {
    private var descriptor: Int32

    /// Takes the lock of a store.
    ///
    /// - Throws: `StoreError.locked`, with who holds it, when another process does.
    init(directory: String, host: String) throws(StoreError) {
        let path = directory + "/lock"
        var attempts = 0
        while true {
            let descriptor = try FileSystem.openFile(path, O_RDWR | O_CREAT, to: "create")
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                if errno == EINTR { continue }
                if errno == EWOULDBLOCK, attempts < Self.patience,
                    LockOwner(Self.owner(descriptor, path))?.isLeaving(from: host) == true
                {
                    attempts += 1
                    usleep(10_000)
                    continue
                }
                let error =
                    errno == EWOULDBLOCK
                    ? StoreError.locked(directory: directory, owner: Self.owner(descriptor, path))
                    : FileSystem.failure("lock", path)
                close(descriptor)
                throw error
            }
            guard Self.isCurrent(descriptor, path) else {
                // The file was removed between opening and locking: another may lock its successor.
                close(descriptor)
                continue
            }
            self.descriptor = descriptor
            break
        }
        note("\(LockOwner(process: getpid(), host: host))\n")
    }

    /// How many hundredths of a second a process that is being killed is waited for: a disk may have
    /// to answer before it is gone.
    private static let patience = 500

    deinit { release() }

    /// Gives the lock to whoever wants it next.
    func release() {
        guard descriptor >= 0 else { return }
        // The name of a former owner must not outlive its lock. Unlocking, and not only closing,
        // frees it also when a child that is just being started still holds the descriptor.
        ftruncate(descriptor, 0)
        flock(descriptor, LOCK_UN)
        close(descriptor)
        descriptor = -1
    }

    private func note(_ text: String) {
        // Who holds the lock is for people only: a full disk must not keep the store from opening.
        ftruncate(descriptor, 0)
        var text = text
        text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        guard fstat(descriptor, &held) == 0, lstat(path, &named) == 0 else { return false }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    private static func owner(_ descriptor: Int32, _ path: String) -> String {
        guard let bytes = try? FileSystem.read(descriptor, path, from: 0, count: 512) else {
            return "another process"
        }
        let text = String(decoding: bytes.prefix { $0 != CellText.lineFeed }, as: UTF8.self)
        return text.isEmpty ? "another process" : text
    }
}
