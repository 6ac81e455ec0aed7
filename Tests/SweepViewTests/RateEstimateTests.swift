import Testing

@testable import SweepView

@Suite("Rates and time left")
struct RateEstimateTests {
    /// Trials that end at random, independently, at an even pace: a generator of our own, so that a
    /// test sees the same ones each time.
    private struct Arrivals {
        var state: UInt64

        mutating func gap(rate: Double) -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let unit = (Double(state >> 11) + 1) / Double(UInt64(1) << 53)
            var (sum, power, x) = (0.0, 1.0, 1 - unit)
            // −ln(u) by its series about 1, for u > ½; the rest by halves.
            var halvings = 0.0
            var u = unit
            while u < 0.5 {
                u *= 2
                halvings += 1
            }
            x = 1 - u
            for k in 1..<60 {
                power *= x
                sum += power / Double(k)
            }
            return (sum + halvings * 0.693_147_180_559_945_3) / rate
        }
    }

    @Test("the interval holds the pace in about 95 of 100 cases", arguments: [0.2, 1.0, 20.0])
    func coverage(rate: Double) {
        var arrivals = Arrivals(state: 7)
        var (held, tried) = (0, 0)
        for _ in 0..<2000 {
            var estimate = RateEstimate(window: 60)
            var (time, done) = (arrivals.gap(rate: rate), 0)
            for now in stride(from: 0.0, through: 60, by: 1) {
                while time <= now {
                    done += 1
                    time += arrivals.gap(rate: rate)
                }
                estimate.add(done: done, now: now)
            }
            guard let left = estimate.secondsLeft(1000) else { continue }
            tried += 1
            let truth = 1000 / rate
            if left.low <= truth, truth <= left.high ?? .infinity { held += 1 }
        }
        let share = Double(held) / Double(tried)
        #expect(share > 0.93 && share < 0.98, "\(share)")
    }

    @Test("an even pace gives its own rate, and looks back only so far")
    func window() throws {
        var estimate = RateEstimate(window: 60)
        for second in 0...600 {
            // Ten times as fast in the second half.
            estimate.add(
                done: second <= 300 ? second : 300 + 10 * (second - 300), now: Double(second))
        }
        #expect(try #require(estimate.rate) == 10)
        let left = try #require(estimate.secondsLeft(100))
        #expect(left.best == 10 && left.low < 10 && (left.high ?? 0) > 10)
    }

    @Test("nothing is claimed before a trial has ended, nor an upper end after one")
    func beginning() throws {
        var estimate = RateEstimate(window: 60)
        #expect(estimate.secondsLeft(10) == nil)
        estimate.add(done: 5, now: 0)
        estimate.add(done: 5, now: 1)
        #expect(estimate.rate == nil && estimate.secondsLeft(10) == nil)
        estimate.add(done: 6, now: 2)
        #expect(try #require(estimate.secondsLeft(10)).high == nil)
        // A retry takes trials back: it begins anew.
        estimate.add(done: 2, now: 3)
        #expect(estimate.rate == nil)
    }
}
