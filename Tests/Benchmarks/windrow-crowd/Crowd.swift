import ClusterKeys
import Glibc
import SweepWire
import ZeroMQ

/// Many connections from one process: what they cost a coordinator.
///
///     windrow-crowd WORKERS SECONDS-PER-TRIAL SECONDS-TO-MEASURE COORDINATOR-PID (KEY-FILE | ipc:…)
@main
enum Crowd {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 6, let count = Int(words[1]), let seconds = Double(words[2]),
            let duration = Double(words[3]), let pid = Int(words[4])
        else {
            print("usage: windrow-crowd WORKERS TRIAL-S MEASURE-S PID KEY-FILE|ipc:PATH")
            exit(64)
        }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

        let (address, security) = try way(words[5])
        let contexts = try (0...count / 500).map { _ in try Context() }
        var workers: [VirtualWorker] = []
        for number in 0..<count {
            workers.append(
                try VirtualWorker(
                    number, seconds: seconds, to: address, security, in: contexts[number / 500]))
        }
        try live(&workers) { $0.allSatisfy(\.isConnected) }
        // Registrations and first leases are over when all of them have had some time.
        let settled = EventLoop.now() + 5
        try live(&workers) { _ in EventLoop.now() > settled }

        let (start, used, done) = (EventLoop.now(), processorTime(of: pid), finished(workers))
        try live(&workers) { _ in EventLoop.now() > start + duration }
        let passed = EventLoop.now() - start
        let share = (processorTime(of: pid) - used) / passed
        let rate = Double(finished(workers) - done) / passed
        print(
            "\(count) connections, trials of \(seconds) s, \(rounded(rate)) results/s: the "
                + "coordinator takes \(rounded(100 * share)) % of a core")
    }

    private static func way(_ word: String) throws -> (address: String, security: Socket.Security) {
        if word.hasPrefix("ipc:") { return (word, .none) }
        let file = try KeyFile(path: word, expecting: .worker)
        return (
            file.address,
            .client(
                server: file.coordinator?.bytes ?? [], publicKey: file.pair.publicKey.bytes,
                secret: file.pair.secret)
        )
    }

    private static func live(
        _ workers: inout [VirtualWorker], until isOver: ([VirtualWorker]) -> Bool
    ) throws {
        while !isOver(workers) {
            for number in workers.indices { try workers[number].live() }
            usleep(20_000)
        }
    }

    private static func finished(_ workers: [VirtualWorker]) -> Int {
        workers.reduce(0) { $0 + $1.finished }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// Seconds of processor time that a process has used.
    private static func processorTime(of pid: Int) -> Double {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        // Behind the name in brackets; user and system time are words 14 and 15 of the line.
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let words = text[end...].split(separator: " ")
        guard words.count > 13, let user = Double(words[12]), let system = Double(words[13]) else {
            return 0
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
