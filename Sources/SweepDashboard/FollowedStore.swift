import SweepCore
import SweepStore
import Synchronization

/// The store of a sweep, followed while somebody looks at it.
///
/// What reads files is called on one thread at a time; what was read is asked for from any.
final class FollowedStore: @unchecked Sendable {
    /// What was read so far.
    struct Contents: Sendable {
        var rows = SweepRows()
        /// Why there are no rows, or no newer ones.
        var problem: String?
    }

    let folder: String
    private let published = Mutex(Contents())
    /// Rows as they are read; touched by `refresh` only.
    private var rows = SweepRows()
    private var results: ResultsFollower
    private let trace = Mutex<TraceFollower?>(nil)

    init(folder: String) {
        self.folder = folder
        results = ResultsFollower(folder)
    }

    /// What was read so far.
    var contents: Contents { published.withLock { $0 } }

    /// Reads what is new.
    func refresh() {
        var problem: String?
        let before = (rows.generation, rows.count)
        do {
            try results.poll(
                began: { columns in
                    let sweep = try? StoreAccount(folder).sweep
                    rows.begin(
                        columns, axes: sweep.map(Self.axes(of:)), goal: sweep?.metric)
                },
                { row in rows.add(row) })
        } catch {
            problem = error.description
        }
        published.withLock { contents in
            contents.problem = problem
            if (rows.generation, rows.count) != before { contents.rows = rows }
        }
    }

    /// The columns on a sweep's axes, outermost first.
    private static func axes(of sweep: Sweep) -> [(header: String, name: String)] {
        let headers = Dictionary(
            sweep.columns.map { ($0.name, $0.header) }, uniquingKeysWith: { first, _ in first })
        return sweep.columnsOnAxes.compactMap { name in headers[name].map { ($0, name) } }
    }

    /// Points of a curve at most.
    private static let mostPoints = 1000

    /// Two columns of a finished trial's trace; nil when it has none.
    func curve(of trial: TrialID, x: String, y: String) throws(StoreError) -> [[Double]]? {
        let rows = try trace.withLock { trace throws(StoreError) in
            let follower = trace ?? TraceFollower(folder)
            trace = follower
            try follower.poll()
            return try follower.rows(of: trial, columns: [x, y])
        }
        return rows.map { thinned($0, to: Self.mostPoints) }
    }

    /// Lines of a log that are shown.
    private static let mostLines = 2000

    /// The last lines that a trial has printed.
    func log(of trial: String) throws -> String {
        var lines: [String] = []
        try OutputLog.visit(folder) { line in
            guard line.trial == trial else { return }
            lines.append(String(decoding: line.text, as: UTF8.self))
            if lines.count > 2 * Self.mostLines { lines.removeFirst(Self.mostLines) }
        }
        return lines.suffix(Self.mostLines).joined(separator: "\n")
    }

    /// Trials that were given up and are shown.
    private static let mostFailures = 500

    /// The trials that were given up and have not finished since, the last one first, as JSON.
    func failures() throws(StoreError) -> [UInt8] {
        let given = try Store.givenUp(folder)
        let finished = published.withLock { $0.rows.finished(among: Set(given.map(\.id))) }
        var json = JSONWriter()
        json.array { json in
            for trial in given.reversed().lazy.filter({ !finished.contains($0.id) })
                .prefix(Self.mostFailures)
            {
                json.object { json in
                    json.text("id", "\(trial.id)")
                    json.integer("index", trial.index)
                    json.integer("attempt", trial.attempt)
                    json.text("host", trial.host)
                    json.text("started_at", trial.startedAt)
                    json.text("reason", trial.reason)
                }
            }
        }
        return json.bytes
    }
}
