import Glibc

/// File systems that are on another machine.
///
/// There a lock and a synchronisation are what the server makes of them.
enum NetworkDisk {
    private static let types: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs",
        "glusterfs", "sshfs", "davfs", "gfs2", "ocfs2", "coda", "ncpfs", "orangefs", "pvfs2",
    ]

    /// The type of the network file system that a folder is on; nil for a disk of this machine, and
    /// where it cannot be told.
    static func type(of directory: String) -> String? {
        var status = stat()
        guard stat(directory, &status) == 0,
            let descriptor = try? FileSystem.openFile(
                "/proc/self/mountinfo", O_RDONLY, to: "read")
        else { return nil }
        defer { close(descriptor) }
        guard
            let bytes = try? FileSystem.read(
                descriptor, "/proc/self/mountinfo", from: 0, count: 1 << 20)
        else { return nil }
        let device = UInt64(status.st_dev)
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & ~0xff
        return type(
            ofDevice: "\(major):\(minor)", mounts: String(decoding: bytes, as: UTF8.self))
    }

    /// Looks a device up in the text of `/proc/self/mountinfo` (proc(5)).
    static func type(ofDevice device: String, mounts: String) -> String? {
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            // Optional fields end with a hyphen; the type is behind it.
            guard words.count > 4, words[2] == device,
                let hyphen = words.firstIndex(of: "-"), hyphen + 1 < words.count
            else { continue }
            // Those that run as programs: `fuse.sshfs`.
            let type = words[hyphen + 1].split(separator: ".").last.map(String.init) ?? ""
            return types.contains(type) ? type : nil
        }
        return nil
    }
}

extension Store {
    /// What to tell a person whose store is on another machine's disk; nil for a disk of this one.
    package var networkWarning: String? { Self.networkWarning(directory) }

    /// What to tell a person whose stores lie in a folder on another machine's disk; nil for a disk
    /// of this one.
    package static func networkWarning(_ directory: String) -> String? {
        NetworkDisk.type(of: directory).map {
            "\(directory) is on another machine's disk (\($0)): its lock and what is synchronised "
                + "are only as good as that server. Run no second windrow on it from elsewhere, or "
                + "give a --store on a disk of this machine"
        }
    }
}
