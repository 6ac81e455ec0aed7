/// Points of a curve that grows, at most so many: when there are more, every other one goes.
struct RunningCurve: Sendable, Hashable {
    static let mostPoints = 512

    struct Point: Sendable, Hashable {
        var round: Int
        var value: Double
    }

    private(set) var points: [Point] = []
    /// Rounds that a new point must be past the last one.
    private var step = 1

    /// Takes what a trial has said; a round that is not past the last one begins anew.
    mutating func add(round: Int, value: Double) {
        if let last = points.last, round < last.round { self = RunningCurve() }
        if let last = points.last {
            if round == last.round { return }
            // The newest point is always there.
            if points.count > 1, last.round - points[points.count - 2].round < step {
                points.removeLast()
            }
        }
        points.append(Point(round: round, value: value))
        guard points.count > Self.mostPoints else { return }
        let newest = points[points.count - 1]
        points = stride(from: 0, to: points.count, by: 2).map { points[$0] }
        if points[points.count - 1] != newest { points.append(newest) }
        step = max(1, (newest.round - points[0].round) / (Self.mostPoints / 2))
    }
}

/// A curve of at most so many points, with the first, the last, and in between those of regular
/// distances.
func thinned(_ rows: [[Double]], to most: Int) -> [[Double]] {
    guard rows.count > most, most > 1 else { return rows }
    return (0..<most).map { rows[$0 * (rows.count - 1) / (most - 1)] }
}
