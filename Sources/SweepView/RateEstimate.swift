import Glibc

/// How fast a sweep goes, and how long it will still take, with how well that is known.
///
/// From the trials that ended within a window, n in T seconds. Were they to end independently at an
/// even pace λ, then 2√(n + 3/8) had a standard deviation of about one (Anscombe 1948), so that
/// ((√(n + 3/8) ∓ 0.98)² − 3/8)/T encloses λ in 95 of 100 cases. Trials that grow longer or shorter
/// along the grid are not in it.
package struct RateEstimate: Sendable, Hashable {
    private struct Sample: Sendable, Hashable {
        var time: Double
        var done: Int
    }

    /// Seconds that it looks back, at least; it keeps twice as long.
    private let window: Double
    private var samples: [Sample] = []

    package init(window: Double = 60) { self.window = window }

    /// A look at the sweep.
    ///
    /// - Parameters:
    ///   - done: trials that have ended so far; fewer than before begins anew.
    ///   - now: seconds.
    package mutating func add(done: Int, now: Double) {
        if let last = samples.last, done < last.done || now < last.time { samples = [] }
        if let last = samples.last, now - last.time < window / 120 { return }
        samples.append(Sample(time: now, done: done))
        while samples.count > 2, now - samples[1].time >= window { samples.removeFirst() }
    }

    /// Trials in a second; nil before any has ended.
    package var rate: Double? {
        guard let first = samples.first, let last = samples.last, last.done > first.done,
            last.time > first.time
        else { return nil }
        return Double(last.done - first.done) / (last.time - first.time)
    }

    /// Seconds until so many more have ended: a number, and the interval about it.
    ///
    /// - Returns: nil before any has ended; no upper end where too few have.
    package func secondsLeft(_ remaining: Int) -> (best: Double, low: Double, high: Double?)? {
        guard let rate, let first = samples.first, let last = samples.last else { return nil }
        let root = (Double(last.done - first.done) + 0.375).squareRoot()
        let seconds = last.time - first.time
        func pace(_ shift: Double) -> Double {
            let side = root + shift
            return side > 0 ? (side * side - 0.375) / seconds : 0
        }
        let left = Double(remaining)
        let slow = pace(-0.98)
        return (left / rate, left / pace(0.98), slow > 0 ? left / slow : nil)
    }

    /// The interval of the time left in words: `41s–1m 20s`, `> 3m 10s`, or `?`.
    package func interval(_ remaining: Int) -> String {
        guard let left = secondsLeft(remaining) else { return "?" }
        let low = words(forSeconds: left.low)
        guard let high = left.high.map(words(forSeconds:)) else { return "> " + low }
        return low == high ? low : "\(low)–\(high)"
    }
}

/// A rate in words: `312/s`, `8.7/s`, `4.2/min`, `1.5/h`.
///
/// - Parameter rate: trials in a second.
package func rateText(_ rate: Double) -> String {
    guard rate.isFinite, rate >= 0, rate < 1e15 else { return "?" }
    if rate >= 100 { return "\(Int(rate))/s" }
    if rate >= 1 { return "\(Double(Int(rate * 10)) / 10)/s" }
    if rate >= 1.0 / 60 { return "\(Double(Int(rate * 600)) / 10)/min" }
    return "\(Double(Int(rate * 36_000)) / 10)/h"
}
