import Glibc
import SweepWorker

/// What people and other programs do on this machine.
enum MachineUse {
    /// Who is logged in, as `who` tells it.
    static func sessions(now: Double) -> [YieldPolicy.Session] {
        var sessions: [YieldPolicy.Session] = []
        setutxent()
        defer { endutxent() }
        while let entry = getutxent() {
            guard entry.pointee.ut_type == USER_PROCESS else { continue }
            // The process is gone where a terminal was closed without a word.
            guard kill(entry.pointee.ut_pid, 0) == 0 || errno == EPERM else { continue }
            let user = withUnsafeBytes(of: entry.pointee.ut_user) { text($0) }
            let line = withUnsafeBytes(of: entry.pointee.ut_line) { text($0) }
            var status = stat()
            let isTerminal = !line.isEmpty && stat("/dev/" + line, &status) == 0
            sessions.append(
                .init(
                    user: user,
                    idle: isTerminal ? max(0, now - Double(status.st_atim.tv_sec)) : nil))
        }
        return sessions
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The processors' time, from the first line of `/proc/stat`.
    static func processorTime() -> YieldPolicy.ProcessorTime {
        guard let file = fopen("/proc/stat", "r") else { return .init(foreign: 0, total: 0) }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        guard fgets(&line, Int32(line.count), file) != nil else {
            return .init(foreign: 0, total: 0)
        }
        let words = String(
            decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
        ).split(whereSeparator: \.isWhitespace)
        // cpu, user, nice, system, idle, …; guests are counted in user already.
        let times = words.dropFirst().prefix(8).compactMap { Double($0) }
        return .init(foreign: times.first ?? 0, total: times.reduce(0, +))
    }

    /// The minute of the day by the clock on this wall.
    static func minuteOfDay() -> Int {
        var seconds = time(nil)
        var local = tm()
        localtime_r(&seconds, &local)
        return Int(local.tm_hour) * 60 + Int(local.tm_min)
    }
}
