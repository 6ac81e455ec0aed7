import Glibc
import Processes

/// Runs gnuplot on a script.
enum Gnuplot {
    /// Why nothing was drawn.
    enum Problem: Error {
        /// There is no gnuplot on the PATH.
        case missing
        /// It ended with an error, or did not end.
        case failed(String)
    }

    /// Seconds that one script may take.
    private static let patience = 120.0

    /// Draws what a script in a folder says.
    static func draw(_ script: String, in folder: String) throws(Problem) {
        let (program, reading) = try start(script, folder)
        let (said, isEnded) = output(reading.number)
        if !isEnded { program.kill() }
        let end = program.wait()
        guard isEnded else {
            throw .failed("\(script): gnuplot did not end within \(Int(patience)) s")
        }
        guard case .code(0) = end else {
            if case .code(127) = end { throw .missing }
            throw .failed("\(script): gnuplot says: \(said.trimmed)")
        }
    }

    private static func start(
        _ script: String, _ folder: String
    ) throws(Problem) -> (ChildProcess, Descriptor) {
        guard isThere else { throw .missing }
        do {
            let null = try Descriptor.null()
            let (reading, writing) = try Descriptor.pipe()
            let program = try ChildProcess.start(
                "gnuplot", ["gnuplot", script], directory: folder,
                descriptors: .init(input: null.number, output: null.number, error: writing.number))
            return (program, reading)
        } catch {
            throw .failed("gnuplot cannot be started: \(error)")
        }
    }

    /// Whether there is one on the PATH.
    private static var isThere: Bool {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/gnuplot", X_OK) == 0 }
    }

    /// What it says on standard error, and whether it came to its end.
    private static func output(_ descriptor: Int32) -> (text: String, isEnded: Bool) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&item, 1, Int32(patience * 1000))
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { return (String(decoding: bytes, as: UTF8.self), false) }
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard count > 0 else { return (String(decoding: bytes, as: UTF8.self), true) }
            if bytes.count < 1 << 16 { bytes.append(contentsOf: chunk[..<count]) }
        }
    }
}
