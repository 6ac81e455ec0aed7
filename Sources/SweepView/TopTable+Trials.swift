import SweepWire

extension TopTable {
    /// Running trials with their latest metric and round.
    static func trials(
        _ trials: [RunningLine], chosen: RunningLine.Name?, width: Int, room: Int, position: Int
    ) -> [ScreenLine] {
        func widest(_ texts: [String], atMost limit: Int) -> Int {
            min(limit, texts.map(Columns.count).max() ?? 0)
        }
        var columns = [
            Column(head: "SWEEP", width: max(5, widest(trials.map(\.trial.sweep), atMost: 16))),
            Column(head: "TRIAL", width: 0),
            Column(
                head: "HOST", width: max(4, widest(trials.map(\.host), atMost: 20)), from: 90),
            Column(head: "RUNS", width: 7, isNumber: true),
            Column(
                head: "ROUND", width: max(5, widest(trials.map(\.rounds), atMost: 17)),
                isNumber: true),
            Column(head: "", width: 8, from: 76),
            Column(head: "VALUE", width: 11, isNumber: true),
        ]
        let others = columns.reduce(0) { $0 + (width >= $1.from ? $1.width + 1 : 0) }
        columns[1].width = max(8, width - others)
        let rows = trials.map { line -> ScreenLine in
            let progress = line.trial.progress
            let hasRounds = progress.trial?.rounds != nil
            return row(
                columns, width,
                [
                    (line.trial.sweep, .plain),
                    (line.trial.label.isEmpty ? line.id : line.trial.label, .note),
                    (line.host, .plain), (words(forSeconds: progress.seconds), .plain),
                    (line.rounds, .plain),
                    (
                        hasRounds
                            ? bar(
                                Int(line.share * 1000), of: 1000, width: columns[5].width) : "",
                        .note
                    ), (progress.trial?.value.map(shortNumber) ?? "", .strong),
                ], isSelected: line.name == chosen)
        }
        return [head(columns, width)] + window(rows, room: room, position: position)
    }
}
