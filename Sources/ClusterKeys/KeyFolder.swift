import Glibc
import SweepWire

/// The folder of this user's keys: `windrow` below `XDG_CONFIG_HOME` or `~/.config`.
package struct KeyFolder: Sendable, Hashable {
    package let path: String

    /// The folder at a path; nil: the user's own.
    package init(_ path: String?) {
        if let path {
            self.path = path
        } else if let variable = Self.variable("XDG_CONFIG_HOME"), variable.hasPrefix("/") {
            self.path = variable + "/windrow"
        } else {
            self.path = (Self.variable("HOME") ?? "") + "/.config/windrow"
        }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// The coordinator's key.
    package var coordinatorKey: String { path + "/coordinator.key" }
    /// The operator's key.
    package var operatorKey: String { path + "/operator.key" }
    /// Who is admitted.
    package var admitted: String { path + "/admitted.json" }
    /// Held by the coordinator that uses the keys.
    package var lock: String { path + "/keys.lock" }

    /// The key of a worker on a host, for the coordinator with a key.
    ///
    /// A home folder may be shared by many machines: each has its own.
    package func workerKey(host: String, coordinator: PublicKey) -> String {
        path + "/worker-\(host)-\(coordinator.hexadecimal.prefix(12)).key"
    }

    /// The keys of a host's workers, for whichever coordinators.
    package func workerKeys(host: String) throws(KeyProblem) -> [KeyFile] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // Behind the host stand 12 digits of the coordinator's key.
            let start = "worker-\(host)-"
            if name.hasPrefix(start), name.hasSuffix(".key"), name.count == start.count + 16 {
                names.append(name)
            }
        }
        var files: [KeyFile] = []
        for name in names.sorted() {
            files.append(try KeyFile(path: path + "/" + name, expecting: .worker))
        }
        return files
    }
}
