import Testing

@testable import SweepCore
@testable import SweepStore

/// Replays what a store has written, cut at every byte, as a crash may leave it.
@Suite struct CrashReplayTests {
    /// The lengths of the three files at one moment, and the trials acknowledged by then.
    struct Moment {
        var results: Int
        var trace: Int
        var failures: Int
        var acknowledged: Set<Int>
        var failed: Set<Int>
    }

    /// A store's life: its files in the end, and the moments at which rows were acknowledged.
    struct Recording {
        let fixture: Fixture
        let folder: TemporaryFolder
        var manifest: [UInt8] = []
        var results: [UInt8] = []
        var trace: [UInt8] = []
        var failures: [UInt8] = []
        var moments: [Moment] = []

        /// Awkward text makes rows of several lines.
        static let label = "two\nlines, \"quoted\"\nt-0123456789abcdef,"

        init() throws {
            fixture = try Fixture(
                count: 12, fixed: [Assignment(column: "label", value: .text(Self.label))])
            folder = try TemporaryFolder(inMemory: true)
            let store = try fixture.open(folder("recorded"))
            // Batches of several rows, with traces of no, one and several rows.
            let batches = [[(0, 1)], [(1, 0), (2, 3), (3, 1)], [(5, 2)], [(7, 0), (6, 1)]]
            var acknowledged: Set<Int> = []
            var failed: Set<Int> = []
            for (number, batch) in batches.enumerated() {
                for (index, rounds) in batch {
                    try store.append(fixture.result(index, rounds: rounds))
                    acknowledged.insert(index)
                }
                if number > 0 {
                    try store.append(fixture.failure(8 + number, reason: "a\nb,\"c\"\n"))
                    failed.insert(8 + number)
                }
                try store.sync()
                try note(acknowledged, failed)
            }
            try store.close()
            manifest = try bytes(folder("recorded/manifest.json"))
        }

        private mutating func note(_ acknowledged: Set<Int>, _ failed: Set<Int>) throws {
            results = try bytes(folder("recorded/results.csv"))
            trace = try bytes(folder("recorded/trace.csv"))
            failures = try bytes(folder("recorded/failures.csv"))
            moments.append(
                Moment(
                    results: results.count, trace: trace.count, failures: failures.count,
                    acknowledged: acknowledged, failed: failed))
        }

        /// Puts a store in place whose files were cut.
        func stage(_ name: String, results r: Int, trace t: Int, failures f: Int) throws -> String {
            let path = folder(name)
            try FileSystem.createDirectory(path)
            try write(manifest, path + "/manifest.json")
            try write(Array(results[..<r]), path + "/results.csv")
            try write(Array(trace[..<t]), path + "/trace.csv")
            try write(Array(failures[..<f]), path + "/failures.csv")
            return path
        }

        /// The trials whose results rows are whole, up to their line feed, in a prefix.
        func trials(in prefix: [UInt8]) -> Set<Int> {
            Set(
                (0..<12).filter { index in
                    let id = Array("\n\(fixture.grid.id(of: fixture.grid.trial(at: index))),".utf8)
                    return prefix.firstRange(of: id).map { found in
                        // The row ends at the next line feed after its checksum.
                        let rest = prefix[found.upperBound...]
                        return Recording.rowLength(rest) != nil
                    } ?? false
                })
        }

        private static func rowLength(_ rest: ArraySlice<UInt8>) -> Int? {
            var isInside = false
            for (offset, byte) in rest.enumerated() {
                if byte == CellText.quote { isInside.toggle() }
                if byte == CellText.lineFeed, !isInside { return offset }
            }
            return nil
        }
    }

