import Glibc
import Testing

@testable import SweepStore

/// What a store asks of its disk, in order, with marks in between.
final class DiskRecorder: @unchecked Sendable {
    private(set) var calls: [DiskCall] = []

    /// Records what a closure asks for.
    func record<Result>(_ body: () throws -> Result) rethrows -> Result {
        let witness = DiskCall.Witness { call in
            self.calls.append(call)
            return nil
        }
        return try DiskCall.$witness.withValue(witness) { try body() }
    }
}

/// A disk that keeps of what was asked only what was synchronised, and of the rest what a crash
/// pleases to keep: any of the blocks of a file, any length between the old and the new one, any of
/// the changed names.
///
/// This is more than file systems with a journal allow themselves.
struct CrashingDisk {
    /// Blocks as small as this break every row.
    static let block = 64

    private struct File {
        var durable: [UInt8] = []
        /// What programs see.
        var current: [UInt8] = []
        /// Blocks that have changed since the last synchronisation.
        var dirty: Set<Int> = []

        /// Whether a crash decides about the length.
        var isLonger: Bool { current.count != durable.count }
    }

    private enum Naming {
        case name(String, file: Int)
        case rename(from: String, to: String, file: Int)
        case remove(String)

        var folder: String {
            switch self {
            case .name(let path, _), .rename(_, let path, _), .remove(let path):
                FileSystem.parent(of: path)
            }
        }
    }

    private var files: [File] = []
    private var durableNames: [String: Int] = [:]
    private var names: [String: Int] = [:]
    private var pending: [Naming] = []

    /// Carries a call out.
    mutating func carryOut(_ call: DiskCall) {
        switch call {
        case .create(let path):
            // Opening with O_TRUNC, or a file that was not there.
            if let number = names[path] {
                if path.hasSuffix(".new") { change(number) { $0 = [] } }
            } else {
                names[path] = files.count
                pending.append(.name(path, file: files.count))
                files.append(File())
            }
        case .write(let path, let offset, let bytes):
            change(names[path]) { content in
                let missing = offset + bytes.count - content.count
                if missing > 0 { content += [UInt8](repeating: 0, count: missing) }
                content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            }
        case .truncate(let path, let length):
            change(names[path]) { content in
                let missing = length - content.count
                content =
                    missing > 0
                    ? content + [UInt8](repeating: 0, count: missing) : Array(content[..<length])
            }
        case .synchronize(let path):
            guard let number = names[path] else { return }
            files[number].durable = files[number].current
            files[number].dirty = []
        case .rename(let from, let to):
            guard let number = names.removeValue(forKey: from) else { return }
            names[to] = number
            pending.append(.rename(from: from, to: to, file: number))
        case .remove(let path):
            names[path] = nil
            pending.append(.remove(path))
        case .synchronizeDirectory(let path):
            for naming in pending where naming.folder == path { apply(naming, to: &durableNames) }
            pending.removeAll { $0.folder == path }
        case .createDirectory: break
        }
    }

    private mutating func change(_ number: Int?, _ body: (inout [UInt8]) -> Void) {
        guard let number else { return }
        let before = files[number].current
        body(&files[number].current)
        let after = files[number].current
        let end = max(before.count, after.count)
        for start in stride(from: 0, to: end, by: Self.block) {
            let range = start..<start + Self.block
            if before[clamped: range] != after[clamped: range] {
                files[number].dirty.insert(start / Self.block)
            }
        }
    }

    private func apply(_ naming: Naming, to names: inout [String: Int]) {
        switch naming {
        case .name(let path, let file): names[path] = file
        case .rename(let from, let to, let file):
            names[from] = nil
            names[to] = file
        case .remove(let path): names[path] = nil
        }
    }

    // MARK: Crashes

    /// How many yes-or-no questions a crash decides: changed names, changed blocks and lengths.
    var choiceCount: Int {
        pending.count + files.reduce(0) { $0 + $1.dirty.count + ($1.isLonger ? 1 : 0) }
    }

    /// The files, by their paths, that are there after a crash which answers the questions so.
    func crashed(keeping keeps: (Int) -> Bool) -> [String: [UInt8]] {
        var question = 0
        func next() -> Bool {
            defer { question += 1 }
            return keeps(question)
        }
        var kept = durableNames
        for naming in pending where next() { apply(naming, to: &kept) }
        let contents = files.map { file -> [UInt8] in
            let isNewLength = file.isLonger ? next() : true
            var content = file.durable
            let kept = file.dirty.sorted().filter { _ in next() }
            // A file is as long as its last kept block, if its length was not kept.
            let reach = kept.map { min(($0 + 1) * Self.block, file.current.count) }.max() ?? 0
            let length = isNewLength ? file.current.count : max(file.durable.count, reach)
            content = content[clamped: 0..<length]
            content += [UInt8](repeating: 0, count: length - content.count)
            for block in kept {
                let start = block * Self.block
                let end = min(start + Self.block, length, file.current.count)
                guard start < end else { continue }
                let range = start..<end
                content.replaceSubrange(range, with: file.current[clamped: range])
            }
            return content
        }
        return kept.mapValues { contents[$0] }
    }
}

extension [UInt8] {
    /// The elements of a range as far as there are any.
    fileprivate subscript(clamped range: Range<Int>) -> [UInt8] {
        Array(self[Swift.min(range.lowerBound, count)..<Swift.min(range.upperBound, count)])
    }
}
