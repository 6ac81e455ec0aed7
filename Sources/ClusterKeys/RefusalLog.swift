import SweepWire

/// Who was refused, how often and why: bounded, whatever strangers do.
///
/// Times are seconds since 1970.
package struct RefusalLog: Sendable, Hashable {
    /// What is counted together.
    private struct Kind: Sendable, Hashable {
        var address: String
        var key: String
        var reason: String
    }

    /// Entries at most; the one that was seen longest ago gives way.
    package static let capacity = 500
    /// Lines in the log for each minute at most.
    package static let linesPerMinute = 60

    private var entries: [Kind: RefusalSummary] = [:]
    private var minute = -Double.infinity
    private var lines = 0
    private var silenced = 0

    package init() {}

    /// Notes a refusal.
    ///
    /// - Parameters:
    ///   - address: from where it came.
    ///   - key: the id of the key that was shown; empty: none.
    ///   - reason: why, in words.
    ///   - now: seconds of a clock that only goes forward.
    /// - Returns: a line for the log, for the first of its kind and then at each power of ten; nil:
    ///   it is counted only.
    package mutating func note(
        address: String, key: String, reason: String, now: Double
    ) -> String? {
        let kind = Kind(address: address, key: key, reason: reason)
        if entries[kind] == nil, entries.count >= Self.capacity,
            let oldest = entries.min(by: { $0.value.last < $1.value.last })?.key
        {
            entries[oldest] = nil
        }
        var entry =
            entries[kind]
            ?? RefusalSummary(
                address: address, key: key, reason: reason, count: 0, first: now, last: now)
        entry.count += 1
        entry.last = now
        entries[kind] = entry
        guard Self.isPowerOfTen(entry.count) else { return nil }
        if now - minute >= 60 || now < minute {
            minute = now
            lines = 0
        }
        guard lines < Self.linesPerMinute else {
            silenced += 1
            return nil
        }
        lines += 1
        var line = address + (key.isEmpty ? "" : " with key \(key)") + ": " + reason
        if entry.count > 1 { line += " (\(entry.count) times)" }
        if silenced > 0 { line += "; \(silenced) more lines of this sort were left out" }
        silenced = 0
        return line
    }

    /// What was refused, the latest first.
    package var list: [RefusalSummary] {
        entries.values.sorted {
            ($0.last, $1.address, $1.reason) > ($1.last, $0.address, $0.reason)
        }
    }

    private static func isPowerOfTen(_ count: Int) -> Bool {
        var rest = count
        while rest >= 10, rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }
}
