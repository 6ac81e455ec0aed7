import Foundation
import Glibc
import Processes
import Testing

/// A command in a terminal: one that draws no animation, or one with a keyboard.
struct PseudoTerminal {
    let child: ChildProcess
    private let screen: Descriptor
    /// The program's side.
    private let path: String

    /// Linux's requests `TIOCSPTLCK` and `TIOCGPTN`, which Swift does not import.
    private static let lock: UInt = 0x4004_5431
    private static let name: UInt = 0x8004_5430

    /// - Parameters:
    ///   - hasKeyboard: whether its input is the terminal, of 80 × 24; otherwise it is closed.
    ///   - environment: `NAME=value`, beside what this process has.
    init(
        command: String, folder: String, hasKeyboard: Bool = false, environment: [String] = []
    ) throws {
        screen = Descriptor(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))
        var isLocked: Int32 = 0
        var number: UInt32 = 0
        guard ioctl(screen.number, Self.lock, &isLocked) == 0,
            ioctl(screen.number, Self.name, &number) == 0
        else { throw SystemError.last("open a terminal") }
        path = "/dev/pts/\(number)"
        let far = Descriptor(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC))
        let keyboard = try hasKeyboard ? far : Descriptor.null()
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(screen.number, UInt(TIOCSWINSZ), &size)
        let programs = (Windrow.program as NSString).deletingLastPathComponent
        let programPath = programs + ":" + (getenv("PATH").map { String(cString: $0) } ?? "/bin")
        let own =
            [
                "PATH=" + programPath, hasKeyboard ? "TERM=xterm" : "TERM=dumb",
                "XDG_CONFIG_HOME=\(folder)/config",
            ] + environment
        // `exec`, so that an interrupted command's exit code is its own.
        let isSimple = command.hasPrefix("windrow ")
        child = try ChildProcess.start(
            "sh", ["sh", "-c", (isSimple ? "exec " : "") + command],
            environment: ChildProcess.currentEnvironment().filter { variable in
                // Of two values of a variable the first would count.
                !own.contains { $0.prefix { $0 != "=" } == variable.prefix { $0 != "=" } }
            } + own,
            directory: folder,
            descriptors: .init(input: keyboard.number, output: far.number, error: far.number))
    }

    /// Its settings: whether it echoes, and waits for whole lines.
    var settings: (input: UInt32, local: UInt32) {
        let far = Descriptor(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC))
        var state = termios()
        tcgetattr(far.number, &state)
        return (state.c_iflag, state.c_lflag)
    }

    /// Echoes and waits for whole lines again, as a shell has it.
    func restore() {
        let far = Descriptor(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC))
        var state = termios()
        tcgetattr(far.number, &state)
        state.c_lflag |= UInt32(ICANON | ECHO | ISIG)
        tcsetattr(far.number, TCSANOW, &state)
    }

    /// Presses keys.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(write(screen.number, bytes, bytes.count) == bytes.count)
    }

    /// What it shows until there is a text.
    func read(until text: String) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: bytes, as: UTF8.self).contains(text) {
            let count = Glibc.read(screen.number, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the end of all that the command started.
    func finish() -> (lines: [String], exit: ChildProcess.Exit) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(screen.number, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            // Linux says EIO when the last writer has gone.
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        var lines = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
            .components(separatedBy: "\n")
        while lines.last == "" { lines.removeLast() }
        return (lines, child.wait())
    }
}
