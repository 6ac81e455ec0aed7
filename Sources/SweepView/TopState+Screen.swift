import SweepWire

extension TopState {
    /// What is on the screen: at most `height` lines of at most `width` columns.
    ///
    /// Remembers how many lines of text fit, for paging.
    package mutating func screen(width: Int, height: Int) -> [ScreenLine] {
        pageHeight = max(1, height - 3)
        var lines: [ScreenLine]
        let footer: [ScreenLine]
        switch mode {
        case .help:
            lines = Self.help
            footer = [ScreenLine("any key goes back", .dim)]
        case .reading(let title, let text, let offset):
            lines = [ScreenLine(title, .strong), ScreenLine()]
            lines += text.dropFirst(offset).prefix(pageHeight)
            let place =
                text.count > pageHeight
                ? "  lines \(offset + 1)–\(min(text.count, offset + pageHeight)) of \(text.count)"
                : ""
            footer = [ScreenLine("↑ ↓ scroll   esc back" + place, .dim)]
        case .browsing, .filtering, .confirming:
            lines = head
            let room = max(0, height - lines.count - 2)
            lines += body(width: width, room: room)
            footer = [status, keys]
        }
        lines = Array(lines.prefix(max(0, height - footer.count)))
        lines += Array(
            repeating: ScreenLine(), count: max(0, height - footer.count - lines.count))
        return (lines + footer).suffix(height).map { $0.cut(to: width) }
    }

    private var head: [ScreenLine] {
        guard let snapshot else {
            return [ScreenLine("windrow top", .strong), ScreenLine()]
        }
        let info = snapshot.info
        let busy = snapshot.workers.reduce(0) { $0 + $1.running }
        return [
            ScreenLine([
                Span("windrow \(info.version)", .strong),
                Span(" on \(info.host), up \(words(forSeconds: info.uptime))   "),
                Span(
                    "\(snapshot.workers.count) "
                        + (snapshot.workers.count == 1 ? "worker" : "workers")
                        + ", \(busy) of \(info.slots) slots busy",
                    snapshot.workers.isEmpty ? .warning : .plain),
            ]),
            ScreenLine(),
        ]
    }

    /// The tables; what does not fit is scrolled so that the chosen line is seen.
    private func body(width: Int, room: Int) -> [ScreenLine] {
        let (sweeps, workers, trials) = (sweeps, workers, trials)
        // Heads, and a blank line between two tables.
        let rest = room - (trials.isEmpty ? 3 : 5)
        let needs = [max(1, sweeps.count), max(1, workers.count), trials.count]
        let rooms = Self.shares(of: max(0, rest), among: needs)
        var lines = TopTable.sweeps(
            sweeps, rates: rates, chosen: pane == .sweeps ? chosenSweep : nil, width: width,
            room: rooms[0], position: sweepPosition ?? 0)
        lines.append(ScreenLine())
        lines += TopTable.workers(
            workers, chosen: pane == .workers ? chosenWorker : nil, width: width,
            room: rooms[1], position: workerPosition ?? 0)
        guard !trials.isEmpty else { return lines }
        lines.append(ScreenLine())
        return lines
            + TopTable.trials(
                trials, chosen: pane == .trials ? chosenTrial : nil, width: width, room: rooms[2],
                position: trialPosition ?? 0)
    }

    /// Divides lines among tables: each gets what it needs, or as much as the others that need
    /// more than there is.
    static func shares(of lines: Int, among needs: [Int]) -> [Int] {
        var shares = needs.map { _ in 0 }
        var left = lines
        while left > 0 {
            let open = needs.indices.filter { shares[$0] < needs[$0] }
            guard !open.isEmpty else { break }
            let even = max(1, left / open.count)
            for place in open where left > 0 {
                let more = min(needs[place] - shares[place], even, left)
                shares[place] += more
                left -= more
            }
        }
        return shares
    }

