import Glibc
import Testing

@testable import SweepCore
@testable import SweepStore

/// Changes single bytes of a store's files.
@Suite struct CorruptionTests {
    let folder: TemporaryFolder
    let fixture: Fixture
    let names = ["results.csv", "trace.csv", "failures.csv", "manifest.json"]

    init() throws {
        folder = try TemporaryFolder(inMemory: true)
        fixture = try Fixture(
            count: 5, fixed: [Assignment(column: "label", value: .text("a \"b\"\nc"))])
        let store = try fixture.open(folder("s"))
        for index in [0, 1, 3] { try store.append(fixture.result(index, rounds: 2)) }
        try store.append(fixture.failure(4, reason: "x\ny"))
        try store.close()
    }

    private func rows(_ path: String) throws -> [[UInt8]] {
        let descriptor = try FileSystem.openFile(path, O_RDONLY, to: "read")
        defer { close(descriptor) }
        let size = try FileSystem.size(of: descriptor, path)
        var scanner = RowScanner(descriptor, path, to: size)
        var rows: [[UInt8]] = []
        while let row = try scanner.next({ Array($0.bytes) }) { rows.append(row) }
        return rows
    }

    /// Every byte of a file, with several wrong values, one at a time.
    @Test(
        "a changed byte is found, or does no harm",
        arguments: ["results.csv", "trace.csv", "failures.csv", "manifest.json"])
    func change(_ name: String) throws {
        let originals = try names.map { try bytes(folder("s/" + $0)) }
        let original = originals[try #require(names.firstIndex(of: name))]
        let goodRows = Set(
            try ["results.csv", "trace.csv", "failures.csv"].flatMap { try rows(folder("s/" + $0)) }
        )
        for position in original.indices {
            let byte = original[position]
            let wrong: Set<UInt8> =
                name == "manifest.json"
                ? [byte ^ 1, CellText.quote]
                : [
                    byte ^ 1, byte ^ 32, byte ^ 128, 0, CellText.lineFeed, CellText.quote,
                    CellText.comma,
                ]
            for value in wrong.subtracting([byte]).sorted() {
                for (file, content) in zip(names, originals) {
                    try write(content, folder("s/" + file))
                }
                var changed = original
                changed[position] = value
                try write(changed, folder("s/" + name))
                try check(changed, name, goodRows, "byte \(position) of \(name) became \(value)")
            }
        }
    }

    private func check(
        _ changed: [UInt8], _ name: String, _ goodRows: Set<[UInt8]>, _ place: Comment
    ) throws {
        let store: Store
        do {
            store = try fixture.open(folder("s"))
        } catch let error as StoreError {
            // A refusal says what to do and has changed nothing.
            #expect(error.description.contains("; "), place)
            #expect(try bytes(folder("s/" + name)) == changed, place)
            return
        }
        for file in ["results.csv", "trace.csv", "failures.csv"] {
            let left = try rows(folder("s/" + file))
            #expect(goodRows.isSuperset(of: left), place)
        }
        // At most the last row of the file was given up, and then with a report and a copy.
        if name == "results.csv" {
            #expect(store.finished.contains(0) && store.finished.contains(1), place)
        } else {
            #expect(store.finished.count == 3, place)
        }
        let isWhole =
            store.finished.count == 3 && (name != "failures.csv" || store.failed.count == 1)
        if !isWhole {
            let item = try #require(store.recovery.items.first, place)
            let kept = try #require(item.keptIn, place)
            let copy = try bytes(kept)
            #expect(changed.suffix(item.bytes).elementsEqual(copy.suffix(item.bytes)), place)
        }
        TemporaryFolder.remove(folder("s/lost+found"))
    }

    @Test func `zeros at the end, as a lost block leaves them, are cut`() throws {
        let path = folder("s/results.csv")
        let whole = try bytes(path)
        try write(whole + [UInt8](repeating: 0, count: 4096), path)
        let store = try fixture.open(folder("s"))
        #expect(store.finished.count == 3)
        #expect(store.recovery.items.map(\.bytes) == [4096])
        #expect(try bytes(path) == whole)
    }

    @Test func `a bad row in the middle stops with its line`() throws {
        let path = folder("s/results.csv")
        var lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        lines[3] = lines[3].replacing(",ok,", with: ",no,")[...]
        try write(Array(lines.joined(separator: "\n").utf8), path)
        let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        // Rows have two lines each: the header is line 1, the second row begins at line 4.
        #expect(error.description.contains("results.csv:4: the row does not agree"))
        #expect(error.exitCode == 65)
    }

    @Test func `a file that a spreadsheet has saved is refused, not repaired`() throws {
        let path = folder("s/results.csv")
        let whole = try text(path)
        try write(Array(whole.replacing("\n", with: "\r\n").utf8), path)
        #expect(throws: StoreError.self) { try fixture.open(folder("s")) }
        // The header as it was, the numbers rewritten, the line feeds kept.
        try write(Array(whole.replacing("0.25", with: "0.250").utf8), path)
        let error = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        #expect(error.description.contains("another program has changed the file"))
        // Only the lines ends of the rows changed.
        let header = whole.prefix { $0 != "\n" }
        let rest = whole.dropFirst(header.count + 1).replacing("\n", with: "\r\n")
        try write(Array((header + "\n" + rest).utf8), path)
        let third = try #require(throws: StoreError.self) { try fixture.open(folder("s")) }
        #expect(third.description.contains("CR LF"))
    }

    @Test func `a missing last line feed is put back, and the row kept`() throws {
        for name in ["results.csv", "trace.csv", "failures.csv"] {
            let whole = try bytes(folder("s/" + name))
            try write(Array(whole.dropLast()), folder("s/" + name))
            let store = try fixture.open(folder("s"))
            #expect(store.finished.count == 3 && store.failed.count == 1)
            #expect(store.recovery.items.map(\.kind) == [.missingLineFeed])
            #expect(store.recovery.items.map(\.file) == [name])
            try store.close()
            #expect(try bytes(folder("s/" + name)) == whole)
        }
    }
}
