import Glibc

/// What `windrow doctor` looks at in the machine and the user's session.
enum MachineChecks {
    static var all: [DoctorFinding] {
        [
            runtimeFolder, currentFolder, openFiles, processes, addressSpace, fileSize,
            program("git", "manifests will not say which commit a sweep was run from"),
            program("gnuplot", "windrow plot and windrow report draw no pictures"),
            program("python3", "the sweep in sweeps/examples that runs a Python program needs it"),
        ]
    }

    /// Where the socket of a run lives.
    private static var runtimeFolder: DoctorFinding {
        guard let folder = PrivateDirectory() else {
            return .failure(
                "runtime folder", "no folder can be made: \(String(cString: strerror(errno)))",
                "make /tmp writable, or set XDG_RUNTIME_DIR to a folder of yours")
        }
        defer { folder.remove() }
        let parent = folder.path.split(separator: "/").dropLast().joined(separator: "/")
        return DoctorFinding("runtime folder", "/" + parent)
    }

    /// Where `runs/` goes unless another place is named.
    private static var currentFolder: DoctorFinding {
        var status = statvfs()
        guard statvfs(".", &status) == 0, access(".", W_OK) == 0 else {
            return .warning(
                "current folder", "not writable", "run from a folder of yours, or give --store")
        }
        let free = (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
        let value = "writable, \(free) MiB free"
        return free >= 1024
            ? DoctorFinding("current folder", value)
            : .warning(
                "current folder", value, "results need room: free some, or give --store elsewhere")
    }

    private static var openFiles: DoctorFinding {
        // Each slot takes a few descriptors, the sockets and the store some more.
        limit(
            "open files", of: RLIMIT_NOFILE, atLeast: UInt(64 + 8 * Machine.cores),
            advice: { "raise it: ulimit -n \($0)" })
    }

    private static var processes: DoctorFinding {
        // Root is not held to this limit.
        limit(
            "processes", of: __RLIMIT_NPROC, atLeast: UInt(64 + 2 * Machine.cores),
            advice: { "raise it: ulimit -u \($0)" })
    }

    private static var addressSpace: DoctorFinding {
        limit(
            "address space", of: RLIMIT_AS, atLeast: 4 << 30,
            advice: { _ in "lift it: ulimit -v unlimited" })
    }

    private static var fileSize: DoctorFinding {
        limit(
            "file size", of: RLIMIT_FSIZE, atLeast: 1 << 30,
            advice: { _ in "lift it: ulimit -f unlimited" })
    }

    /// A limit of this process, with a warning below what a run may need.
    private static func limit(
        _ name: String, of resource: __rlimit_resource, atLeast needed: UInt,
        advice: (UInt) -> String
    ) -> DoctorFinding {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else {
            return .warning(name, "unknown", "getrlimit: \(String(cString: strerror(errno)))")
        }
        // RLIM_INFINITY is a macro that Swift does not see.
        guard limits.rlim_cur != .max else { return DoctorFinding(name, "unlimited") }
        let value = "\(limits.rlim_cur)"
        return limits.rlim_cur >= needed
            ? DoctorFinding(name, value) : .warning(name, value, advice(needed))
    }

    /// A program that is of use but not needed.
    private static func program(_ name: String, _ consequence: String) -> DoctorFinding {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") {
            let file = "\(folder)/\(name)"
            if access(file, X_OK) == 0 { return DoctorFinding(name, file) }
        }
        return .warning(name, "not on the PATH", "install it; without it, \(consequence)")
    }
}
