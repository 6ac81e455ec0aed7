import Glibc

/// Why a store cannot be opened, read or written.
///
/// Each case's text says what is wrong, where, and what to do; nothing in the store has been lost
/// when one is thrown.
package enum StoreError: Error, Sendable, Hashable {
    /// Another process writes to the store.
    case locked(directory: String, owner: String)
    /// The path is taken by something that is not a store.
    case notAStore(directory: String, problem: String)
    /// A file of the store is missing, or is not a regular file.
    case unusable(path: String, problem: String, remedy: String)
    /// A row or header does not hold what was once written.
    case damaged(path: String, line: Int, problem: String, remedy: String)
    /// Two rows of one trial disagree.
    case duplicate(path: String, trial: String, lines: [Int])
    /// The store's trials were computed by something else.
    case otherOrigin(directory: String, problem: String)
    /// The store was written in a layout that this version does not know.
    case unknownSchema(path: String, found: Int, known: Int)
    /// A parameter, metric or trace column has a name that is taken.
    case columnConflict(name: String, problem: String)
    /// The operating system refused. `need` is the number of bytes that were to be written.
    case system(operation: String, path: String, code: Int32, need: Int?)
    /// A row was appended for a trial that has one already.
    case alreadyStored(trial: String)
    /// An earlier error has left the state of the disk unknown; the store must be opened again.
    case halted(path: String, cause: String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .locked(let directory, let owner):
            "\(directory): the store is in use by \(owner); wait for it, or give another --store"
        case .notAStore(let directory, let problem):
            "\(directory): not a store: \(problem); give another --store"
        case .unusable(let path, let problem, let remedy):
            "\(path): \(problem); \(remedy)"
        case .damaged(let path, let line, let problem, let remedy):
            "\(path):\(line): \(problem); \(remedy)"
        case .duplicate(let path, let trial, let lines):
            "\(path):\(lines.map(String.init).joined(separator: ",")): trial \(trial) has rows that "
                + "disagree; keep one and delete the others"
        case .otherOrigin(let directory, let problem):
            "\(directory): \(problem)"
        case .unknownSchema(let path, let found, let known):
            "\(path): the store has schema \(found), this windrow knows schema \(known); "
                + "use the version of windrow that wrote it, or give another --store"
        case .columnConflict(let name, let problem):
            "column '\(name)': \(problem)"
        case .system(let operation, let path, let code, let need):
            "\(path): cannot \(operation): \(Self.message(code))"
                + (need.map { " (\($0) bytes needed)" } ?? "") + Self.remedy(code)
        case .alreadyStored(let trial):
            "trial \(trial) stands in the store already"
        case .halted(let path, let cause):
            "\(path): the store takes no more rows until it is opened again, because of: \(cause)"
        }
    }

    /// The operating system's words for an error number.
    private static func message(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }

    /// What a user can do about an error number.
    private static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOSPC: "; free space on that disk and try again"
        case EDQUOT: "; free space within your quota and try again"
        case EFBIG: "; raise the limit on file sizes (ulimit -f, prlimit --fsize) and try again"
        case EROFS: "; the disk is mounted read-only: mount it for writing, or give another --store"
        case EACCES, EPERM: "; change the permissions, or give another --store"
        case EIO: "; the disk reports a defect: copy the store to another disk"
        case ENODEV, ENXIO, ENOTCONN, ESTALE:
            "; the disk is gone: bring it back, and run the same command again if that is not enough"
        case EMFILE, ENFILE: "; raise the limit on open files (ulimit -n)"
        default: ""
        }
    }
}

extension StoreError {
    /// Errors of a disk that may pass: it is full, was mounted read-only, or does not answer.
    ///
    /// A limit on file sizes may be raised under a running process (prlimit(1)).
    private static let passingCodes: Set<Int32> = [
        ENOSPC, EDQUOT, EFBIG, EIO, EROFS, EAGAIN, ENOMEM, ENODEV, ENXIO, ENOTCONN, ESTALE,
        ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH,
    ]

    /// Whether the same call may succeed later, when there is space again.
    package var isRetriable: Bool {
        guard case .system(_, _, let code, _) = self else { return false }
        return Self.passingCodes.contains(code)
    }

    /// The exit code of a command that ends with this error.
    package var exitCode: Int32 {
        switch self {
        case .system(_, _, let code, _) where [EACCES, EPERM, EROFS].contains(code): 77
        case .system, .halted, .locked: 75
        case .alreadyStored: 1
        default: 65
        }
    }
}
