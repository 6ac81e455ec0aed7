import Glibc

/// Messages for a person, on standard error.
///
/// Answers go to standard output.
struct Console: Sendable {
    /// Whether a line may be drawn over.
    let isAnimated: Bool
    let isQuiet: Bool
    private let hasColor: Bool

    init(color: OutputOptions.Color, isPlain: Bool, isQuiet: Bool) {
        let isTerminal = isatty(2) == 1 && Self.variable("TERM") != "dumb"
        isAnimated = isTerminal && !isPlain && !isQuiet
        self.isQuiet = isQuiet
        hasColor =
            switch color {
            case .always: true
            case .never: false
            case .auto: isTerminal && !isPlain && Self.variable("NO_COLOR") == nil
            }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Columns of the terminal; 80 when it does not say.
    private static var width: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    enum Tone: Sendable {
        case good, note, warning, bad
    }

    /// A line that opens with a verb in a column of its own: `    Finished 36 trials`.
    func say(_ verb: String, _ text: String, _ tone: Tone = .good) {
        guard !isQuiet || tone == .bad else { return }
        write(line(verb, Self.harmless(text), tone) + "\n")
    }

    /// An error: what is wrong, where, what was expected, what to do.
    func complain(_ message: String) {
        write(paint("error:", .bad) + " " + Self.harmless(message) + "\n")
    }

    /// A line that another windrow process has said.
    func relay(_ line: String) { write(Self.harmless(line) + "\n") }

    /// Whether there is room for a bar beside the numbers.
    var hasRoomForBar: Bool { isAnimated && Self.width >= 80 }

    /// Draws over the current line; only on a terminal.
    func draw(_ verb: String, _ text: String) {
        guard isAnimated else { return }
        // A line that wraps could not be drawn over.
        let room = max(0, Self.width - 14)
        write("\r" + line(verb, String(text.prefix(room)), .note) + "\u{1b}[K")
    }

    /// Takes a drawn line away.
    func erase() {
        guard isAnimated else { return }
        write("\r\u{1b}[K")
    }

    /// The text with control characters made visible: what a program printed must not steer the
    /// terminal.
    static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            result.append(isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private func line(_ verb: String, _ text: String, _ tone: Tone) -> String {
        let indent = String(repeating: " ", count: max(0, 12 - verb.count))
        return indent + paint(verb, tone) + " " + text
    }

    private func paint(_ text: String, _ tone: Tone) -> String {
        guard hasColor else { return text }
        let code =
            switch tone {
            case .good: "1;32"
            case .note: "1;36"
            case .warning: "1;33"
            case .bad: "1;31"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    private func write(_ text: String) {
        // One call for one line: lines of several processes do not mix.
        var text = text
        text.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
