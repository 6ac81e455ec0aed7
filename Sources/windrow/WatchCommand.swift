import ArgumentParser
import Glibc
import SweepView
import SweepWire
import ZeroMQ

/// `windrow watch`: a sweep's course in plain lines.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a sweep, or all of them, in plain lines.",
        discussion: """
            Prints a line when a sweep's state changes or trials fail, and every so many seconds \
            when it has got on. Ends with the sweep, and with the exit codes of windrow wait; \
            ending it does nothing to the sweep.
            """)

    @Argument(
        help: "A sweep's name (default: all of them).", completion: Completions.stores)
    var name: String?

    @Option(help: "Seconds between two lines of a sweep that gets on.")
    var every = 10.0

    @OptionGroup var notification: NotifyOption
    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard every.isFinite, every >= 0.2, every <= 86_400 else {
            throw ValidationError("--every \(every): expected 0.2 … 86400 seconds")
        }
    }

    /// A sweep as it was told last.
    private struct Told {
        var sweep: SweepSummary
        var time: Double
    }

    /// A line for another program.
    private struct Report: Encodable {
        var time: String
        var sweep: SweepReport
        var rate: Double?
        var secondsLeft: Double?
        var secondsLeftLow: Double?
        var secondsLeftHigh: Double?
    }

    func run() throws {
        let console = output.console
        var told: [String: Told] = [:]
        var rates: [String: RateEstimate] = [:]
        let sweeps = try SweepFollower(name: name, connection: connection, console: console)
            .follow { sweeps in
                let now = EventLoop.now()
                for sweep in sweeps {
                    var rate = rates[sweep.name] ?? RateEstimate()
                    if sweep.state == .running {
                        rate.add(done: sweep.finished + sweep.failed, now: now)
                    } else {
                        rate = RateEstimate()
                    }
                    rates[sweep.name] = rate
                    if let last = told[sweep.name] {
                        let isNews =
                            sweep.state != last.sweep.state || sweep.failed != last.sweep.failed
                            || sweep.waiting != last.sweep.waiting
                        guard isNews || (sweep != last.sweep && now - last.time >= every) else {
                            continue
                        }
                    }
                    told[sweep.name] = Told(sweep: sweep, time: now)
                    try tell(sweep, rate)
                }
            }
        let status = SweepFollower.status(of: sweeps)
        notification.notify(of: sweeps, status, console)
        throw status.code
    }

    private func tell(_ sweep: SweepSummary, _ rate: RateEstimate) throws {
        let left = sweep.state == .running ? rate.secondsLeft(sweep.remaining) : nil
        if output.json {
            try answer(
                JSONText.line(
                    Report(
                        time: Self.timestamp, sweep: SweepReport(sweep), rate: rate.rate,
                        secondsLeft: left?.best, secondsLeftLow: left?.low,
                        secondsLeftHigh: left?.high)))
            return
        }
        var words = [
            Self.timestamp, sweep.name, sweep.state.rawValue, "\(sweep.finished)/\(sweep.trials)",
        ]
        if sweep.failed > 0 { words.append("failed \(sweep.failed)") }
        if sweep.retried > 0 { words.append("retried \(sweep.retried)") }
        if let rate = rate.rate, sweep.state == .running { words.append(rateText(rate)) }
        if left != nil { words.append("left " + rate.interval(sweep.remaining)) }
        if let reason = sweep.reason ?? sweep.waiting {
            words.append(
                "(" + (reason.split(whereSeparator: \.isNewline).first.map(String.init) ?? reason)
                    + ")")
        }
        try answer(Console.harmless(words.joined(separator: " ")))
    }

    /// The time of day in UTC.
    private static var timestamp: String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
