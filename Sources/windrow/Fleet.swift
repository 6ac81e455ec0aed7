import ArgumentParser
import Glibc
import Processes
import SweepCore
import SweepWire
import ZeroMQ

/// Which machines a verb of `windrow cluster` is about.
struct FleetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The list of machines.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var inventory = "cluster/lab.yaml"

    @Option(
        help: ArgumentHelp("An ssh_config in place of the user's own.", valueName: "file"),
        completion: .file())
    var sshConfig: String?

    /// Reads the inventory.
    func fleet(_ console: Console) throws -> Fleet {
        do {
            return try Fleet(inventory, sshConfig)
        } catch {
            console.complain(error.message)
            throw ExitStatus.badInput.code
        }
    }
}

/// A lab's machines, all of which are spoken to at once.
struct Fleet: Sendable {
    /// A machine and the way to it.
    struct Member: Sendable {
        var node: ClusterInventory.Node
        var shell: RemoteShell
    }

    let members: [Member]

    /// Machines that are spoken to at the same time.
    static let limit = 32

    init(_ path: String, _ sshConfig: String?) throws(InputError) {
        guard let file = fopen(path, "r") else {
            throw InputError(
                "\(path): \(String(cString: strerror(errno))); expected a list of machines, see "
                    + "docs/cluster.md")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError("\(path): expected text in UTF-8")
        }
        var members: [Member] = []
        do {
            for node in try ClusterInventory(text, file: path).nodes {
                if let time = node.idleExit, Lifetime(time) == nil {
                    throw InputError(
                        "\(node.place): idle-exit: '\(time)': expected a time such as "
                            + Lifetime.form)
                }
                if let hours = node.only, WorkerManners.isSchedule(hours) == false {
                    throw InputError(
                        "\(node.place): only: '\(hours)': expected hours such as 20:00-07:00")
                }
                members.append(
                    Member(
                        node: node, shell: try RemoteShell(node.address, configuration: sshConfig)))
            }
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError("\(error)")
        }
        self.members = members
    }

    /// Does something with each machine, with at most `limit` of them at once.
    ///
    /// - Returns: what came of it, in the order of the inventory.
    func each<Result: Sendable>(
        _ body: @escaping @Sendable (Member) -> Result, done: (Member, Result) -> Void
    ) -> [Result] {
        let results = Locked([Result?](repeating: nil, count: members.count))
        let next = Locked(0)
        let news = Locked([Int]())
        for _ in 0..<min(Self.limit, members.count) {
            let thread = try? startThread { [members] in
                while true {
                    let index = next.withLock { number in
                        defer { number += 1 }
                        return number
                    }
                    guard index < members.count else { return }
                    let result = body(members[index])
                    results.withLock { $0[index] = result }
                    news.withLock { $0.append(index) }
                }
            }
            if let thread { pthread_detach(thread) }
        }
        var told = 0
        while told < members.count {
            let fresh = news.withLock { list in
                defer { list = [] }
                return list
            }
            for index in fresh {
                told += 1
                if let result = results.withLock({ $0[index] }) { done(members[index], result) }
            }
            if fresh.isEmpty { poll(nil, 0, 10) }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