    /// Opens a cut store and checks everything that must hold.
    private func check(
        _ recording: Recording, results r: Int, trace t: Int, failures f: Int, after moment: Moment,
        _ name: String
    ) throws {
        let path = try recording.stage(name, results: r, trace: t, failures: f)
        defer { TemporaryFolder.remove(path) }
        let place: Comment = "cut at results \(r), trace \(t), failures \(f)"
        let store = try recording.fixture.open(path)
        let finished = Set(store.finished.ranges.flatMap { Array($0) })
        #expect(finished.isSuperset(of: moment.acknowledged), place)
        // A row that lacks its line feed only is whole, too.
        let cut = Array(recording.results[..<r])
        let whole = recording.trials(in: cut)
        let completed = recording.trials(in: cut + [CellText.lineFeed])
        #expect(finished == whole || (finished == completed && !store.recovery.isEmpty), place)
        #expect(Set(store.failed.ranges.flatMap { Array($0) }).isSuperset(of: moment.failed), place)
        #expect(store.foreignRows == 0, place)

        // What is left is what was written, row for row.
        let left = try bytes(path + "/results.csv")
        #expect(recording.results.starts(with: left), place)
        #expect(recording.trace.starts(with: try bytes(path + "/trace.csv")), place)
        #expect(recording.failures.starts(with: try bytes(path + "/failures.csv")), place)

        // The rest of the sweep runs, and the store is as if nothing had happened.
        for index in 0..<12 where !finished.contains(index) {
            try store.append(recording.fixture.result(index, rounds: index % 3, attempt: 1))
        }
        try store.close()
        let again = try recording.fixture.open(path)
        #expect(again.recovery.isEmpty, place)
        #expect(again.finished.ranges == [0..<12], place)
        let table = try ResultsTable.read(path)
        #expect(table.count == 12, place)
    }

    @Test func `a crash at any byte loses no acknowledged row and leaves no wrong one`() throws {
        let recording = try Recording()
        for (before, after) in zip(recording.moments, recording.moments.dropFirst()) {
            // As `sync` writes: the trace, then the results, then the failures.
            for t in before.trace...after.trace {
                try check(
                    recording, results: before.results, trace: t, failures: before.failures,
                    after: before, "t\(t)")
            }
            for r in before.results...after.results {
                try check(
                    recording, results: r, trace: after.trace, failures: before.failures,
                    after: before, "r\(r)")
            }
            for f in before.failures...after.failures {
                var moment = before
                moment.acknowledged = after.acknowledged
                try check(
                    recording, results: after.results, trace: after.trace, failures: f,
                    after: moment, "f\(f)")
            }
        }
    }

    @Test func `a trace far ahead of the results is cut back to them`() throws {
        let recording = try Recording()
        let nothing = Moment(results: 0, trace: 0, failures: 0, acknowledged: [], failed: [])
        let start = TableLayout(
            .results, parameters: recording.fixture.sweep.columns.map(\.header),
            measured: ["loss", "bits"]
        ).headerRow.count
        for r in start...recording.results.count {
            try check(
                recording, results: r, trace: recording.trace.count,
                failures: recording.failures.count, after: nothing, "a\(r)")
        }
    }

    @Test func `a trace that lost rows that results need is damage, and nothing is touched`() throws
    {
        let recording = try Recording()
        let start = TableLayout(.trace, measured: ["round", "loss"]).headerRow.count
        for t in start..<recording.trace.count - 1 {
            let path = try recording.stage(
                "d\(t)", results: recording.results.count, trace: t,
                failures: recording.failures.count)
            let error = try #require(throws: StoreError.self) { try recording.fixture.open(path) }
            guard case .damaged(_, _, let problem, _) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(problem.contains("trace.csv has"))
            #expect(error.exitCode == 65)
            #expect(try bytes(path + "/trace.csv").count == t)
            #expect(try bytes(path + "/results.csv") == recording.results)
            TemporaryFolder.remove(path)
        }
    }

    @Test("a header row that is cut off is damage", arguments: ["results", "trace", "failures"])
    func header(_ table: String) throws {
        let recording = try Recording()
        let path = try recording.stage(
            "h", results: recording.results.count, trace: recording.trace.count,
            failures: recording.failures.count)
        let whole = try bytes(path + "/\(table).csv")
        let end = try #require(whole.firstIndex(of: CellText.lineFeed))
        for length in 0...end {
            try write(Array(whole[..<length]), path + "/\(table).csv")
            let error = try #require(throws: StoreError.self) { try recording.fixture.open(path) }
            guard case .damaged(_, 1, _, _) = error else {
                Issue.record("\(error) at \(length)")
                continue
            }
            #expect(try bytes(path + "/\(table).csv").count == length)
        }
    }
}
