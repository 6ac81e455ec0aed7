import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// What stands in the way of opening a store.
@Suite struct OpeningTests {
    let folder: TemporaryFolder
    let fixture: Fixture

    init() throws {
        folder = try TemporaryFolder()
        fixture = try Fixture()
    }

    private func refusal(_ fixture: Fixture? = nil, _ path: String = "s") throws -> StoreError {
        try #require(throws: StoreError.self) {
            try (fixture ?? self.fixture).open(folder(path))
        }
    }

    @Test func `a second process is refused with the first one's number`() throws {
        let store = try fixture.open(folder("s"))
        let error = try refusal()
        #expect(
            error == .locked(directory: folder("s"), owner: "process \(getpid()) on node1"))
        #expect(try #require(try Store.peek(folder("s"), grid: fixture.grid)).finished == 0)
        try store.close()
        #expect(throws: Never.self) { try fixture.open(folder("s")) }
    }

    @Test func `the owner of a lock is known to be leaving when it is dead or about to be killed`()
        throws
    {
        let own = LockOwner(process: getpid(), host: "node1")
        #expect(LockOwner("\(own)")?.process == getpid())
        #expect(LockOwner("another process") == nil)
        #expect(LockOwner("process 12x on node1") == nil)
        #expect(!own.isLeaving(from: "node1"))
        // A child that has ended, before and after its parent has taken note.
        var child = pid_t()
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(arguments[0]) }
        #expect(posix_spawnp(&child, "true", nil, nil, arguments, environ) == 0)
        var information = siginfo_t()
        #expect(waitid(P_PID, id_t(child), &information, WEXITED | WNOWAIT) == 0)
        let owner = LockOwner(process: child, host: "node1")
        #expect(owner.isLeaving(from: "node1"))
        #expect(!owner.isLeaving(from: "node2"), "there the number is another process's")
        #expect(waitpid(child, nil, 0) == child)
        #expect(owner.isLeaving(from: "node1"))
        // As the kernel shows one that waits for its disk, with SIGKILL on its way.
        let status = "Name:\twindrow\nState:\tD (disk sleep)\nSigPnd:\t0000000000000000\nShdPnd:\t"
        #expect(LockOwner.isLeaving(status: status + "0000000000000100\n"))
        #expect(!LockOwner.isLeaving(status: status + "0000000000004000\n"))
    }

    @Test func `rows that a killed process left count only when they are on the disk`() throws {
        let store = try fixture.open(folder("s"))
        try store.append(fixture.result(1))
        try store.close()
        // What a process finds in a file may be in the system's memory only.
        let recorder = DiskRecorder()
        let again = try recorder.record { try fixture.open(folder("s")) }
        #expect(again.finished.count == 1)
        for table in ["results.csv", "trace.csv", "failures.csv"] {
            let path = folder("s/" + table)
            #expect(recorder.calls.contains(.synchronize(path: path)), "\(table)")
        }
    }

    @Test func `a lock outlives neither its process nor its file`() throws {
        var first: Store? = try fixture.open(folder("s"))
        try first?.append(fixture.result(1))
        // As when the process dies: nothing is closed in order.
        first = nil
        let second = try fixture.open(folder("s"))
        #expect(second.finished.count == 0)
        unlink(folder("s/lock"))
        let third = try fixture.open(folder("s"))
        #expect(third.finished.count == 0)
    }

    @Test func `a lock is free at once, though another holds a copy of its descriptor`() throws {
        let store = try fixture.open(folder("s"))
        // As a child does between its start and its program's.
        var copy: Int32 = -1
        for descriptor in Int32(3)..<1024 where copy < 0 {
            var held = stat()
            var named = stat()
            guard fstat(descriptor, &held) == 0, stat(folder("s/lock"), &named) == 0,
                held.st_ino == named.st_ino, held.st_dev == named.st_dev
            else { continue }
            copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        }
        try #require(copy >= 0)
        defer { close(copy) }
        try store.close()
        #expect(throws: Never.self) { try fixture.open(folder("s")) }
    }

    @Test func `a folder of something else is not littered`() throws {
        try FileSystem.createDirectory(folder("s"))
        try write([1], folder("s/thesis.tex"))
        #expect(try refusal().description.contains("thesis.tex"))
        #expect(try FileSystem.names(in: folder("s")) == ["thesis.tex"])
    }

    @Test func `files and links in the place of a folder are refused`() throws {
        try write([], folder("file"))
        #expect(try refusal(nil, "file").description.contains("not a folder"))
        #expect(try refusal(nil, "file/below").description.contains("Not a directory"))
        symlink("nowhere", folder("dangling"))
        #expect(try refusal(nil, "dangling").description.contains("leads nowhere"))
        try FileSystem.createDirectory(folder("real"))
        symlink("real", folder("link"))
        let store = try fixture.open(folder("link"))
        try store.close()
        #expect(try FileSystem.names(in: folder("real")).contains("manifest.json"))
    }

    @Test(
        "a file of the store that is a link, a folder or a pipe is refused",
        arguments: [
            "results.csv", "trace.csv", "failures.csv", "manifest.json", "lock",
        ])
    func otherFile(_ name: String) throws {
        try fixture.open(folder("s")).close()
        let path = folder("s/" + name)
        rename(path, folder("aside"))
        symlink(folder("aside"), path)
        #expect(try refusal().description.contains("symbolic link"))
        unlink(path)
        mkfifo(path, 0o600)
        #expect(try refusal().description.contains("not a regular file"))
        unlink(path)
        try FileSystem.createDirectory(path)
        _ = try refusal()
        #expect(try FileSystem.kind(of: path, followingLinks: false) == .directory)
    }

    @Test func `a store of another experiment, version or input is refused`() throws {
        try fixture.open(folder("s")).close()
        #expect(try refusal(Fixture(experiment: "other")).description.contains("experiment test"))
        #expect(try refusal(Fixture(version: 2)).description.contains("version 1 of test"))
        var environment = Fixture.environment
        environment.inputs = ["data.libsvm": "cd34"]
        let error = try #require(throws: StoreError.self) {
            try fixture.open(folder("s"), environment: environment)
        }
        #expect(error.description.contains("data.libsvm has changed"))
        environment.inputs = ["more.csv": "ef"]
        #expect(throws: Never.self) { try fixture.open(folder("s"), environment: environment) }
        #expect(throws: StoreError.self) {
            try Store.peek(folder("s"), grid: Fixture(version: 2).grid)
        }
    }

    @Test(
        "a manifest that is none is refused", arguments: ["", "{}", "[1]", "{\"schema\": 1}", "\0"])
    func manifest(_ content: String) throws {
        try fixture.open(folder("s")).close()
        try write(Array(content.utf8), folder("s/manifest.json"))
        #expect(try refusal().description.contains("manifest.json: not the manifest of a store"))
    }

    @Test func `a later layout is refused with both numbers`() throws {
        try fixture.open(folder("s")).close()
        try write(Array("{\"schema\": 7}".utf8), folder("s/manifest.json"))
        #expect(
            try refusal()
                == .unknownSchema(path: folder("s/manifest.json"), found: 7, known: 1))
    }

    @Test func `a missing manifest is missed only when rows stand without it`() throws {
        let store = try fixture.open(folder("s"))
        unlink(folder("s/manifest.json"))
        try store.close()
        // A crash while the store was being created leaves exactly this.
        let again = try fixture.open(folder("s"))
        try again.append(fixture.result(1))
        try again.close()
        unlink(folder("s/manifest.json"))
        #expect(try refusal().description.contains("although results.csv is not empty"))
    }

    @Test func `missing results are an error, missing failures are none`() throws {
        var store = try fixture.open(folder("s"))
        try store.append(fixture.result(1, rounds: 2))
        try store.append(fixture.failure(2))
        try store.close()
        unlink(folder("s/failures.csv"))
        store = try fixture.open(folder("s"))
        #expect(store.finished.count == 1 && store.failed.count == 0)
        try store.close()
        let whole = try bytes(folder("s/trace.csv"))
        unlink(folder("s/trace.csv"))
        #expect(try refusal().description.contains("2 trace rows less"))
        try write(whole, folder("s/trace.csv"))
        unlink(folder("s/results.csv"))
        #expect(try refusal().description.contains("results.csv: the file is missing"))
    }

    @Test func `two rows of a trial must agree`() throws {
        let store = try fixture.open(folder("s"))
        for index in 0..<3 { try store.append(fixture.result(index, rounds: 0)) }
        try store.close()
        let path = folder("s/results.csv")
        let whole = try text(path)
        let lines = whole.split(separator: "\n")
        try write(Array((whole + lines[2] + "\n").utf8), path)
        #expect(try fixture.open(folder("s")).finished.count == 3)

        try write(Array((lines[0] + "\n" + lines[1] + "\n").utf8), path)
        let other = try fixture.open(folder("s"))
        try other.append(fixture.result(1, rounds: 0, attempt: 2))
        try other.close()
        let second = try text(path).split(separator: "\n")[2]
        try write(Array((whole + second + "\n").utf8), path)
        let error = try refusal()
        #expect(error.description.contains("results.csv:3,5: trial t-"))
        #expect(error.exitCode == 65)
    }

    @Test func `the trace of a row that was deleted by hand is dropped, and kept aside`() throws {
        var store = try fixture.open(folder("s"))
        for index in 0..<3 { try store.append(fixture.result(index, rounds: 2)) }
        try store.close()
        var lines = try text(folder("s/results.csv")).split(separator: "\n")
        lines.remove(at: 2)
        try write(Array((lines.joined(separator: "\n") + "\n").utf8), folder("s/results.csv"))
        store = try fixture.open(folder("s"))
        #expect(store.finished.ranges == [0..<1, 2..<3])
        #expect(store.recovery.items.map(\.kind) == [.orphanedTrace])
        #expect(store.recovery.items[0].rows == 2)
        // The same attempt again does not double its trace.
        try store.append(fixture.result(1, rounds: 2))
        try store.close()
        #expect(try fixture.open(folder("s")).finished.ranges == [0..<3])
        #expect(try text(folder("s/trace.csv")).split(separator: "\n").count == 7)
        #expect(try text(folder("s/lost+found/trace-1.csv")).split(separator: "\n").count == 3)
    }

    @Test func `failed trials are found when the sweep has changed`() throws {
        var store = try Fixture(count: 10).open(folder("s"))
        try store.append(Fixture(count: 10).failure(7))
        try store.close()
        // Another axis in front: the trial is the same, its place is not.
        let sizes = Series.list([.real(0.5), .real(0.1)])
        let moved = try Fixture(
            count: 10, axes: [.column(ColumnSeries(column: "step-size", series: sizes))])
        store = try moved.open(folder("s"))
        #expect(store.failed.ranges == [17..<18])
    }

    @Test func `a hundred thousand rows are read back`() throws {
        let fixture = try Fixture(count: 100_000)
        let folder = try TemporaryFolder(inMemory: true)
        let store = try fixture.open(folder("s"))
        for index in stride(from: 0, to: 100_000, by: 2) {
            try store.append(fixture.result(index, rounds: 1))
        }
        for index in stride(from: 99_999, to: 0, by: -2) {
            try store.append(fixture.result(index, rounds: 0))
        }
        try store.close()
        let again = try fixture.open(folder("s"))
        #expect(again.finished.ranges == [0..<100_000])
        #expect(again.recovery.isEmpty)
    }

    @Test func `network file systems are known from the list of mounts, and this disk is none`()
        throws
    {
        let mounts = """
            25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            40 25 0:52 / /home rw shared:2 master:1 - nfs4 server:/home rw,vers=4.2
            41 25 0:53 / /mnt rw - fuse.sshfs ada@host:/ rw
            42 25 0:54 / /dev/shm rw - tmpfs tmpfs rw
            """
        let expected = ["8:1": nil, "0:52": "nfs4", "0:53": "sshfs", "0:54": nil, "0:5": nil]
        for (device, type) in expected {
            #expect(NetworkDisk.type(ofDevice: device, mounts: mounts) == type)
        }
        let memory = try TemporaryFolder(inMemory: true)
        #expect(try fixture.open(memory("s")).networkWarning == nil)
    }
}
