import Glibc
import Processes
import SweepView

/// A terminal as a whole: keys come one by one, and every cell can be drawn.
///
/// It is left as it was found, also when the process is stopped and goes on.
final class Terminal {
    private let before: termios
    private let hasColor: Bool
    /// What is on the screen, line by line.
    private var drawn: [String] = []
    private var size: (width: Int, height: Int) = (0, 0)

    /// Takes the terminal over.
    ///
    /// Nil where standard input or output is none, or one that cannot be drawn on.
    init?(color: OutputOptions.Color) {
        guard isatty(0) == 1, isatty(1) == 1, let term = getenv("TERM"),
            !["", "dumb"].contains(String(cString: term))
        else { return nil }
        var state = termios()
        guard tcgetattr(0, &state) == 0 else { return nil }
        before = state
        let noColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColor = color == .always || (color == .auto && !noColor)
        enter()
    }

    private func enter() {
        // First, as a process in the background is stopped by it, before it draws anything.
        setRaw()
        // Another screen.
        write("\u{1b}[?1049h")
        resume()
    }

    private func setRaw() {
        var raw = before
        cfmakeraw(&raw)
        // In the background the kernel stops the process here, until it has the terminal again; it
        // would not if the signal for that were blocked.
        Self.open(to: SIGTTOU) {
            while tcsetattr(0, TCSAFLUSH, &raw) != 0, errno == EINTR {}
        }
    }

    /// Takes the terminal over again when the process goes on after somebody else has stopped it: by
    /// then a shell has set it up for itself, and has drawn on it.
    func resume() {
        setRaw()
        // No cursor, lines that do not wrap.
        write("\u{1b}[?25l\u{1b}[?7l\u{1b}[2J")
        drawn = []
    }

    /// Gives the terminal back.
    func leave() {
        write("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
        var state = before
        tcsetattr(0, TCSAFLUSH, &state)
    }

    /// Ctrl-Z: the shell gets the terminal until the process goes on.
    ///
    /// All of the process group stops, as the shell waits for all of it: a script around the program,
    /// too. Without a shell that could have it go on, the kernel stops nothing, and this returns at
    /// once.
    func suspend() {
        leave()
        signal(SIGTSTP, SIG_IGN)
        kill(0, SIGTSTP)
        signal(SIGTSTP, SIG_DFL)
        // To this thread, which does not return before the process goes on.
        Self.open(to: SIGTSTP) { _ = raise(SIGTSTP) }
        Interruptions.take(SIGTSTP)
        enter()
    }

    /// Lets a signal reach this thread: those of Swift's pool block signals, so that it would wait.
    private static func open(to number: Int32, _ body: () -> Void) {
        var mask = sigset_t()
        var before = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, number)
        pthread_sigmask(SIG_UNBLOCK, &mask, &before)
        body()
        pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    /// Columns and rows; 80 × 24 where the terminal does not say.
    static var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws lines from the top; only those that have changed are sent.
    func draw(_ lines: [ScreenLine]) {
        let now = Self.size
        if now != size {
            size = now
            drawn = []
            write("\u{1b}[2J")
        }
        let texts = lines.map(text)
        var output = ""
        for (row, text) in texts.enumerated() where row >= drawn.count || drawn[row] != text {
            output += "\u{1b}[\(row + 1);1H\(text)\u{1b}[0m\u{1b}[K"
        }
        drawn = texts
        if !output.isEmpty { write(output) }
    }

    private func text(_ line: ScreenLine) -> String {
        var text = line.isSelected ? "\u{1b}[7m" : ""
        for span in line.spans {
            let code = code(span.style)
            text += code.isEmpty ? "" : "\u{1b}[\(code)m"
            text += Console.harmless(span.text)
            // Back to what the line has.
            text += code.isEmpty ? "" : line.isSelected ? "\u{1b}[0;7m" : "\u{1b}[0m"
        }
        if line.isSelected {
            text += String(repeating: " ", count: max(0, size.width - Columns.count(line.text)))
        }
        return text
    }

    private func code(_ style: Span.Style) -> String {
        switch style {
        case .plain: ""
        case .strong: "1"
        case .dim: "2"
        case .good: hasColor ? "32" : ""
        case .note: hasColor ? "36" : ""
        case .warning: hasColor ? "33" : "1"
        case .bad: hasColor ? "1;31" : "1"
        }
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(1, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count > 0 else { return }
                done += count
            }
        }
    }

    /// What happens at a keyboard.
    enum Event: Sendable {
        case key(Key)
        case suspend
        /// The process has been stopped, and goes on.
        case resumed
        case resized
        /// Nobody is there any more.
        case hangUp
    }

    /// Reads keys on a thread of its own until the process ends.
    static func events(_ body: @escaping @Sendable (Event) -> Void) throws(SystemError) {
        try startThread {
            var decoder = KeyDecoder()
            var known = size
            var bytes = [UInt8](repeating: 0, count: 256)
            while true {
                var item = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
                let count = poll(&item, 1, 200)
                if size != known {
                    known = size
                    body(.resized)
                }
                guard count > 0 else { continue }
                let length = read(0, &bytes, bytes.count)
                if length < 0, errno == EINTR || errno == EAGAIN { continue }
                guard length > 0 else { return body(.hangUp) }
                // Ctrl-Z is a byte like others here.
                if bytes[..<length].contains(0x1a) { body(.suspend) }
                for key in decoder.take(bytes[..<length]) { body(.key(key)) }
            }
        }
    }
}
