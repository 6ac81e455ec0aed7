import Foundation
import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// Kills a process that appends under load, again and again.
@Suite struct KillTests {
    /// `WINDROW_KILLS` asks for more rounds.
    private static let rounds =
        ProcessInfo.processInfo.environment["WINDROW_KILLS"].flatMap { Int($0) } ?? 20

    /// The program beside the test bundle.
    private static let writer: URL = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("store-writer")
    }()

    /// Rounds on one store: the larger it is, the longer it takes to open.
    private static let roundsPerStore = 10

    @Test func `kill -9 while rows are appended loses nothing acknowledged and doubles nothing`()
        throws
    {
        var random = SplitMix(state: 11)
        for start in stride(from: 0, to: Self.rounds, by: Self.roundsPerStore) {
            let folder = try TemporaryFolder()
            let fixture = try Fixture(count: 1_000_000)
            try write(fixture.sweep.json(), folder("sweep.json"))
            var before = 0
            // Every other store has its trace in small files.
            let limit = start / Self.roundsPerStore % 2 == 0 ? TraceSegment.limit : 5_000
            for round in start..<min(start + Self.roundsPerStore, Self.rounds) {
                let acknowledged = try kill(after: Int(random.next() % 12), folder, limit)
                let store = try fixture.open(folder("s"), metrics: ["loss"])
                #expect(store.finished.ranges.count <= 1, "round \(round)")
                #expect(store.finished.count >= max(before, acknowledged + 1), "round \(round)")
                before = store.finished.count
                try store.close()
            }
            #expect(before > 0)
            let again = try fixture.open(folder("s"), metrics: ["loss"])
            #expect(again.recovery.isEmpty)
            try check(folder("s"), fixture, count: before)
            #expect(try TraceSegment.numbers(in: folder("s")).count > 1 || limit > 5_000)
        }
    }

    /// Starts a writer, kills it after some lines and returns the index that it acknowledged last.
    private func kill(after most: Int, _ folder: TemporaryFolder, _ limit: Int) throws -> Int {
        let process = Process()
        process.executableURL = Self.writer
        process.arguments = [folder("sweep.json"), folder("s"), "\(limit)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text: [UInt8] = []
        while text.count(where: { $0 == CellText.lineFeed }) <= most {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += data
        }
        // It goes on while it is being killed, wherever it is then.
        Glibc.kill(process.processIdentifier, SIGKILL)
        text += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        // A line that is cut off acknowledges nothing.
        guard let end = text.lastIndex(of: CellText.lineFeed) else { return -1 }
        let whole = String(decoding: text[..<end], as: UTF8.self)
        return whole.split(separator: "\n").last.flatMap { Int($0) } ?? -1
    }

    /// Every trial stands there once, as it was computed.
    private func check(_ path: String, _ fixture: Fixture, count: Int) throws {
        let table = try ResultsTable.read(path)
        #expect(table.count == count)
        let loss = try #require(table.position(of: "loss"))
        let indices = table.indices(in: fixture.grid)
        #expect(Set(indices).count == count)
        #expect(
            indices.indices.allSatisfy { row in
                table.number(row: row, column: loss) == indices[row].map { Double($0) / 3 }
            })
    }
}