    private var status: ScreenLine {
        if case .confirming(let question, _) = mode {
            return ScreenLine([Span(question, .warning), Span(" y/n", .strong)])
        }
        if case .filtering = mode {
            return ScreenLine([Span("filter: ", .note), Span(filter + "▏")])
        }
        if let problem { return ScreenLine(problem, .bad) }
        if let notice { return ScreenLine(notice.text, notice.isGood ? .good : .bad) }
        if case .sweeps = pane, let position = sweepPosition,
            let reason = sweeps[position].reason ?? sweeps[position].waiting
        {
            return ScreenLine("\(sweeps[position].name): \(Self.firstLine(reason))", .warning)
        }
        if case .workers = pane, let position = workerPosition,
            let reason = workers[position].reason
        {
            return ScreenLine(
                "worker \(workers[position].number): \(Self.firstLine(reason))", .warning)
        }
        if case .trials = pane, let position = trialPosition {
            let line = trials[position]
            return ScreenLine([
                Span(line.id + " ", .strong), Span(line.trial.label, .note),
                Span(line.trial.attempt > 1 ? "  attempt \(line.trial.attempt)" : "", .warning),
            ])
        }
        let names = Self.orders(of: pane)
        let order = names[self.order[pane] ?? 0] + (isReversed[pane] == true ? ", reversed" : "")
        return ScreenLine(
            "order: \(order)" + (filter.isEmpty ? "" : "   filter: \(filter)"), .dim)
    }

    private var keys: ScreenLine {
        let own =
            switch pane {
            case .sweeps:
                [("p", "pause"), ("r", "retry"), ("c", "cancel"), ("l", "log"), ("f", "failures")]
            case .workers: [("d", "drain"), ("x", "send away")]
            case .trials: [("l", "log")]
            }
        let all =
            own + [("s", "sort"), ("/", "filter"), ("tab", "other"), ("?", "help"), ("q", "quit")]
        return ScreenLine(
            all.flatMap { [Span($0.0, .strong), Span(" \($0.1)  ", .dim)] })
    }

    private static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }

    /// Failed attempts and their reasons, the newest first.
    static func failures(of sweep: SweepSummary) -> [ScreenLine] {
        guard !sweep.failures.isEmpty else {
            return [
                ScreenLine(
                    sweep.failed > 0 || sweep.retried > 0
                        ? "none since the coordinator began; older ones: \(sweep.store)/failures.csv"
                        : "none", .dim)
            ]
        }
        return sweep.failures.flatMap { attempt -> [ScreenLine] in
            let name = attempt.id.map { "\($0)" } ?? "trial \(attempt.index)"
            let head = ScreenLine([
                Span(name, .strong), Span(" attempt \(attempt.attempt) on \(attempt.host) "),
                Span(attempt.isFinal ? "given up " : "", .bad), Span(attempt.label, .note),
            ])
            let reason = attempt.failure.reason.split(whereSeparator: \.isNewline)
            return [head] + reason.map { ScreenLine("    " + $0) } + [ScreenLine()]
        }
    }

    private static let help: [ScreenLine] =
        [ScreenLine("Keys", .strong), ScreenLine()]
        + [
            ("↑ ↓ j k", "choose; page up and down, home and end, too"),
            ("tab", "from sweeps to workers, to running trials, and back"),
            ("p", "pause a sweep, or let a paused, stopped or failed one go on"),
            ("r", "try a sweep's failed trials again"),
            ("c", "cancel a sweep"),
            ("l enter", "what a sweep's trials, or the chosen trial, have printed"),
            ("f", "a sweep's latest failed attempts, and why they failed"),
            ("d", "drain a worker, or give it trials again"),
            ("x", "send a worker away"),
            ("s S", "order by the next column; the other way round"),
            ("/", "show only what contains a text; esc shows all"),
            ("q", "leave; everything goes on without it"),
        ].map { ScreenLine([Span("  " + Columns.fit($0.0, 10), .strong), Span($0.1)]) }
        + [
            ScreenLine(),
            ScreenLine("Time left: in 95 of 100 cases within the interval, if trials stay as they"),
            ScreenLine("were in the last minute."),
        ]
}
