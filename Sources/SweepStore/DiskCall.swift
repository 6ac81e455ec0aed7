import Glibc

/// A change to a disk, as a store is about to ask the operating system for it.
///
/// The order of these calls, and what each is followed by, is all that the store's guarantee rests
/// on: tests record it, replay it as crashes may leave it, and refuse calls as failing disks do.
enum DiskCall: Sendable, Hashable {
    /// A name is made for a file that is empty then.
    case create(path: String)
    case createDirectory(path: String)
    case write(path: String, offset: Int, bytes: [UInt8])
    case truncate(path: String, length: Int)
    /// The file's contents and length are to be on the disk.
    case synchronize(path: String)
    /// The names in the folder are to be on the disk.
    case synchronizeDirectory(path: String)
    case rename(from: String, to: String)
    case remove(path: String)

    /// Sees calls before they are made.
    ///
    /// A type with a name: under AddressSanitizer Swift 6.3 finds no metadata for a function's as a
    /// task-local value.
    struct Witness: Sendable {
        /// The number of the error with which the operating system is to have refused the call, or
        /// nil: then it is made.
        let answer: @Sendable (DiskCall) -> Int32?
    }

    /// Sees every call of this task.
    @TaskLocal static var witness: Witness?

    /// Whether a call may be made; otherwise `errno` says why not.
    static func isAllowed(_ call: @autoclosure () -> DiskCall) -> Bool {
        guard let witness, let code = witness.answer(call()) else { return true }
        errno = code
        return false
    }
}
