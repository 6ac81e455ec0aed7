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
            let room = max(0, height - lines.count - 3 - 3)
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

    /// Both tables; what does not fit is scrolled so that the chosen line is seen.
    private func body(width: Int, room: Int) -> [ScreenLine] {
        let (sweeps, workers) = (sweeps, workers)
        // The other table keeps what it needs up to a half.
        let forSweeps = min(max(1, sweeps.count), max(room / 2, room - max(1, workers.count)))
        let forWorkers = max(0, room - forSweeps)
        var lines = TopTable.sweeps(
            sweeps, rates: rates, chosen: pane == .sweeps ? chosenSweep : nil, width: width,
            room: forSweeps, position: sweepPosition ?? 0)
        lines.append(ScreenLine())
        lines += TopTable.workers(
            workers, chosen: pane == .workers ? chosenWorker : nil, width: width,
            room: forWorkers, position: workerPosition ?? 0)
        return lines
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
        let names = pane == .sweeps ? Self.sweepOrders : Self.workerOrders
        let order = names[self.order[pane] ?? 0] + (isReversed[pane] == true ? ", reversed" : "")
        return ScreenLine(
            "order: \(order)" + (filter.isEmpty ? "" : "   filter: \(filter)"), .dim)
    }

    private var keys: ScreenLine {
        let own =
            pane == .sweeps
            ? [("p", "pause"), ("r", "retry"), ("c", "cancel"), ("l", "log")]
            : [("d", "drain"), ("x", "send away")]
        let all =
            own + [("s", "sort"), ("/", "filter"), ("tab", "other"), ("?", "help"), ("q", "quit")]
        return ScreenLine(
            all.flatMap { [Span($0.0, .strong), Span(" \($0.1)  ", .dim)] })
    }

    private static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }

    private static let help: [ScreenLine] =
        [ScreenLine("Keys", .strong), ScreenLine()]
        + [
            ("↑ ↓ j k", "choose; page up and down, home and end, too"),
            ("tab", "from sweeps to workers and back"),
            ("p", "pause a sweep, or let a paused, stopped or failed one go on"),
            ("r", "try a sweep's failed trials again"),
            ("c", "cancel a sweep"),
            ("l enter", "what a sweep's trials have printed, and why they failed"),
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
