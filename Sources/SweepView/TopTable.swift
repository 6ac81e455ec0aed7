import SweepWire

/// The tables of `windrow top`.
enum TopTable {
    /// A column: its head, its width, and whether it is there where the screen is narrow.
    struct Column {
        var head: String
        var width: Int
        var isNumber = false
        /// Columns of screen from which on it is shown.
        var from = 0
    }

    static func sweeps(
        _ sweeps: [SweepSummary], rates: [String: RateEstimate], chosen: String?, width: Int,
        room: Int, position: Int
    ) -> [ScreenLine] {
        let longest = sweeps.map { Columns.count($0.name) }.max() ?? 5
        let name = max(8, min(longest, width >= 120 ? 40 : 16))
        let columns = [
            Column(head: "SWEEP", width: name), Column(head: "STATE", width: 9),
            Column(head: "", width: width >= 120 ? 24 : 8, from: 76),
            Column(head: "DONE", width: 8, isNumber: true),
            Column(head: "OF", width: 8, isNumber: true),
            Column(head: "LEASED", width: 6, isNumber: true, from: 90),
            Column(head: "FAILED", width: 6, isNumber: true),
            Column(head: "RETRIED", width: 7, isNumber: true, from: 120),
            Column(head: "RATE", width: 8, isNumber: true, from: 100),
            Column(head: "TIME LEFT", width: 17, isNumber: true, from: 64),
        ]
        guard !sweeps.isEmpty else {
            return [head(columns, width), ScreenLine("no sweep: windrow submit FILE", .dim)]
        }
        let rows = sweeps.map { sweep -> ScreenLine in
            let rate = rates[sweep.name]
            let style: Span.Style =
                switch sweep.state {
                case .running, .opening: .plain
                case .finished: sweep.failed > 0 ? .warning : .good
                case .paused, .cancelled: .dim
                case .stopped, .failed: .bad
                }
            return row(
                columns, width,
                [
                    (sweep.name, .plain), (sweep.state.rawValue, style),
                    (
                        bar(
                            sweep.finished + sweep.failed, of: sweep.trials,
                            width: columns[2].width),
                        .note
                    ),
                    ("\(sweep.finished)", .plain), ("\(sweep.trials)", .plain),
                    (sweep.leased == 0 ? "" : "\(sweep.leased)", .plain),
                    (sweep.failed == 0 ? "" : "\(sweep.failed)", .bad),
                    (sweep.retried == 0 ? "" : "\(sweep.retried)", .warning),
                    (rate?.rate.map(rateText) ?? "", .plain),
                    (sweep.state == .running ? rate?.interval(sweep.remaining) ?? "?" : "", .plain),
                ], isSelected: sweep.name == chosen)
        }
        return [head(columns, width)] + window(rows, room: room, position: position)
    }

    static func workers(
        _ workers: [WorkerSummary], chosen: Int?, width: Int, room: Int, position: Int
    ) -> [ScreenLine] {
        let longest = workers.map { Columns.count($0.host) }.max() ?? 4
        let columns = [
            Column(head: "WORKER", width: 6, isNumber: true),
            Column(head: "HOST", width: max(8, min(longest, width >= 120 ? 40 : 20))),
            Column(head: "PID", width: 8, isNumber: true, from: 90),
            Column(head: "BUSY", width: 5, isNumber: true),
            Column(head: "SLOTS", width: 5, isNumber: true),
            Column(head: "", width: width >= 120 ? 24 : 8, from: 76),
            Column(head: "STATE", width: 11),
            Column(head: "HEARD", width: 9, isNumber: true, from: 64),
            Column(head: "TAGS", width: 24, from: 100),
        ]
        guard !workers.isEmpty else {
            return [head(columns, width), ScreenLine("no worker: windrow worker start", .warning)]
        }
        let rows = workers.map { worker in
            row(
                columns, width,
                [
                    ("\(worker.number)", .plain), (worker.host, .plain),
                    ("\(worker.pid)", .dim), ("\(worker.running)", .plain),
                    ("\(worker.slots)", .plain),
                    (bar(worker.running, of: worker.slots, width: columns[5].width), .note),
                    (
                        worker.state.rawValue,
                        worker.state == .ready
                            ? .plain : worker.state == .quarantined ? .bad : .warning
                    ),
                    (
                        words(forSeconds: worker.silence) + " ago",
                        worker.silence > 5 ? .warning : .dim
                    ),
                    ((worker.tags + worker.gpus.map { "gpu:" + $0 }).joined(separator: " "), .dim),
                ], isSelected: worker.number == chosen)
        }
        return [head(columns, width)] + window(rows, room: room, position: position)
    }

    /// As many lines as fit, the chosen one among them.
    static func window(
        _ rows: [ScreenLine], room: Int, position: Int
    ) -> [ScreenLine] {
        guard rows.count > room else { return rows }
        let first = max(0, min(position - room / 2, rows.count - room))
        return Array(rows[first..<min(rows.count, first + room)])
    }

    static func head(_ columns: [Column], _ width: Int) -> ScreenLine {
        row(columns, width, columns.map { ($0.head, .dim) }, isSelected: false)
    }

    static func row(
        _ columns: [Column], _ width: Int, _ cells: [(String, Span.Style)], isSelected: Bool
    ) -> ScreenLine {
        var line = ScreenLine([], isSelected: isSelected)
        for (column, cell) in zip(columns, cells) where width >= column.from {
            line.spans.append(
                Span(Columns.fit(cell.0, column.width, toTheRight: column.isNumber), cell.1))
            line.spans.append(Span(" "))
        }
        return line
    }

    /// A bar in steps of an eighth of a column.
    static func bar(_ done: Int, of count: Int, width: Int) -> String {
        let share = count > 0 ? Double(max(0, min(done, count))) / Double(count) : 0
        let eighths = Int(share * Double(8 * width))
        let steps: [Character] = ["·", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        var text = String(repeating: "█", count: eighths / 8)
        if eighths / 8 < width {
            text.append(steps[eighths % 8])
            text += String(repeating: "·", count: width - eighths / 8 - 1)
        }
        return text
    }
}
