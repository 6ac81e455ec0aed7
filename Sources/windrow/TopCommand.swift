import ArgumentParser
import Glibc
import Processes
import SweepStore
import SweepView
import SweepWire
import ZeroMQ

/// `windrow top`: sweeps and workers, live.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch sweeps and workers on the whole terminal, live.",
        discussion: """
            Looks once a second. ? shows the keys: pause, retry and cancel sweeps, drain workers \
            and send them away, sort, filter, read logs. Leaving it changes nothing. \
            Exit codes: 0 left, 64 no terminal, 69 no coordinator when it began.
            """)

    @OptionGroup var connection: ConnectOptions

    @Option(help: "Colour: auto, always or never.")
    var color = OutputOptions.Color.auto

    /// What the loop waits for.
    private enum Event: Sendable {
        case terminal(Terminal.Event)
        case snapshot(ClusterSnapshot, now: Double)
        case problem(String)
        case done(String, isGood: Bool)
        case text(title: String, [ScreenLine])
        case signal
    }

    /// Lines of a log that are shown, counted from its end.
    private static let longestLog = 5000

    func run() async throws {
        let console = Console(color: color, isPlain: true, isQuiet: false)
        // Who has no coordinator is told so before the screen is taken.
        let first: ClusterSnapshot
        do throws(OperatorError) {
            first = try CoordinatorEye(connection).look(patience: 15)
        } catch {
            console.complain(error.message)
            throw error.status.code
        }
        let interruptions = try Interruptions.stream(and: [SIGTSTP, SIGCONT])
        guard let terminal = Terminal(color: color) else {
            console.complain(
                "windrow top draws on a terminal, and standard input and output are none; "
                    + "'windrow watch' prints lines, 'windrow status' a table")
            throw ExitStatus.usage.code
        }
        defer { terminal.leave() }
        let (events, sink) = AsyncStream<Event>.makeStream()
        let (effects, orders) = AsyncStream<TopEffect>.makeStream()
        try Terminal.events { sink.yield(.terminal($0)) }
        Task {
            for await number in interruptions {
                switch number {
                case SIGTSTP: sink.yield(.terminal(.suspend))
                case SIGCONT: sink.yield(.terminal(.resumed))
                default: sink.yield(.signal)
                }
            }
        }
        let connection = connection
        Task.detached { await Self.poll(connection) { sink.yield($0) } }
        Task.detached {
            for await effect in effects { sink.yield(Self.carryOut(effect, connection)) }
        }
        var state = TopState()
        state.take(first, now: EventLoop.now())
        draw(&state, on: terminal)
        for await event in events {
            switch event {
            case .terminal(.key(let key)):
                for effect in state.press(key) {
                    if case .quit = effect { return }
                    orders.yield(effect)
                }
            case .terminal(.suspend): terminal.suspend()
            case .terminal(.resumed): terminal.resume()
            case .terminal(.resized): break
            case .terminal(.hangUp), .signal: return
            case .snapshot(let snapshot, let now): state.take(snapshot, now: now)
            case .problem(let text): state.problem = text
            case .done(let text, let isGood): state.notice = (text, isGood)
            case .text(let title, let lines): state.show(title: title, lines)
            }
            draw(&state, on: terminal)
        }
    }

    private func draw(_ state: inout TopState, on terminal: Terminal) {
        let size = Terminal.size
        terminal.draw(state.screen(width: size.width, height: size.height))
    }

    /// Asks once a second.
    private static func poll(
        _ connection: ConnectOptions, _ report: @Sendable (Event) -> Void
    ) async {
        let eye = CoordinatorEye(connection)
        while true {
            try? await Task.sleep(for: .seconds(1))
            do throws(OperatorError) {
                report(.snapshot(try eye.look(patience: 3), now: EventLoop.now()))
            } catch {
                report(.problem(error.message))
            }
        }
    }

    /// Does what a key asks for.
    private static func carryOut(_ effect: TopEffect, _ connection: ConnectOptions) -> Event {
        do throws(OperatorError) {
            switch effect {
            case .quit: return .signal
            case .act(let action, let name):
                let reply = try OperatorClient(
                    connection.connect, keys: connection.keys.folder, patience: 15
                ).ask(.act(action, name: name))
                guard case .sweeps(let sweeps) = reply, let sweep = sweeps.first else { break }
                return .done("\(name) is \(sweep.state.rawValue)", isGood: true)
            case .command(let action, let worker):
                let reply = try OperatorClient(
                    connection.connect, keys: connection.keys.folder, patience: 15
                ).ask(
                    .command(action, selection: "\(worker)"))
                guard case .workers(let workers) = reply, let one = workers.first else { break }
                return .done("worker \(worker) is \(one.state.rawValue)", isGood: true)
            case .read(let sweep, let store, let trial):
                return .text(
                    title: trial.map { "What trial \($0) of \(sweep) has printed" }
                        ?? "What the trials of \(sweep) have printed", log(store, trial))
            }
        } catch {
            return .done(error.message, isGood: false)
        }
        return .done("the coordinator's answer is none to the question", isGood: false)
    }

    private static func log(_ store: String, _ trial: String?) -> [ScreenLine] {
        var lines: [ScreenLine] = []
        do {
            try OutputLog.visit(store) { line in
                guard trial == nil || line.trial == trial else { return }
                lines.append(
                    ScreenLine([
                        Span(line.trial + " ", .dim),
                        Span(String(decoding: line.text, as: UTF8.self)),
                    ]))
                if lines.count > 2 * longestLog { lines.removeFirst(longestLog) }
            }
        } catch {
            return [ScreenLine("\(error)", .bad)]
        }
        return lines.isEmpty
            ? [ScreenLine("nothing yet, or not on this machine: it is in \(store)", .dim)]
            : lines.suffix(longestLog)
    }
}
