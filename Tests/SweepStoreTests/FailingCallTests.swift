import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// Refuses each of a store's calls in turn, as a disk does that is full or broken.
@Suite struct FailingCallTests {
    /// Refuses one call, or every call from one on.
    private final class Refusal: @unchecked Sendable {
        private(set) var count = 0
        private(set) var refused: DiskCall?
        let number: Int
        let code: Int32
        let isLasting: Bool

        init(number: Int, code: Int32, isLasting: Bool = false) {
            self.number = number
            self.code = code
            self.isLasting = isLasting
        }

        func during<Result>(_ body: () throws -> Result) rethrows -> Result {
            let witness = DiskCall.Witness { call in
                defer { self.count += 1 }
                guard self.isLasting ? self.count >= self.number : self.count == self.number
                else { return nil }
                self.refused = self.refused ?? call
                return self.code
            }
            return try DiskCall.$witness.withValue(witness) { try body() }
        }
    }

    private let folder: TemporaryFolder
    private let fixture: Fixture

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        fixture = try Fixture(count: 12)
    }

    /// A store's life; `persist` carries out each step, and may repeat it.
    private func life(
        _ path: String, _ acknowledged: inout Int,
        persist: (() throws -> Void) throws -> Void = { try $0() }
    ) throws {
        let store = try fixture.open(path)
        for end in stride(from: 2, through: 8, by: 2) {
            for index in end - 2..<end {
                // A late metric widens the table.
                let late = TrialOutcome.Measurement("late", .real(1))
                var row = fixture.result(index, metrics: index == 3 ? [late] : nil)
                if index == 5 {
                    var trace = Trace(columns: [.init("grad"), .init("loss")])
                    trace.append([0.5, 0.25])
                    row.outcome = TrialOutcome(
                        status: .ok, metrics: row.outcome.metrics, trace: trace)
                }
                try persist { try store.append(row) }
            }
            try persist { try store.sync() }
            acknowledged = end
        }
        try persist { try store.append(fixture.failure(9)) }
        try persist { try store.sync() }
        try persist { try store.forgetFailures() }
        try persist { try store.append(fixture.failure(10)) }
        try persist { try store.close() }
    }

    @Test(
        "a process that ends at a refused call leaves every acknowledged row",
        arguments: [ENOSPC, EIO], [TraceSegment.limit, 150])
    func ending(code: Int32, segment limit: Int) throws {
        try TraceSegment.$limit.withValue(limit) { try checkEnding(code) }
    }

    private func checkEnding(_ code: Int32) throws {
        var number = 0
        while true {
            let path = folder("s\(number)")
            let refusal = Refusal(number: number, code: code, isLasting: true)
            var acknowledged = 0
            do {
                try refusal.during { try life(path, &acknowledged) }
            } catch let error as StoreError {
                #expect(error.description.hasPrefix(folder.path), "\(error)")
            }
            guard let call = refusal.refused else { break }
            let again = try fixture.open(path)
            #expect(again.finished.count >= acknowledged, "\(call)")
            for index in 0..<12 where !again.finished.contains(index) {
                try again.append(fixture.result(index))
            }
            try again.close()
            #expect(try fixture.open(path).recovery.isEmpty, "\(call)")
            TemporaryFolder.remove(path)
            number += 1
        }
        #expect(number > 50)
    }

    @Test(
        "a call that is refused once and repeated costs nothing", arguments: [ENOSPC, EIO, EROFS],
        [TraceSegment.limit, 150])
    func repeating(code: Int32, segment limit: Int) throws {
        try TraceSegment.$limit.withValue(limit) { try checkRepeating(code) }
    }

    private func checkRepeating(_ code: Int32) throws {
        let whole = folder("whole")
        var acknowledged = 0
        try life(whole, &acknowledged)
        // Opening is not repeated by itself: the first call to count is behind it.
        let opening = Refusal(number: .max, code: code)
        try opening.during { try fixture.open(folder("opening")).close() }
        var number = opening.count
        while true {
            let path = folder("s\(number)")
            let refusal = Refusal(number: number, code: code)
            try refusal.during {
                try life(path, &acknowledged) { step in
                    do { try step() } catch let error as StoreError {
                        #expect(error.isRetriable, "\(error)")
                        try step()
                    }
                }
            }
            guard refusal.refused != nil else { break }
            let traces = try TraceSegment.numbers(in: whole)
            #expect(try TraceSegment.numbers(in: path) == traces)
            for table in ["results.csv", "failures.csv"] + traces.map(TraceSegment.name) {
                #expect(
                    try bytes(path + "/" + table) == bytes(whole + "/" + table),
                    "\(refusal.refused.debugDescription)")
            }
            TemporaryFolder.remove(path)
            number += 1
        }
        #expect(number > opening.count + 30)
    }
}
