/// Hours of the day in which a worker works: `20:00-07:00`, or several with commas between them.
package struct DailySchedule: Sendable, Hashable {
    /// Minutes of the day: the first is in, the last is not; one that ends before it begins goes
    /// past midnight.
    private var spans: [(first: Int, end: Int)]
    package let text: String

    /// Reads a schedule; nil for a text that is none.
    package init?(_ text: String) {
        self.text = text
        spans = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = word.split(separator: "-", omittingEmptySubsequences: false)
                .map(Self.minute)
            guard ends.count == 2, let first = ends[0], let end = ends[1], first != end,
                first < Self.minutes
            else { return nil }
            spans.append((first, end))
        }
    }

    private static let minutes = 24 * 60

    /// The minute of `07:30`, up to `24:00`; nil for anything else.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }

    /// Whether a minute of the day, 0 … 1439, is in one of the spans.
    package func contains(minute: Int) -> Bool {
        spans.contains { first, end in
            first < end
                ? minute >= first && minute < end : minute >= first || minute < end
        }
    }

    package static func == (left: DailySchedule, right: DailySchedule) -> Bool {
        left.text == right.text
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
